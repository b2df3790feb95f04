"""What every form of the store promises (`feedmill.store.port`), as tests over a `place`.

A form's test module derives a class from `Contract` and gives it a fixture `place`, empty for each test.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedmill.errors import LockHeld, PublishError
from feedmill.model.artifact import Artifact, digest
from feedmill.model.instant import floor_second
from feedmill.store import Committed, FeedMemory, Place, Store

NOON = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SITE = {"all.rss": b"<rss/>", "topics/ai.atom": b"<feed/>", "index.html": b"<html>"}
AI = FeedMemory(path="topics/ai", kind="topic", title="KI – “x”\t", description="d", state="emptied")
AWKWARD = os.fsdecode(b"caf\xe9/\xff.md")


def publish(
    store: Store,
    documents: dict[str, bytes] | None = None,
    *,
    remove: Iterable[str] = (),
    retire: Iterable[str] = (),
    after: float = 0,
) -> Committed:
    """Publish in one line; `index…` and `feeds…` are indexes, `after` is in seconds."""
    with store.begin(NOON + timedelta(seconds=after)) as publication:
        for path, body in (documents or {}).items():
            assert publication.add(Artifact(path=path, body=body, index=path.startswith(("index", "feeds"))))
        for path in remove:
            publication.remove(path)
        for path in retire:
            publication.retire(path)
        return publication.commit()


def visible(store: Store) -> dict[str, bytes | None]:
    """Return every document of the store's generation, as a follower reads it."""
    documents = store.generation().documents
    return {path: store.body(path, document.digest) for path, document in documents.items()}


def seen(place: Place) -> dict[str, bytes | None]:
    """Return what is published, as another process sees it."""
    with place.open(read_only=True) as store:
        return visible(store)


