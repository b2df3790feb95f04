"""The daemon's listeners: what is done once all that stays is in memory."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from pathlib import Path

from feedmill.config import loads
from feedmill.daemon.listeners import Listeners
from feedmill.daemon.push import Push

CONFIG = """
site: {title: A site, url: "http://127.0.0.1/"}
server: {port: 0}
admin: {enabled: false}
"""


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


def test_a_daemon_that_is_ready_keeps_the_collector_from_what_stays(tmp_path: Path) -> None:
    listeners = Listeners(now, Push(now, lambda *_: None), lambda *_: None)
    listeners.start(loads(CONFIG, base=tmp_path), None)  # type: ignore[arg-type]  # nobody operates it
    try:
        assert not gc.get_freeze_count()
        listeners.warm()
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
        listeners.close()
