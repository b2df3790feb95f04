"""Which entries a podcast has, and what it says for those that leave it open."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pytest

from conformance.samples import BARE, EPISODE, NOON, SHOW, entry
from feedmill.compose import Composer
from feedmill.compose.podcast import complete_podcast, episode_entry, podcast_guid
from feedmill.model.podcast import Episode, Person, Podcast
from feedmill.model.seed import EntryId, Image, Seed
from feedmill.model.settings import AuthorSettings, CustomSettings, FeedSettings
from feedmill.model.slug import Slug, TermKey
from feedmill.model.taxonomy import FeedKey, Kind


@pytest.mark.parametrize(
    ("address", "guid"),
    [
        ("https://mp3s.nashownotes.com/pc20rss.xml", "917393e3-1b1e-5cef-ace4-edaa54e1f810"),
        ("http://podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("https://podnews.net/rss//", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
    ],
)
def test_the_guid_is_that_of_the_podcast_namespaces_examples(address: str, guid: str) -> None:
    assert podcast_guid(address) == guid


LENGTHLESS = replace(EPISODE, enclosure=replace(EPISODE.enclosure, length=0))


@pytest.mark.parametrize(("episode", "held"), [(EPISODE, True), (LENGTHLESS, False), (None, False)])
def test_a_podcast_holds_what_has_an_enclosure_of_known_length(episode: Episode | None, held: bool) -> None:
    composer = Composer(
        BARE, FeedSettings(custom=(CustomSettings(slug=Slug("show"), title="S", podcast=SHOW),))
    )
    seed = Seed(path="a.md", id=EntryId("urn:a"), title="A", link="https://e.org/", episode=episode)
    kinds = [membership.feed.kind for membership in composer.memberships(seed)]
    assert (Kind.CUSTOM in kinds) is held
    assert Kind.ALL in kinds


def test_people_are_named_as_the_configs_authors_are() -> None:
    ann = AuthorSettings(key=TermKey("ann"), label="ann", name="Ann Lee", url="https://e.org/ann")
    seed = Seed(
        path="a.md",
        id=EntryId("urn:a"),
        title="A",
        link="https://e.org/",
        published=NOON,
        episode=replace(EPISODE, people=(Person(name="ann", role="guest"), Person(name="Bob"))),
    )
    found = Composer(BARE, FeedSettings(authors=(ann,))).entry(seed, NOON).episode
    assert found is not None
    assert found.people == (
        Person(name="Ann Lee", role="guest", url="https://e.org/ann"),
        Person(name="Bob"),
    )


def test_the_site_answers_for_what_the_show_leaves_open() -> None:
    least = Podcast(image="https://e.org/c.jpg", categories=(("Arts", ""),))
    custom = CustomSettings(slug=Slug("show"), title="S", podcast=least)
    composer = Composer(BARE, FeedSettings(custom=(custom,)))
    spec = composer.spec(FeedKey(kind=Kind.CUSTOM, key="show"))
    found = composer.feed(spec, "S", ()).podcast
    assert found == complete_podcast(least, BARE, "custom/show")
    assert found is not None
    assert (found.author, found.owner_name) == (BARE.title, BARE.title)
    assert found.guid == podcast_guid("https://feeds.example.org/custom/show.rss")
    assert composer.empty_feed(Kind.CUSTOM, "custom/show", "S", "").podcast == found


def test_the_guid_is_made_from_the_address_as_documents_spell_it() -> None:
    show = complete_podcast(replace(SHOW, guid=""), BARE, "custom/münchen")
    assert show.guid == podcast_guid("https://feeds.example.org/custom/m%C3%BCnchen.rss")


def test_an_episode_says_what_psp_recommends_whatever_it_leaves_open() -> None:
    bare = episode_entry(entry(1, episode=replace(EPISODE, explicit=None)), SHOW)
    assert bare.episode is not None
    assert (bare.summary, bare.episode.explicit, bare.episode.image) == ("Entry 1", True, SHOW.image)
    own = episode_entry(
        entry(1, episode=EPISODE, summary="Own", images=(Image(url="https://e.org/a.PNG?x"),)), SHOW
    )
    assert own.episode is not None
    assert (own.summary, own.episode.explicit, own.episode.image) == ("Own", False, "https://e.org/a.PNG?x")
    other = episode_entry(entry(1, episode=EPISODE, images=(Image(url="https://e.org/a.webp"),)), SHOW)
    assert other.episode is not None
    assert other.episode.image == SHOW.image
    assert episode_entry(entry(1), SHOW) == entry(1)


@pytest.mark.parametrize("text", ["é" * 4000, "two words " * 500, "a & b < c " * 450])
def test_a_description_has_no_more_than_4000_bytes(text: str) -> None:
    """As RSS tells it: an episode's as HTML, the show's as plain text."""
    summary = episode_entry(entry(1, episode=EPISODE, summary=text), SHOW).summary
    assert 3900 < len(escape(summary, quote=False).encode()) <= 4000
    assert summary.endswith("…")
    custom = CustomSettings(slug=Slug("show"), title="S", description=text, podcast=SHOW)
    composer = Composer(BARE, FeedSettings(custom=(custom,)))
    told = composer.feed(composer.spec(FeedKey(kind=Kind.CUSTOM, key="show")), "S", ()).description
    assert 3900 < len(told.encode()) <= 4000
    assert text.startswith(told.removesuffix("…"))


def test_a_description_of_4000_bytes_is_left_whole() -> None:
    text = "a < b" * 500  # with the three bytes that "<" has more, as HTML
    assert episode_entry(entry(1, episode=EPISODE, summary=text), SHOW).summary == text
