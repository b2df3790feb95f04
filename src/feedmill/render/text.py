"""What every format needs of plain text: fit characters, dates in words, the site's addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from feedmill.model.feed import Entry
from feedmill.model.instant import Instant
from feedmill.model.podcast import Episode
from feedmill.model.seed import EntryId
from feedmill.model.site import Site
from feedmill.model.slug import url_path

# What XML 1.0 (section 2.2, Char) allows; surrogates, U+FFFE and most control characters are not in it.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def fit(text: str) -> str:
    """Return `text` without the characters that no XML document can carry (XML 1.0, section 2.2).

    Every format drops the same ones, so that all of them tell the same facts.
    """
    return _UNFIT.sub("", text)


def fit_entry(entry: Entry) -> Entry:
    """Return `entry` with only fit characters; a title of which nothing is left becomes the link."""
    link = fit(entry.link)
    return replace(
        entry,
        id=EntryId(fit(entry.id)),
        link=link,
        title=fit(entry.title).strip() or link,
        summary=fit(entry.summary).strip(),
        content=fit(entry.content).strip(),
        authors=tuple(replace(author, name=fit(author.name)) for author in entry.authors),
        topics=tuple(replace(topic, label=fit(topic.label)) for topic in entry.topics),
        images=tuple(replace(image, url=fit(image.url), title=fit(image.title)) for image in entry.images),
        related=tuple(
            replace(other, title=fit(other.title), link=fit(other.link)) for other in entry.related
        ),
        episode=entry.episode and _fit_episode(entry.episode),
    )


def _fit_episode(episode: Episode) -> Episode:
    """Its addresses, types and numbers are ASCII; what people wrote is in these."""
    return replace(
        episode,
        enclosure=replace(episode.enclosure, title=fit(episode.enclosure.title)),
        chapters=tuple(replace(chapter, title=fit(chapter.title)) for chapter in episode.chapters),
        people=tuple(
            replace(person, name=fit(person.name), role=fit(person.role), group=fit(person.group))
            for person in episode.people
        ),
    )


def rfc822(instant: Instant) -> str:
    """Return `Sat, 21 Nov 2026 08:00:00 +0000`: RFC 822 with a four-digit year, in any locale.

    Raises:
        ValueError: `instant` is not in UTC.
    """
    if instant.utcoffset() != timedelta(0):
        raise ValueError(f"{instant!r} is not in UTC")
    return (
        f"{_DAYS[instant.weekday()]}, {instant.day:02} {_MONTHS[instant.month - 1]} {instant.year:04} "
        f"{instant.hour:02}:{instant.minute:02}:{instant.second:02} +0000"
    )


def document_url(site: Site, path: str, suffix: str) -> str:
    """Return the address of the document `path.suffix`."""
    return f"{site.url}{url_path(path)}.{suffix}"


def home_url(site: Site, path: str, formats: Iterable[str], link: str) -> str:
    """Return the address of the page behind a feed: its `link`, else its HTML twin, else our front page."""
    if link:
        return link
    return document_url(site, path, "html") if "html" in formats else site.url
