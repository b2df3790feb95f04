"""A mirror is written under one lead: what was known under it is sent no moment longer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedmill.mirror import Memory, Mirror, MirrorThread
from feedmill.mirror.folder import Folder
from feedmill.mirror.place import Holding, MirrorError, Overtaken, Put
from mirrored import MARK, edition
from operated.daemon import eventually

SECRET = {"a.html": f"{MARK}secret".encode(), "b.html": f"{MARK}b".encode()}
TAKEN_DOWN = {"a.html": f"{MARK}a".encode(), "b.html": f"{MARK}b".encode()}


@dataclass
class Lead:
    """A lead that is lost when so many have asked for it."""

    asked: int = 0
    lost_at: float = float("inf")

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked <= self.lost_at


class Noting(Folder):
    """A folder that notes what is changed; `fail` is called before each put."""

    def __init__(self, root: Path, fail: Callable[[Put], None] = lambda put: None) -> None:
        super().__init__(root, "site")
        self.changed: list[str] = []
        self.listed = 0
        self._fail = fail

    def list(self) -> dict[str, str]:
        self.listed += 1
        return super().list()

    def put(self, new: Put, body: bytes) -> Holding:
        self._fail(new)
        self.changed.append(f"put {new.document.path}")
        return super().put(new, body)

    def delete(self, path: str) -> None:
        self.changed.append(f"delete {path}")
        super().delete(path)


@pytest.mark.parametrize("lost_at", range(5))
def test_each_put_and_deletion_asks_for_the_lead(tmp_path: Path, lost_at: int) -> None:
    Mirror(Folder(tmp_path, "site"), Memory(None)).sync(
        edition({"old.html": SECRET["a.html"], "w.html": b"w"} | SECRET)
    )
    place, lead = Noting(tmp_path), Lead(lost_at=lost_at)
    mirror = Mirror(place, Memory(None))
    mirror.each = lambda work, items: [work(item) for item in items]  # type: ignore[method-assign]
    changed = {"a.html": f"{MARK}2".encode(), "b.html": f"{MARK}3".encode(), "c.html": MARK.encode()}
    outcome = mirror.sync(edition(changed), leads=lead)
    assert place.changed == ["put a.html", "put b.html", "put c.html", "delete old.html"][:lost_at]
    assert outcome.behind == 4 - len(place.changed)


def test_who_lost_the_lead_ends_without_being_told(tmp_path: Path) -> None:
    away, lead = True, [True]

    def fail(put: Put) -> None:
        if away:
            raise MirrorError("no route to host")

    place = Noting(tmp_path, fail)
    thread = MirrorThread("url", lambda: Mirror(place, Memory(None)), lambda: lead[0])
    thread.install(edition(SECRET))
    eventually(lambda: thread.state.trouble, "the place is away")
    lead[0], away = False, False
    thread.doubt()
    eventually(lambda: not thread._thread.is_alive(), "it ends")
    assert (place.changed, thread.status()["state"]) == ([], "failing")


def test_who_is_told_to_end_changes_nothing_more(tmp_path: Path) -> None:
    """The next one may begin already: the config was changed."""

    def end(put: Put) -> None:
        ending = threading.Thread(target=thread.stop, args=(0.0,))
        ending.start()
        ending.join()

    place = Noting(tmp_path, end)
    thread = MirrorThread("url", lambda: Mirror(place, Memory(None)), lambda: True)
    thread.install(edition({"a.html": SECRET["a.html"], "index.html": SECRET["b.html"]}))
    eventually(lambda: not thread._thread.is_alive(), "it ends")
    assert place.changed == ["put a.html"]


def test_overtaken_without_the_lead_it_does_not_look_again_and_overwrite(tmp_path: Path) -> None:
    lead = [True]

    def lose(put: Put) -> None:
        lead[0] = False
        raise Overtaken("somebody else writes here as well")

    place = Noting(tmp_path, lose)
    thread = MirrorThread("url", lambda: Mirror(place, Memory(None)), lambda: lead[0])
    thread.install(edition({"a.html": SECRET["a.html"]}))
    eventually(lambda: not thread._thread.is_alive(), "it ends")
    assert (place.changed, place.listed) == ([], 1)


def test_what_arrives_late_is_found_a_while_after_the_start(tmp_path: Path) -> None:
    place = Noting(tmp_path)
    thread = MirrorThread("url", lambda: Mirror(place, Memory(None)), lambda: True, settled=0.3)
    thread.install(edition(TAKEN_DOWN))
    eventually(lambda: thread.status()["state"] == "current", "it is there")
    (tmp_path / "a.html").write_bytes(SECRET["a.html"])
    eventually(lambda: (tmp_path / "a.html").read_bytes() == TAKEN_DOWN["a.html"], "it is mended")
    assert place.listed == 2
    thread.stop(1.0)
