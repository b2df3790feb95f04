"""The keys that shape and choose feeds: `feeds`, terms, feeds of one's own and their conditions."""

from __future__ import annotations

from feedmill.config.kinds import ListOf, Section, key, section
from feedmill.config.podcast_keys import PODCAST
from feedmill.config.scalar_types import choice, integer, size
from feedmill.config.scalars import BOOL, EMAIL, GLOB, LABEL, LANGUAGE, NUMBER, PATH, SLUG, TEXT, TITLE, URL
from feedmill.model.settings import CustomSettings, FeedsBy, FeedSettings, TermSettings

_CONTENT = choice("full", "summary", "none")
_LIMIT = integer(1, 1000)
_TERMS = choice("all", "listed", "off")
_BY = section(
    FeedsBy,
    topics=key(_TERMS, "Topics that have a feed: all, those listed under `topics`, or none."),
    providers=key(_TERMS, "The same for providers."),
    authors=key(_TERMS, "The same for authors."),
    categories=key(choice("all", "off"), "Whether each `category` has a feed."),
    types=key(choice("all", "off"), "Whether each `type` has a feed."),
)

FEEDS = section(
    FeedSettings,
    dir=key(PATH, "The folder of feeds. feedmill deletes there only what it wrote itself.", default="feeds"),
    formats=key(
        ListOf(choice("rss", "atom", "json"), least=1, unique=True),
        "The formats each feed is published in.",
    ),
    limit=key(_LIMIT, "The most entries of a feed."),
    max_bytes=key(
        size(1 << 10, 1 << 30),
        "A larger document falls back to summaries, oldest entries first, then drops the oldest. "
        "A page keeps one in any case.",
    ),
    content=key(_CONTENT, "How much of a seed's body goes out: all, its summary only, or no text at all."),
    related=key(integer(0, 100), "How many of a seed's `related` articles end its content as links."),
    html=key(BOOL, "Whether each feed has a page for people."),
    by=key(_BY, "Which taxonomies have feeds."),
    archive=key(
        choice("off", "month", "year"),
        "Whether each month or year that is over keeps a document and a page of its own (RFC 5005).",
    ),
    title=key(TITLE, "What the feed of a term is called.", "{term} · {site}"),
)

_LINK = key(
    URL,
    "The page that the feed's link leads to.",
    "https://www.example.org/ai/",
    instead="`site.home`, else the feed's own page",
)

TERM = section(
    TermSettings,
    slug=key(SLUG, "The last part of the feed's address, for good.", "ai", instead="made from the label"),
    aliases=key(
        ListOf(LABEL),
        "Other labels that mean the same; spelling, case, hyphens and underscores never matter.",
        ["AI"],
    ),
    title=key(TEXT, "The feed's title.", "AI, seriously", instead="the label used most"),
    description=key(TEXT, "The feed's description.", instead="made from the title"),
    link=_LINK,
)

AUTHOR = Section(
    {
        "name": key(TEXT, "The name that feeds tell.", "Ada Lovelace", instead="the key"),
        "url": key(URL, "The author's page.", "https://www.example.org/ada/"),
        "email": key(EMAIL, "An e-mail address. It is published.", "ada@example.org"),
        **TERM.keys,
        "title": key(TEXT, "The feed's title.", "Notes by Ada", instead="the name"),
    },
    shorthand="name",
)

_RANGE = section(
    min=key(NUMBER, "The least that counts.", 60),
    max=key(NUMBER, "The most that counts.", 100),
)
_CONDITIONS = section(
    topics=key(ListOf(LABEL), "Topics by label or alias; an entry has any of them."),
    providers=key(ListOf(LABEL), "Providers by label or alias."),
    types=key(ListOf(TEXT), "Values of the seeds' `type`, such as `article` or `video`."),
    categories=key(ListOf(TEXT), "Values of the seeds' `category`, such as `news`."),
    levels=key(ListOf(TEXT), "Values of the seeds' `levels`; an entry has any of them."),
    authors=key(ListOf(LABEL), "Authors by key, name or alias."),
    paths=key(ListOf(GLOB), "Patterns for the paths of seeds, such as `ai/**`."),
    languages=key(ListOf(LANGUAGE), "Languages; `de` takes `de-AT` as well."),
    quality=key(_RANGE, "Bounds for `quality`; a seed without one does not match."),
    heat=key(_RANGE, "Bounds for `heat`; a seed without one does not match."),
)
_NOT = key(_CONDITIONS, "The same keys; what matches all of them is left out.")

CUSTOM = section(
    CustomSettings,
    slug=key(SLUG, "The feed is `custom/SLUG`.", "top-ai", required=True),
    title=key(TEXT, "The feed's title.", "Top AI", instead="the slug"),
    description=key(TEXT, "The feed's description.", instead="made from the title"),
    where=key(
        Section({**_CONDITIONS.keys, "not": _NOT}),
        "Which entries it has: all conditions hold, a list means any of, an empty list anything.",
        {"topics": ["AI"], "quality": {"min": 60}},
    ),
    limit=key(_LIMIT, "The most entries.", 20, instead="`feeds.limit`"),
    content=key(_CONTENT, "How much of a seed's body goes out.", "summary", instead="`feeds.content`"),
    link=_LINK,
    podcast=key(
        PODCAST,
        "Makes it a podcast: entries with an enclosure of known length alone, and what directories ask for.",
        {"image": "https://example.org/cover.jpg", "categories": ["Technology"]},
        optional=True,
    ),
    order=key(choice("newest", "quality", "heat"), "What comes first, and so what stays within the limit."),
)
