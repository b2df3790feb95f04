"""A held and a failing daemon look like trouble wherever an operator looks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from operated.daemon import Daemon, Folder, Operator, eventually

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

LISTENS = "server: {port: 0}\nadmin: {port: 0}\nguard: {min_entries: 1}"
_BREAK = """
import feedmill.pipeline.mill as mill
from pathlib import Path
from feedmill.errors import StoreError
run = mill.Mill.run
def broken(self, request):
    if (Path(__file__).parent / "break").exists():
        raise StoreError("the disk is on fire")
    return run(self, request)
mill.Mill.run = broken
"""


def _get(daemon: Daemon, path: str) -> str:
    admin = daemon.status()["daemon"]["listening"]["admin"]
    token = (daemon.folder.state / "token").read_text().strip()
    request = urllib.request.Request(admin + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        text: str = answer.read().decode()
        return text


def _gauge(daemon: Daemon, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", _get(daemon, "metrics"), re.MULTILINE)
    assert found, name
    return float(found[1])


def _looks_like(daemon: Daemon, feedmill: Command, state: str, code: int) -> str:
    """Look everywhere; return the operator's page."""
    eventually(lambda: daemon.status()["daemon"]["state"] == state, state)
    told = feedmill("status", cwd=daemon.folder.path, code=code)
    assert re.search(rf"^daemon +{state}\b", told.stdout, re.MULTILINE)
    document = json.loads(feedmill("status", "--json", cwd=daemon.folder.path, code=code).stdout)
    assert document["daemon"]["state"] == state
    assert document["counts"]["eligible"] == len(daemon.folder.titles())
    assert _gauge(daemon, "feedmill_held") == (state == "held")
    assert _gauge(daemon, "feedmill_failing") == (state == "failing")
    assert _gauge(daemon, "feedmill_entries") == len(daemon.folder.titles())
    page = _get(daemon, "-/")
    assert f'class="state {state}"' in page
    assert f"<title>{state}" in page
    assert f'class="state {state}"' in _get(daemon, "-/desk")
    assert _get(daemon, "-/healthz") == "ok\n"
    return page


def test_held(site: Site, operator: Operator, feedmill: Command) -> None:
    folder = site(LISTENS)
    for name in ("a", "b", "c"):
        folder.write(f"{name}.md")
    daemon = operator.run(folder)
    assert 'class="state ready"' in _looks_like(daemon, feedmill, "ready", 0)
    away = folder.path / "away"
    shutil.move(folder.seeds, away)
    page = _looks_like(daemon, feedmill, "held", 4)
    assert 'role="alert"' in page
    assert "feedmill rebuild --force" in page
    shutil.move(away, folder.seeds)
    _looks_like(daemon, feedmill, "ready", 0)


def test_failing(site: Site, operator: Operator, feedmill: Command, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_BREAK)
    folder = site(LISTENS)
    folder.write("first.md")
    daemon = operator.run(folder, env={"PYTHONPATH": str(tmp_path)})
    (tmp_path / "break").touch()
    folder.write("second.md")
    page = _looks_like(daemon, feedmill, "failing", 3)
    assert "the disk is on fire" in page
    assert 'role="alert"' in page
    (tmp_path / "break").unlink()
    daemon.shows("first", "second")
    _looks_like(daemon, feedmill, "ready", 0)
