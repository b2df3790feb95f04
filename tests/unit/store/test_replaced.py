"""The feeds folder swapped away below a running store."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from feedmill.errors import PublishError
from feedmill.store import Committed
from feedmill.store.local.store import LocalStore

SITE = {"all.rss": b"<rss/>", "topics/ai.atom": b"<feed/>", "index.html": b"<html>"}


def moved(feeds: Path) -> None:
    feeds.rename(feeds.with_name("elsewhere"))


def emptied(feeds: Path) -> None:
    for path in list(feeds.iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def replaced(feeds: Path) -> None:
    moved(feeds)
    feeds.mkdir()


def rolled_back(feeds: Path) -> None:
    shutil.copytree(feeds, feeds.with_name("backup"))
    shutil.rmtree(feeds)
    feeds.with_name("backup").rename(feeds)


@pytest.mark.parametrize("swap", [moved, emptied, replaced, rolled_back])
def test_is_told_and_started_over(
    feeds: Path, publish: Callable[..., Committed], swap: Callable[[Path], None]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        generation = store.generation()
        swap(feeds)
        with pytest.raises(PublishError, match="replaced"):
            store.verify()
        with pytest.raises(PublishError, match="replaced"):
            publish(store, SITE)
        assert store.generation() == generation, "what is served goes on being served"
        store.reopen()
        store.verify()
        publish(store, SITE)
        assert store.verify() == frozenset()
    with LocalStore(feeds) as store:
        assert set(store.documents) == set(SITE)
        assert store.verify() == frozenset()


def test_comes_back_by_itself(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        moved(feeds)
        with pytest.raises(PublishError):
            store.verify()
        feeds.with_name("elsewhere").rename(feeds)
        assert store.verify() == frozenset()
        assert publish(store, SITE | {"all.rss": b"2"}).written == ("all.rss",)


def test_during_a_publication(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        with store.begin(store.documents["all.rss"].modified) as publication:
            replaced(feeds)
            with pytest.raises(PublishError, match="replaced"):
                publication.commit()
    assert list(feeds.iterdir()) == []


def test_closing_does_not_write_into_another_folder(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        replaced(feeds)
    assert list(feeds.iterdir()) == []


def test_a_folder_made_by_hand_after_opening_is_fine(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        feeds.mkdir()
        assert len(publish(store, SITE).written) == 3
        assert store.verify() == frozenset()
