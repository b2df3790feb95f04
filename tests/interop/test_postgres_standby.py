"""Standing by: what a node's catalog belongs to after a pass that published nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from feedmill.model.artifact import Artifact
from feedmill.store.port import Store
from feedmill.store.postgres import standby
from feedmill.store.postgres.bodies import BodyCache
from feedmill.store.postgres.place import PostgresPlace
from feedmill.store.postgres.standby import StandbyStore
from store_contract.contract import NOON, publish


@pytest.fixture
def stores(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, StandbyStore]]:
    """A leader's store that has published, and that of a node that stands by."""
    monkeypatch.setattr(standby, "_PATIENCE", 0.2)
    place = PostgresPlace(url)
    with ExitStack() as ending:
        ending.enter_context(place.lead("lead"))
        leader = ending.enter_context(place.open())
        publish(leader, {"all.rss": b"1", "all.atom": b"1"})
        yield leader, ending.enter_context(StandbyStore(url, "standby", BodyCache(), lambda: False))


def _pass(store: StandbyStore, bodies: Mapping[str, bytes]) -> bool:
    """Make a pass that finds these documents changed; tell whether it began where the last one ended."""
    ended = store.mark
    with store.begin(NOON) as publication:
        began = store.mark
        for path, body in bodies.items():
            publication.add(Artifact(path=path, body=body))
        publication.commit()
    return began == ended


def test_a_pass_that_would_have_published_the_same_belongs_to_it(stores: tuple[Store, StandbyStore]) -> None:
    leader, store = stores
    assert store.mark == leader.mark
    publish(leader, {"all.rss": b"2"}, after=1)
    assert _pass(store, {"all.rss": b"2"})
    assert store.mark == leader.mark
    assert store.documents.keys() == {"all.rss", "all.atom"}


def test_where_the_leader_has_moved_on_the_next_pass_goes_on_too(stores: tuple[Store, StandbyStore]) -> None:
    leader, store = stores
    publish(leader, {"all.rss": b"2"}, after=1)
    publish(leader, {"all.atom": b"3"}, after=2)
    assert _pass(store, {"all.rss": b"2"})
    assert store.mark != leader.mark, "a lead must not go on from here"
    assert _pass(store, {"all.atom": b"3"}), "nothing is derived anew"
    assert store.mark == leader.mark


def test_where_the_leader_publishes_otherwise_everything_is_derived_anew(
    stores: tuple[Store, StandbyStore],
) -> None:
    leader, store = stores
    _pass(store, {"all.rss": b"of another config"})
    assert store.mark != leader.mark
    assert store.documents == leader.documents
    assert not _pass(store, {"all.rss": b"of another config"})
    assert not _pass(store, {"all.rss": b"1"})
    assert store.mark == leader.mark
