"""Who reads: what services write in their User-Agent, summed per feed (issue 5, item 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.server.subscribers import MAX_READERS, Reader, Readers, parse_agent
from wire import House

AGENTS = {
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like Google)": (
        "Feedly",
        16,
    ),
    "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 3 subscribers; )": ("Inoreader", 3),
    "NewsBlur Feed Fetcher - 42 subscribers - http://www.newsblur.com/site/1/x (Mozilla/5.0)": (
        "NewsBlur Feed Fetcher",
        42,
    ),
    "Mozilla/5.0 (compatible; theoldreader.com; 7 subscribers; feed-id=5a1)": ("theoldreader.com", 7),
    "Feedbin feed-id:1373711 - 142 subscribers": ("Feedbin", 142),
    "Netvibes (http://www.netvibes.com/; 5 subscribers; feedId: 1234)": ("Netvibes", 5),
    "BazQux/2.4 (+https://bazqux.com/fetcher; 1 subscribers)": ("BazQux", 1),
    "Bloglovin/1.0 (http://www.bloglovin.com; 1 subscriber)": ("Bloglovin", 1),
    "NewsGator Online/2.0 (http://www.newsgator.com; 12 subscribers)": ("NewsGator Online", 12),
    "Feedspot/1.0 (+https://www.feedspot.com/fs/fetcher; 8 readers; like Google)": (
        "Feedspot",
        8,
    ),
    "YahooFeedSeeker/2.0 (compatible; Mozilla 4.0; http://publisher.yahoo.com/rssguide; users 11; views 0)": (
        "YahooFeedSeeker",
        11,
    ),
}


@pytest.mark.parametrize("agent", AGENTS)
def test_services(agent: str) -> None:
    found = parse_agent(agent.encode())
    assert found is not None
    assert (found.name, found.subscribers) == AGENTS[agent]


@pytest.mark.parametrize(
    "agent",
    [
        b"newsboat/2.21 (Linux 6.1)",
        b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        b"Feedly/1.0 (99999999999 subscribers)",
        b"Feedly/1.0 (999999999 subscribers)",
        b"12 subscribers",
        b"",
        b"\xff\xfe",
    ],
)
def test_others_say_nothing(agent: bytes) -> None:
    assert parse_agent(agent) is None


@given(st.binary(max_size=600))
def test_any_agent_is_survived(agent: bytes) -> None:
    found = parse_agent(agent)
    assert found is None or isinstance(found, Reader)


def test_the_latest_figure_of_each_reader_counts() -> None:
    readers = Readers()
    readers.note("all", ".rss", b"Feedly/1.0 (+http://x; 16 subscribers; )")
    readers.note("all", ".rss", b"Feedly/1.0 (+http://x; 14 subscribers; )")
    readers.note("all", ".atom", b"Feedly/1.0 (+http://x; 2 subscribers; )")  # another address, another list
    readers.note("all", ".rss", b"Inoreader/1.0 (3 subscribers)")
    readers.note("topics/ai", ".rss", b"Inoreader/1.0 (1 subscribers)")
    readers.note("all", ".rss", b"newsboat/2.21")
    assert readers.by_feed() == {"all": 19, "topics/ai": 1}
    assert readers.by_reader() == {"Feedly": 16, "Inoreader": 4}


def test_memory_is_bounded() -> None:
    readers = Readers()
    for number in range(10_000):
        readers.note("all", ".rss", b"R%dx/1.0 (1 subscribers)" % number)
    assert readers.by_feed() == {"all": MAX_READERS}
    assert len(readers._agents) <= 4096


def test_polls_are_summed_per_feed_and_told_only_of_published_feeds(house: House) -> None:
    agent = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; )"
    house.ask("/all.rss", User_Agent=agent)
    house.ask("/all.rss", User_Agent=agent, If_None_Match="*")
    house.ask("/topics/ai.rss", User_Agent=agent)
    house.ask("/nowhere.rss", User_Agent=agent)
    assert house.origin.subscribers() == {"all": 16, "topics/ai": 16}
    for suffix in ("rss", "atom", "json", "html"):
        house.site.retire(f"topics/ai.{suffix}")
    house.publish()
    assert house.origin.subscribers() == {"all": 16}
