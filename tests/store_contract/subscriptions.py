"""Subscriptions over the tables of any form of the store.

A form's test module derives a class from `SubscriptionContract` and gives it a fixture `tables`, empty.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedmill.push.protocol import Mode, Wish
from feedmill.push.subscriptions import Caps, Subscriptions
from feedmill.store import SubscriptionTables

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def wish(number: int = 1, *, mode: Mode = Mode.SUBSCRIBE, secret: bytes = b"\x00hush") -> Wish:
    """Return the request of one subscriber."""
    return Wish(
        mode=mode,
        callback=f"https://reader{number % 3}.example/{number}?ü",
        topic="https://feeds.test/all.atom",
        lease=10 * DAY,
        secret=secret,
        verify_token="t",
    )


def subscribe(subscriptions: Subscriptions, *numbers: int, path: str = "all.atom", sent: str = "aa") -> None:
    """Have subscribers ask, and mean it."""
    for number in numbers:
        subscriptions.ask(path, wish(number), sent, NOW)
        for intent in subscriptions.intents(NOW, 100):
            subscriptions.confirm(intent, NOW)


class SubscriptionContract:
    """One test a promise."""

    def test_a_request_is_verified_before_it_counts(self, tables: SubscriptionTables) -> None:
        found = Subscriptions(tables)
        found.ask("all.atom", wish(), "aa", NOW)
        found.ask("all.atom", wish(secret=b"newer"), "bb", NOW)
        assert found.counts() == {"subscriptions": 0, "failing": 0, "waiting": 1}
        [intent] = found.intents(NOW, 10)
        assert (intent.wish, intent.published, intent.tries) == (wish(secret=b"newer"), "bb", 0)
        found.postpone(intent, NOW + DAY)
        assert found.intents(NOW, 10) == []
        assert found.next_at(NOW) == NOW + DAY
        [again] = found.intents(NOW + DAY, 10)
        assert again.tries == 1
        found.confirm(again, NOW)
        assert found.counts() == {"subscriptions": 1, "failing": 0, "waiting": 0}
        found.save()
        found.ask("all.atom", wish(mode=Mode.UNSUBSCRIBE), "", NOW)
        found.confirm(found.intents(NOW, 10)[0], NOW)
        assert found.counts()["subscriptions"] == 0
        found.close()

    def test_what_is_due_is_what_was_not_sent(self, tables: SubscriptionTables) -> None:
        found = Subscriptions(tables)
        subscribe(found, 1, 2, 3, 4)
        assert found.due("all.atom", "aa", NOW, 10) == []
        one, two, three, four = found.due("all.atom", "bb", NOW, 10)
        assert one.secret == b"\x00hush"
        left = found.due("all.atom", "bb", NOW, 10, but=(two.id,), but_hosts=("reader0.example",))
        assert [due.id for due in left] == [one.id, four.id]
        found.sent(one.id, "bb")
        found.failed(two.id, "answered 500", NOW + DAY)
        found.give_up(three.id, "bb", "given up")
        assert [due.id for due in found.due("all.atom", "bb", NOW, 10)] == [four.id]
        assert found.next_at(NOW) == NOW + DAY
        last = found.due("all.atom", "bb", NOW + DAY, 10)
        assert [(due.id, due.failures) for due in last] == [(four.id, 0), (two.id, 1)]
        assert found.counts()["failing"] == 1
        told = {one.callback: one for one in found.all({"all.atom": "bb"})}
        assert [each.up_to_date for each in told.values()] == [False, True, False, False]
        found.close()

    def test_a_doubted_one_is_asked_again(self, tables: SubscriptionTables) -> None:
        found = Subscriptions(tables)
        subscribe(found, 1, 2)
        found.doubt_all(NOW)
        assert found.due("all.atom", "bb", NOW, 10) == []
        first, second = sorted(found.intents(NOW, 10), key=lambda intent: intent.wish.callback)
        found.confirm(first, NOW)
        found.end_doubted(second)
        found.forget(second)
        assert [due.callback for due in found.due("all.atom", "bb", NOW, 10)] == [first.wish.callback]
        found.close()

    def test_leases_end_and_topics_go(self, tables: SubscriptionTables) -> None:
        found = Subscriptions(tables)
        subscribe(found, 1, 2)
        subscribe(found, 3, path="topics/ai.rss")
        assert found.paths() == ["all.atom", "topics/ai.rss"]
        found.retire(["topics/ai.rss"], NOW, "gone")
        assert [intent.reason for intent in found.intents(NOW, 10)] == ["gone"]
        assert found.paths() == ["all.atom"]
        assert found.end_leases(NOW + 11 * DAY) == 2
        assert found.paths() == []
        found.close()

    def test_there_is_a_bound(self, tables: SubscriptionTables) -> None:
        found = Subscriptions(tables, Caps(per_topic=2, waiting=1))
        subscribe(found, 1, 2)
        assert found.full("all.atom", wish(1)) == ""
        assert "topic" in found.full("all.atom", wish(3))
        found.ask("other.atom", wish(3), "", NOW)
        assert "wait" in found.full("all.atom", wish(1))
        found.close()

    def test_other_hubs_are_remembered(self, tables: SubscriptionTables) -> None:
        found = Subscriptions(tables)
        assert found.pinged("https://hub.test/", "all.atom") == ""
        for sent in ("aa", "bb"):
            found.set_pinged("https://hub.test/", "all.atom", sent)
            assert found.pinged("https://hub.test/", "all.atom") == sent
        found.close()
