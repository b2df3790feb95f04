"""The lead over the database: who lost it commits nothing, who hangs is replaced, one for each schema."""

from __future__ import annotations

import pytest

from feedmill.errors import LockHeld, PublishError
from feedmill.model.artifact import Artifact
from feedmill.store.postgres.database import Database
from feedmill.store.postgres.place import PostgresPlace
from feedmill.store.postgres.schema import VERSION
from operated.daemon import eventually
from store_contract.contract import NOON, SITE, publish, seen


def test_who_lost_the_lead_commits_nothing(url: str) -> None:
    """Although its own connection for publishing still stands."""
    old, new = PostgresPlace(url), PostgresPlace(url)
    look = Database(url, "look")
    with old.lead("old") as lost, old.open() as store:
        publish(store, SITE)
        with store.begin(NOON) as publication:
            publication.add(Artifact(path="all.rss", body=b"by who lost it"))
            look.rows("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            eventually(lambda: not look.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
            with new.lead("new"), new.open() as other:
                publish(other, {"all.rss": b"by who has it"}, after=5)
                with pytest.raises(PublishError, match="another node leads"):
                    publication.commit()
        assert seen(new)["all.rss"] == b"by who has it"
        eventually(lambda: not lost.is_valid(), "it has noticed")
        with pytest.raises(PublishError, match="lead"):
            store.begin(NOON)
    look.close()


def test_a_leader_whose_heart_stops_is_replaced_and_stays_so(url: str) -> None:
    old, new = PostgresPlace(url), PostgresPlace(url)
    with old.lead("old") as lost, old.open() as store:
        publish(store, SITE)
        with pytest.raises(LockHeld, match=r"is locked by process \d+ on "):
            new.lead("new").__enter__()
        lost._ended.set()  # as if it were stopped: its sessions stay
        hope = new.lead("new")

        def replaced() -> bool:
            try:
                hope.acquire()
            except LockHeld:
                return False
            return True

        eventually(replaced, "the other one is taken for hung")
        assert not lost.is_valid()
        with new.open() as other:
            publish(other, {"all.rss": b"2"}, after=5)
        assert (hope.epoch, seen(new)["all.rss"]) == (2, b"2")
        hope.release()


def test_a_database_of_a_newer_feedmill_is_left_alone(url: str) -> None:
    place = PostgresPlace(url)
    with place.lead("test"), place.open() as store:
        publish(store, SITE)
    look = Database(url, "look")
    look.rows("UPDATE feedmill_head SET version = %s", (VERSION + 1,))
    look.close()
    with pytest.raises(PublishError, match="newer feedmill"):
        place.open(read_only=True)
    with pytest.raises(PublishError, match="newer feedmill"):
        place.lead("test").__enter__()


def test_several_mills_share_a_database(url: str) -> None:
    other = url.replace("search_path%3D", "search_path%3Dx")
    look = Database(url, "look")
    look.rows(f"CREATE SCHEMA {other.rpartition('%3D')[2]}")
    look.close()
    one, two = PostgresPlace(url), PostgresPlace(other)
    with one.lead("one"), two.lead("two"), one.open() as first, two.open() as second:
        publish(first, {"all.rss": b"one"})
        publish(second, {"all.rss": b"two"})
    assert (seen(one), seen(two)) == ({"all.rss": b"one"}, {"all.rss": b"two"})
