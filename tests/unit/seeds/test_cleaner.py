"""nh3 prints what its filter raises, and goes on with an attribute that nobody has looked at. Not here."""

from __future__ import annotations

import os
import signal
import threading
import time
import weakref

import pytest

from feedmill.seeds.cleaner import Cleaner
from feedmill.seeds.html import sanitise

BASE = "https://example.org/news/article"


def test_control_c_is_not_lost() -> None:
    body = '<a href="x">y</a>' * 5000
    for number in range(10):
        interrupt = threading.Timer(0.01 + number / 200, os.kill, (os.getpid(), signal.SIGINT))
        ended = time.monotonic() + 20
        with pytest.raises(KeyboardInterrupt):
            interrupt.start()
            while time.monotonic() < ended:
                sanitise(body, BASE)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert sanitise('<a href="x">y</a>', BASE) == '<a href="https://example.org/news/x">y</a>'


def test_what_the_filter_raises_is_raised_once() -> None:
    def fastidious(tag: str, name: str, value: str) -> str:
        if value == "bad":
            raise LookupError(value)
        return value

    cleaner = Cleaner(attribute_filter=fastidious, tags={"q"}, attributes={"q": {"lang"}})
    with pytest.raises(LookupError, match="bad"):
        cleaner.clean("<q lang=bad>x</q><q lang=en>y</q>")
    assert cleaner.clean("<q lang=en>y</q>") == '<q lang="en">y</q>'


def test_a_cleaner_ends_with_its_last_use() -> None:
    """nh3 takes no part in garbage collection: a cycle through it would stay for ever."""

    class Watched:
        def __call__(self, tag: str, name: str, value: str) -> str | None:
            return value

    watched = Watched()
    cleaner = Cleaner(attribute_filter=watched, tags={"q"}, attributes={"q": {"lang"}})
    assert cleaner.clean("<q lang=en>y</q>") == '<q lang="en">y</q>'
    gone = weakref.ref(watched)
    del cleaner, watched
    assert gone() is None
