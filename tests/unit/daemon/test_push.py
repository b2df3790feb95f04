"""What of a generation may be subscribed to, and what others may know of subscribers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.daemon.push import Push, stored_subscribers, topic_path, topics
from feedmill.model.artifact import Generation, Published, digest
from feedmill.push.protocol import Mode, Wish
from feedmill.push.subscriptions import Subscriptions
from feedmill.store.local.feeds_dir import read_body
from feedmill.store.local.subscriptions import SubscriptionFile

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATHS = ["all.atom", "all.html", "feeds.json", "feeds.opml", "old.rss", "slip.json", "index.html"]


@pytest.fixture
def generation(tmp_path: Path) -> Generation:
    documents = {}
    for path in PATHS:
        body = path.encode()
        (tmp_path / path).write_bytes(body)
        documents[path] = Published(path=path, digest=digest(body), size=len(body), modified=NOW)
    return Generation(
        serial=1,
        documents=documents,
        gone=frozenset({"gone.atom"}),
        redirects={"old.rss": "new.rss"},
        suspended=frozenset({"slip.json"}),
    )


def test_feeds_at_their_own_address_are_topics_and_nothing_else(generation: Generation) -> None:
    found = topics(generation, lambda path, digest: None)
    assert [path for path in PATHS if found.find(path)] == ["all.atom"]
    assert "old.rss" in found.gone
    assert "gone.atom" in found.gone
    assert "slip.json" not in found.gone, "it comes back, without what was taken down"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://f.example/topics/c++.atom", "topics/c++.atom"),
        ("https://f.example/topics/c%2B%2B.atom", "topics/c++.atom"),
        ("https://f.example/topics/mu%CC%88nchen.atom", "topics/münchen.atom"),
        ("https://f.example/topics/%ff.atom", None),
        ("https://f.example/", None),
        ("https://other.example/all.atom", None),
    ],
)
def test_a_topic_may_be_spelt_as_the_origin_takes_it(url: str, path: str | None) -> None:
    assert topic_path(url, "https://f.example/") == path


def test_a_document_that_is_not_the_one_published_is_not_sent(generation: Generation, tmp_path: Path) -> None:
    document = generation.documents["all.atom"]
    found = topics(generation, lambda path, digest: read_body(tmp_path, path, digest, document.size))
    assert found.body(document) == b"all.atom"
    (tmp_path / "all.atom").write_bytes(b"all.atoM")
    assert found.body(document) is None
    (tmp_path / "all.atom").unlink()
    assert found.body(document) is None


@pytest.mark.parametrize("text", ["", "push: {hub: off}", "server: {enabled: no}"])
def test_where_no_hub_is_asked_for_none_runs(text: str, generation: Generation, tmp_path: Path) -> None:
    push = Push(lambda: NOW, lambda path, digest: None)
    push.configure(loads(text, base=tmp_path))
    push.install(generation)
    assert push.door is None
    assert push.followers() == {"hub": None}
    assert push.metrics() == {}
    assert push.subscribers() == []
    push.close()
    assert not (tmp_path / "feeds").exists()


def test_who_is_subscribed_is_told_without_a_daemon_too(tmp_path: Path) -> None:
    settings = loads("", base=tmp_path)
    assert stored_subscribers(settings) == []
    file = Subscriptions(SubscriptionFile(tmp_path / "feeds" / ".feedmill" / "subscriptions.db"))
    wish = Wish(
        mode=Mode.SUBSCRIBE,
        callback="https://reader.acme.com/push/1?token=hush",
        topic="http://127.0.0.1:8080/all.atom",
        lease=timedelta(days=3),
        secret=b"between us",
    )
    file.ask("all.atom", wish, "", NOW)
    file.confirm(file.intents(NOW, 1)[0], NOW)
    file.close()
    assert stored_subscribers(settings) == [
        {
            "callback": "https://reader.acme.com/push/1",
            "topic": "all.atom",
            "until": "2026-11-27T12:00:00Z",
            "up_to_date": False,
            "failures": 0,
            "trouble": "",
        }
    ]