class Contract:
    """One test a promise."""

    def test_an_empty_place_has_nothing_and_gets_nothing(self, place: Place) -> None:
        with place.open(read_only=True) as store:
            assert (store.serial, dict(store.documents), dict(store.feeds)) == (0, {}, {})
            assert store.generation().documents == {}
            assert store.verify() == frozenset()
            assert (list(store.last_good_paths()), store.last_good_count()) == ([], 0)
            assert store.body("all.rss", digest(b"<rss/>")) is None
            assert store.problems == ()

    def test_a_publication_is_visible_to_all_and_remembered(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            result = publish(store, SITE)
            assert set(result.written) == set(SITE)
            assert (result.unchanged, result.removed, result.problems) == (0, (), ())
            assert visible(store) == SITE
            name = store.ledger_id
        with place.open(read_only=True) as again:
            assert visible(again) == SITE
            assert (again.ledger_id, again.serial) == (name, 1)
            document = again.documents["all.rss"]
            assert (document.digest, document.size) == (digest(b"<rss/>"), 6)
            assert document.modified == floor_second(NOON)
            assert again.verify() == frozenset()

    def test_a_publication_without_changes_writes_nothing(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            for turn in range(2):
                with store.begin(NOON + turn * timedelta(days=1)) as publication:
                    for path, body in SITE.items():
                        assert publication.add(Artifact(path=path, body=body))
                    publication.remember_feed(AI)
                    publication.keep_good("a.md", b"record")
                    publication.drop_good("never.md")
                    publication.remove("topics/never.rss")
                    publication.plan("all.rss", NOON + timedelta(days=9))
                    result = publication.commit()
            assert result == Committed(unchanged=3)
            assert store.serial == 1
            assert store.documents["all.rss"].modified == floor_second(NOON)

    def test_unchanged_documents_stay_as_they_are(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            result = publish(store, SITE | {"topics/ai.atom": b"<feed>2</feed>"}, after=60)
            assert result == Committed(written=("topics/ai.atom",), unchanged=2)
            assert store.serial == 2
            assert store.documents["all.rss"].modified == floor_second(NOON)
        assert seen(place) == SITE | {"topics/ai.atom": b"<feed>2</feed>"}

    def test_last_modified_moves_with_the_bytes_and_only_with_them(self, place: Place) -> None:
        steps = ((b"a", 0), (b"a", 60), (b"b", 60.9), (b"c", 60.95), (b"d", -3600), (b"d", 7200))
        moved = []
        with place.lead("test"), place.open() as store:
            for body, after in steps:
                publish(store, {"all.rss": body}, after=after)
                moved.append(store.documents["all.rss"].modified - floor_second(NOON))
        assert moved == [0 * SECOND, 0 * SECOND, 61 * SECOND, 62 * SECOND, 63 * SECOND, 63 * SECOND]

    def test_a_retired_path_that_returns_moves_on(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            assert publish(store, retire=["topics/ai.atom"]).removed == ("topics/ai.atom",)
            assert publish(store, retire=["topics/old.rss"]).removed == ()
        with place.lead("test"), place.open() as store:
            assert store.gone == store.generation().gone == {"topics/ai.atom", "topics/old.rss"}
            assert publish(store, retire=["topics/old.rss"]) == Committed()
            publish(store, {"topics/ai.atom": b"<feed/>"})
            assert store.gone == {"topics/old.rss"}
            assert store.documents["topics/ai.atom"].modified == floor_second(NOON) + SECOND
        with place.open(read_only=True) as store:
            assert store.gone == {"topics/old.rss"}

    def test_what_is_removed_is_gone_for_every_reader(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            old = store.generation().documents["topics/ai.atom"]
            result = publish(store, remove=["topics/ai.atom", "never.rss"])
            assert result.removed == ("topics/ai.atom",)
            assert store.body("topics/ai.atom", old.digest) is None
            assert store.gone == frozenset()
        assert seen(place).keys() == {"all.rss", "index.html"}

    def test_without_a_commit_nothing_happens(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            with store.begin(NOON) as publication:
                publication.add(Artifact(path="all.rss", body=b"new"))
                publication.retire("topics/ai.atom")
                publication.remember_feed(AI)
                publication.keep_good("a.md", b"a")
                publication.plan("all.rss", NOON)
            with pytest.raises(RuntimeError), store.begin(NOON) as publication:
                publication.add(Artifact(path="all.rss", body=b"new"))
                raise RuntimeError
            assert (visible(store), store.serial) == (SITE, 1)
            assert (dict(store.feeds), store.last_good_count()) == ({}, 0)
            assert store.documents["all.rss"].next_change is None
        assert seen(place) == SITE

    def test_the_last_word_counts(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            with store.begin(NOON) as publication:
                publication.add(Artifact(path="all.rss", body=b"first"))
                publication.add(Artifact(path="all.rss", body=b"second"))
                publication.add(Artifact(path="all.atom", body=b"x"))
                publication.remove("all.atom")
                publication.remove("all.json")
                publication.add(Artifact(path="all.json", body=b"{}"))
                publication.keep_good("a.md", b"1")
                publication.drop_good("a.md")
                publication.keep_good("b.md", b"1")
                publication.keep_good("b.md", b"2")
                result = publication.commit()
            assert result.written == ("all.rss", "all.json")
            assert visible(store) == {"all.rss": b"second", "all.json": b"{}"}
            assert store.last_good("a.md") is None
            assert store.last_good("b.md") == b"2"

    def test_a_publication_reads_what_readers_have(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            with store.begin(NOON) as publication:
                publication.add(Artifact(path="all.rss", body=b"new"))
                assert publication.published("all.rss") == b"<rss/>"
                assert publication.published("never.rss") is None

    def test_feeds_and_last_good_forms_are_remembered(self, place: Place) -> None:
        with place.lead("test"), place.open() as store, store.begin(NOON) as publication:
            publication.remember_feed(AI)
            publication.keep_good(AWKWARD, b"\x00good")
            publication.keep_good("b.md", b"b")
            assert store.last_good("b.md") is None, "what was kept before the pass"
            publication.commit()
        with place.lead("test"), place.open() as store:
            assert store.feeds == {"topics/ai": AI}
            assert list(store.last_good_paths()) == sorted([AWKWARD, "b.md"], key=os.fsencode)
            assert (store.last_good_count(), store.last_good(AWKWARD)) == (2, b"\x00good")
            with store.begin(NOON) as publication:
                publication.remember_feed(replace(AI, state="retired"))
                publication.drop_good(AWKWARD)
                publication.commit()
        with place.open(read_only=True) as store:
            assert store.feeds == {"topics/ai": replace(AI, state="retired")}
            assert (list(store.last_good_paths()), store.last_good_count()) == (["b.md"], 1)

    def test_any_number_of_forms_is_kept_dropped_and_read_meanwhile(self, place: Place) -> None:
        names = [os.fsdecode(b"%05d \xff.md" % number) for number in range(2_500)]
        with place.lead("test"), place.open() as store:
            with store.begin(NOON) as publication:
                for path in names:
                    publication.keep_good(path, b"x" * 5_000)
                publication.commit()
            assert store.last_good_count() == 2_500
            with store.begin(NOON) as publication:
                for path in store.last_good_paths():
                    publication.drop_good(path)
                publication.keep_good(names[7], b"x" * 5_000)  # not dropped, after all
                publication.keep_good(names[8], b"new")
                publication.commit()
            assert list(store.last_good_paths()) == names[7:9]
            assert store.last_good(names[8]) == b"new"

    def test_plans_are_told(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            with store.begin(NOON) as publication:
                publication.plan("all.rss", NOON + timedelta(hours=1))
                publication.plan("nowhere.rss", NOON)
                publication.commit()
            assert store.serial == 1
            assert store.generation().documents["all.rss"].next_change == NOON + timedelta(hours=1)

    def test_a_generation_stays_as_it_was(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE | {"feed.xml": b"<feed/>"})
            first = store.generation({"old.rss": "all.rss"}, {"feed.xml": "topics/ai.atom", "x": "y"})
            publish(store, {"all.rss": b"2"}, remove=["topics/ai.atom"])
            assert first.documents["all.rss"].digest == digest(b"<rss/>")
            assert "topics/ai.atom" in first.documents
            assert first.redirects == {"old.rss": "all.rss"}
            assert first.documents["feed.xml"].copy_of == "topics/ai.atom"
            assert store.generation().serial == first.serial + 1

    def test_a_body_is_that_of_the_digest_or_none(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            with place.open(read_only=True) as reader:
                publish(store, {"all.rss": b"2"})
                assert reader.body("all.rss", digest(b"<rss/>")) in (None, b"<rss/>")
                assert reader.body("all.rss", digest(b"<xxx/>")) is None
                assert reader.body("../all.rss", digest(b"<rss/>")) is None

    def test_bodies_are_read_by_any_thread_while_others_are_published(self, place: Place) -> None:
        faults: list[str] = []
        stop = threading.Event()
        with place.lead("test"), place.open() as store:
            publish(store, {"all.rss": b"0" * 9_000})

            def read() -> None:
                while not stop.is_set():
                    document = store.generation().documents["all.rss"]
                    body = store.body("all.rss", document.digest)
                    if body is not None and digest(body) != document.digest:
                        faults.append("a body that is not that of the digest")

            threads = [threading.Thread(target=read) for _ in range(2)]
            for thread in threads:
                thread.start()
            for number in range(10):
                publish(store, {"all.rss": b"%d" % number * 9_000}, after=number)
            stop.set()
            for thread in threads:
                thread.join()
        assert faults == []

    def test_what_is_suspended_is_told_until_it_is_replaced(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            store.suspend(["all.rss", "topics/ai.atom", "never.rss"])
            assert store.generation().suspended == {"all.rss", "topics/ai.atom"}
            store.resume(but=["all.rss"])
            assert store.generation().suspended == {"all.rss"}
            publish(store, {"all.rss": b"2"})
            assert store.generation().suspended == frozenset()

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/etc/x",
            "../x.rss",
            "topics/../../x",
            "topics//x",
            "a/./b",
            ".feedmill/ledger.db",
            "x\0y",
            "a/",
        ],
    )
    def test_a_path_that_could_lead_elsewhere_is_refused(self, place: Place, path: str) -> None:
        with place.lead("test"), place.open() as store, store.begin(NOON) as publication:
            for refuse in (publication.remove, publication.retire):
                with pytest.raises(ValueError, match="no path"):
                    refuse(path)
            with pytest.raises(ValueError, match="no path"):
                publication.add(Artifact(path=path, body=b""))

    def test_a_store_that_only_reads_publishes_nothing(self, place: Place) -> None:
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
        with place.open(read_only=True) as store:
            store.tidy()
            with pytest.raises(PublishError, match="read"):
                store.begin(NOON)
        assert seen(place) == SITE

    def test_there_is_one_lead_at_a_time(self, place: Place) -> None:
        with place.lead("test") as lead:
            assert lead.is_valid()
            with pytest.raises(LockHeld), place.lead("another"):
                pytest.fail("two lead")
        assert not lead.is_valid()
        with place.lead("test") as again:
            assert again.is_valid()

    def test_many_documents_at_once(self, place: Place) -> None:
        many = {f"topics/{number}.rss": b"x%d" % number for number in range(100)}
        with place.lead("test"), place.open() as store:
            assert len(publish(store, many).written) == 100
            assert len(publish(store, {path: body + b"!" for path, body in many.items()}).written) == 100
            assert store.verify(hash_all=True) == frozenset()
        assert seen(place) == {path: body + b"!" for path, body in many.items()}
