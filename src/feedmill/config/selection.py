"""The keys that name and choose feeds: terms, conditions, feeds of one's own."""

from __future__ import annotations

from feedmill.config import scalars
from feedmill.config.kinds import Key, ListOf, Section

CONTENT = scalars.choice("full", "summary", "none")
_LABELS = ListOf(item=scalars.LABEL, single=True)
_TEXTS = ListOf(item=scalars.TEXT, single=True)
_RANGE = Section(
    keys={
        "min": Key(kind=scalars.NUMBER, doc="The least that counts.", examples=(60,)),
        "max": Key(kind=scalars.NUMBER, doc="The most that counts.", examples=(100,)),
    }
)
_CONDITIONS = {
    "topics": Key(kind=_LABELS, doc="Topics by label or alias; an entry has any of them."),
    "providers": Key(kind=_LABELS, doc="Providers by label or alias."),
    "types": Key(kind=_TEXTS, doc="Values of the seeds' `type`, such as `article` or `video`."),
    "categories": Key(kind=_TEXTS, doc="Values of the seeds' `category`, such as `news`."),
    "levels": Key(kind=_TEXTS, doc="Values of the seeds' `levels`; an entry has any of them."),
    "quality": Key(kind=_RANGE, doc="Bounds for `quality`; a seed without one does not match."),
    "heat": Key(kind=_RANGE, doc="Bounds for `heat`; a seed without one does not match."),
}
_WHERE = Section(
    keys={
        **_CONDITIONS,
        "not": Key(
            kind=Section(keys=_CONDITIONS), doc="The same keys; what matches all of them is left out."
        ),
    }
)
TERM = Section(
    keys={
        "slug": Key(
            kind=scalars.SLUG,
            doc="The last part of the feed's address, for good.",
            instead="made from the label",
            examples=("ai",),
        ),
        "aliases": Key(
            kind=_LABELS,
            doc="Other labels that mean the same; spelling, case, hyphens and underscores never matter.",
            default=[],
            examples=(["AI"],),
        ),
        "title": Key(
            kind=scalars.TEXT,
            doc="The feed's title.",
            instead="the label used most",
            examples=("AI, seriously",),
        ),
        "description": Key(kind=scalars.TEXT, doc="The feed's description.", instead="made from the title"),
    }
)

CUSTOM = Section(
    keys={
        "slug": Key(
            kind=scalars.SLUG,
            doc="The feed is `custom/SLUG`.",
            required=True,
            examples=("top-ai",),
        ),
        "title": Key(kind=scalars.TEXT, doc="The feed's title.", instead="the slug", examples=("Top AI",)),
        "description": Key(kind=scalars.TEXT, doc="The feed's description.", instead="made from the title"),
        "where": Key(
            kind=_WHERE,
            doc="Which entries it has: all conditions hold, a list means any of, an empty list anything.",
            examples=({"topics": ["AI"], "quality": {"min": 60}},),
        ),
        "limit": Key(
            kind=scalars.integer(1, 1000), doc="The most entries.", instead="`feeds.limit`", examples=(20,)
        ),
        "content": Key(
            kind=CONTENT,
            doc="How much of a seed's body goes out.",
            instead="`feeds.content`",
            examples=("summary",),
        ),
        "order": Key(
            kind=scalars.choice("newest", "quality", "heat"),
            doc="What comes first, and so what stays within the limit.",
            default="newest",
        ),
    }
)
