"""Terms and feeds: aliases, own slugs, filters, ids."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feedmill.compose import Composer, feed_id, most_used
from feedmill.compose.entry import compose_entry
from feedmill.compose.select import Filter
from feedmill.compose.terms import Taxonomy, taxonomies
from feedmill.model.seed import Author, EntryId, Provider, Seed
from feedmill.model.settings import (
    AuthorSettings,
    CustomSettings,
    FeedsBy,
    FeedSettings,
    Range,
    TermSettings,
    Where,
)
from feedmill.model.site import Site
from feedmill.model.slug import Slug, TermKey
from feedmill.model.taxonomy import FeedKey, Kind

AI = TermSettings(
    key=TermKey("artificial intelligence"),
    label="Artificial Intelligence",
    slug=Slug("ai"),
    aliases=("AI", "Machine  Thinking"),
)
TOPICS = Taxonomy(Kind.TOPIC, [AI, TermSettings(key=TermKey("web"), label="Web", title="The Web")])
ADA = AuthorSettings(
    key=TermKey("ada"),
    label="ada",
    name="Ada Lovelace",
    aliases=("Countess",),
    url="https://ada.example.org/",
)
ALL_TERMS = taxonomies(FeedSettings(topics=(AI,), authors=(ADA,)))
NOW = datetime(2026, 2, 1, tzinfo=UTC)
SITE = Site(title="S", url="https://x.org/", id="https://x.org/")
SEED = Seed(
    path="a.md",
    id=EntryId("urn:a"),
    title="A",
    link="https://x.org/a",
    published=datetime(2026, 1, 1, tzinfo=UTC),
    topics=("ai", "Web", "Artificial intelligence", " "),
    provider=Provider(name="RT", authors=("Bob",)),
    authors=(Author(name="countess", url="https://x.org/c", email="c@x.org"), Author(name="Grace")),
    language="pt-BR",
    type="Article",
    quality=60.0,
    heat=None,
)


def test_aliases_lead_to_the_term_by_its_name_and_other_labels_stay_the_author_s() -> None:
    terms = TOPICS.terms(SEED.topics)
    assert [(term.key, term.label, term.path) for term in terms] == [
        ("artificial intelligence", "Artificial Intelligence", "topics/ai"),
        ("web", "Web", "topics/web"),
    ]
    assert TOPICS.key("machine thinking") == AI.key


def test_a_term_whose_natural_slug_is_somebody_s_own_gets_the_hash_form() -> None:
    taxonomy = Taxonomy(Kind.TOPIC, [TermSettings(key=TermKey("x"), label="X", slug=Slug("web"))])
    assert taxonomy.slug(TermKey("x")) == "web"
    assert taxonomy.slug(TermKey("web")).startswith("web--")
    assert Taxonomy(Kind.TOPIC, []).slug(TermKey("web")) == "web"


@pytest.mark.parametrize(
    ("where", "passes"),
    [
        (Where(), True),
        (Where(topics=("AI",)), True),
        (Where(topics=("Games", "web")), True),
        (Where(topics=("Games",)), False),
        (Where(providers=("rt",)), True),
        (Where(providers=("AWS",)), False),
        (Where(types=("ARTICLE",)), True),
        (Where(types=("video",)), False),
        (Where(quality=Range(min=60)), True),
        (Where(quality=Range(min=60.5)), False),
        (Where(quality=Range(max=59)), False),
        (Where(heat=Range(min=-1)), False),
        (Where(topics=("AI",), types=("video",)), False),
        (Where(authors=("ada",)), True),
        (Where(authors=("Ada  Lovelace", "nobody")), True),
        (Where(authors=("GRACE",)), True),
        (Where(authors=("Bob",)), False),
        (Where(paths=("*.md",)), True),
        (Where(paths=("x/**", "**/a.*")), True),
        (Where(paths=("x/**", "b.md")), False),
        (Where(languages=("PT",)), True),
        (Where(languages=("pt-br",)), True),
        (Where(languages=("p", "pt-PT", "en")), False),
        (Where(exclude=Where(topics=("AI",))), False),
        (Where(exclude=Where(topics=("Games",))), True),
    ],
)
def test_filters(where: Where, passes: bool) -> None:
    assert Filter(where, ALL_TERMS)(SEED) is passes


def test_memberships_name_every_feed_once() -> None:
    custom = CustomSettings(slug=Slug("top"), title="Top", where=Where(quality=Range(min=1)), order="quality")
    composer = Composer(SITE, FeedSettings(topics=(AI,), custom=(custom,)))
    found = [(m.feed.kind, m.feed.key, m.label, m.score) for m in composer.memberships(SEED)]
    assert found == [
        (Kind.ALL, "", "", 0.0),
        (Kind.TOPIC, "artificial intelligence", "Artificial Intelligence", 0.0),
        (Kind.TOPIC, "web", "Web", 0.0),
        (Kind.PROVIDER, "rt", "RT", 0.0),
        (Kind.CUSTOM, "top", "", 60.0),
    ]
    assert composer.spec(FeedKey(kind=Kind.CUSTOM, key="top")).path == "custom/top"


def test_a_feed_s_id_is_made_from_the_site_s_id_and_its_path() -> None:
    expected = uuid.uuid5(uuid.NAMESPACE_URL, "https://x.org/topics/ai")
    assert feed_id("https://x.org/", "topics/ai") == f"urn:uuid:{expected}"


def test_the_label_most_used_and_ties_to_the_smallest() -> None:
    assert most_used([("b", 2), ("a", 2), ("c", 1)]) == "a"
    assert most_used([("b", 3), ("a", 2)]) == "b"
    assert most_used([]) == ""


BY = FeedsBy(topics="listed", providers="off", authors="all", categories="all", types="all")


def test_only_the_taxonomies_that_the_config_asks_for_have_feeds() -> None:
    composer = Composer(SITE, FeedSettings(topics=(AI,), authors=(ADA,), by=BY))
    seed = replace(SEED, category="News")
    found = [(m.feed.kind, m.feed.key, m.label) for m in composer.memberships(seed)]
    assert found == [
        (Kind.ALL, "", ""),
        (Kind.TOPIC, "artificial intelligence", "Artificial Intelligence"),
        (Kind.AUTHOR, "ada", "ada"),
        (Kind.AUTHOR, "grace", "Grace"),
        (Kind.CATEGORY, "news", "News"),
        (Kind.TYPE, "article", "Article"),
    ]
    specs = [composer.spec(m.feed) for m in composer.memberships(seed)]
    assert [spec.path for spec in specs][2:] == [
        "authors/ada",
        "authors/grace",
        "categories/news",
        "types/article",
    ]
    assert composer.title(specs[2], "ada") == "Ada Lovelace"
    entry = composer.entry(seed, NOW)
    assert [(topic.label, topic.listed) for topic in entry.topics] == [
        ("Artificial Intelligence", True),
        ("Web", False),
    ]
    assert entry.provider is not None and not entry.provider.listed


@pytest.mark.parametrize(
    ("seed", "told"),
    [
        (SEED, [("Ada Lovelace", "https://ada.example.org/", "c@x.org"), ("Grace", "", "")]),
        (replace(SEED, authors=()), [("Bob", "", "")]),
        (replace(SEED, authors=(), provider=Provider(name="RT")), [("RT", "", "")]),
        (replace(SEED, authors=(), provider=None), []),
    ],
)
def test_an_entry_s_authors_are_its_own_else_its_provider_s_else_the_provider(
    seed: Seed, told: list[tuple[str, str, str]]
) -> None:
    entry = compose_entry(seed, NOW, ALL_TERMS)
    assert [(each.name, each.url, each.email) for each in entry.authors] == told
