"""The keys of a custom feed that is a podcast: Apple's tags and the podcast namespace's (PSP-1)."""

from __future__ import annotations

import re

from feedmill.config.kinds import ListOf, MapOf, Scalar, key, section
from feedmill.config.names import parse_text, parse_url
from feedmill.config.scalar_types import choice
from feedmill.config.scalars import BOOL, EMAIL, TEXT, URL, UUID
from feedmill.model.podcast import Podcast

_CATEGORIES = """
Arts: Books, Design, Fashion & Beauty, Food, Performing Arts, Visual Arts
Business: Careers, Entrepreneurship, Investing, Management, Marketing, Non-Profit
Comedy: Comedy Interviews, Improv, Stand-Up
Education: Courses, How To, Language Learning, Self-Improvement
Fiction: Comedy Fiction, Drama, Science Fiction
Government
History
Health & Fitness: Alternative Health, Fitness, Medicine, Mental Health, Nutrition, Sexuality
Kids & Family: Education for Kids, Parenting, Pets & Animals, Stories for Kids
Leisure: Animation & Manga, Automotive, Aviation, Crafts, Games, Hobbies, Home & Garden, Video Games
Music: Music Commentary, Music History, Music Interviews
News: Business News, Daily News, Entertainment News, News Commentary, Politics, Sports News, Tech News
Religion & Spirituality: Buddhism, Christianity, Hinduism, Islam, Judaism, Religion, Spirituality
Science: Astronomy, Chemistry, Earth Sciences, Life Sciences, Mathematics, Natural Sciences, Nature, \
Physics, Social Sciences
Society & Culture: Documentary, Personal Journals, Philosophy, Places & Travel, Relationships
Sports: Baseball, Basketball, Cricket, Fantasy Sports, Football, Golf, Hockey, Rugby, Running, Soccer, \
Swimming, Tennis, Volleyball, Wilderness, Wrestling
Technology
True Crime
TV & Film: After Shows, Film History, Film Interviews, Film Reviews, TV Reviews
""".replace("\\\n", "")
"""https://podcasters.apple.com/support/1691-apple-podcasts-categories"""


def _known() -> dict[str, tuple[str, str]]:
    """Return Apple's categories as one writes them: `Arts`, `Arts > Books`, `Books`."""
    known: dict[str, tuple[str, str]] = {}
    for line in _CATEGORIES.strip().splitlines():
        category, _, inner = line.partition(": ")
        known[category] = (category, "")
        for each in inner.split(", ") if inner else ():
            known[f"{category} > {each}"] = known[each] = (category, each)
    return known


def _parse_category(text: str) -> tuple[str, str]:
    known = _known()
    written = " > ".join(part.strip() for part in parse_text(text).split(">"))
    if written in known:
        return known[written]
    from feedmill.model.suggest import did_you_mean

    raise ValueError("which Apple's list does not have" + did_you_mean(written, known))


_CATEGORY = Scalar(
    "category",
    "one of Apple's categories like Technology or Society & Culture > Documentary",
    _parse_category,
    {"type": "string"},
    lambda value: " > ".join(filter(None, value)),
)


def _parse_artwork(text: str) -> str:
    url = parse_url(text)
    if not re.search(r"\.(?:jpe?g|png)(?:[?#]|\Z)", url, re.IGNORECASE):
        raise ValueError("which ends in none of .jpg, .jpeg and .png")
    return url


_ARTWORK = Scalar(
    "URL",
    "an absolute URL of a JPEG or PNG like https://example.org/cover.jpg",
    _parse_artwork,
    {"type": "string", "format": "uri", "pattern": r"^https?://.*\.([Jj][Pp][Ee]?[Gg]|[Pp][Nn][Gg])([?#]|$)"},
)
_OWNER = section(
    shorthand="email",
    name=key(TEXT, "The owner's name.", "Jane Doe"),
    email=key(EMAIL, "Where directories write to. It is published.", "jane@example.org"),
)
_FUNDING = section(
    shorthand="url",
    url=key(URL, "Where to support the show.", "https://example.org/support", required=True),
    text=key(TEXT, "What the link says.", "Support the show", default="Support the show"),
)
PODCAST = section(
    Podcast,
    image=key(
        _ARTWORK, "A square JPEG or PNG, 1400 to 3000 pixels.", "https://example.org/cover.jpg", required=True
    ),
    categories=key(
        ListOf(_CATEGORY, least=1, unique=True), "Apple's categories.", ["Technology"], required=True
    ),
    explicit=key(BOOL, "Whether it is for adults alone."),
    author=key(TEXT, "Who makes it.", "Jane Doe", instead="`site.author`"),
    owner=key(_OWNER, "Who answers for it; an address alone will do."),
    type=key(choice("episodic", "serial"), "Whether episodes stand alone or follow each other."),
    complete=key(BOOL, "Whether no episode will follow."),
    locked=key(BOOL, "Whether other hosts may not import it."),
    guid=key(
        UUID,
        "The show's GUID, where it has one from another host.",
        "917393e3-1b1e-5cef-ace4-edaa54e1f810",
        instead="made from its address",
    ),
    txt=key(
        MapOf(TEXT, TEXT),
        "What a directory asks for to see whose show it is, by purpose.",
        {"verify": "S6lpp-7ZCn8-dZfGc-OoyaG"},
        default={},
    ),
    funding=key(_FUNDING, "Where listeners give; an address alone will do.", optional=True),
)
