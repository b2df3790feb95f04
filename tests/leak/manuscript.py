"""What authors save: seeds in which every field carries a mark of its own, whole, withheld or broken.

A mark is `<what>zq<serial>x`: letters and digits alone, so that no format, coding or slug changes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MARK = re.compile(rb"([a-z]+)zq(\d+)x")
TERMS = frozenset({b"topic", b"provider"})


class Word(Enum):
    """What a seed says of itself."""

    OUT = "it may be out"
    HELD = "it says that it is withheld"
    BROKEN = "it is invalid and says nothing else than before: its last good form stays"
    DOWN = "it is invalid and what it says differs: nothing of it is out"
    BLANK = "it is no seed (any more): its last good form stays"
    UNCERTAIN = "any of its forms but the last good one is forbidden"


@dataclass(frozen=True)
class Manuscript:
    """One version of one seed; `hours` count from START."""

    serial: int
    word: Word
    data: bytes
    published: int = -1
    expires: int | None = None
    flag: bool | None = None
    entry: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether the clock lets it out."""
        hours = (now - START) / timedelta(hours=1)
        return self.published <= hours and (self.expires is None or hours < self.expires)

    def allowed(self, now: datetime, *, default: bool) -> bool:
        """Whether it is out, as far as it alone decides."""
        return (
            self.word is Word.OUT and self.is_due(now) and (self.flag is not False) and (self.flag or default)
        )


HELD = (
    "published: false",
    "published: no",
    "published: off",
    "published: 'n'",
    'published: "FALSE"',
    "published : false",
    '"published": false',
    "published:\n  false",
    "published: true\npublished: false",
    "removed: true",
    "deleted: Yes",
    "published: true\nremoved: 'on'",
    "<<: {published: false}",
)
"""Words that withhold, each in good YAML."""

DOUBTFUL = (
    "published: flase",
    "published: nope",
    "published: 0",
    "published:",
    "published: ~",
    "published: [false]",
    "published: {no: no}",
    "published: !!bool false",
    "published: false,",
    'published: "false',
    "published: tru",
    "removed: ture",
    "removed: [yes]",
    "deleted: 1",
    "expiryDateTime: 2026-02-30",
    "expiryDateTime: yesterday",
    "expiryDateTime: [2020-01-01]",
    "expiryDateTime: 2020-01-01",
)
"""Words that nobody can be sure of, or an expiry long past: nothing goes out."""

DAMAGE = (
    b"bad: [1, 2\n",
    b'bad: "open\n',
    b"a: b: c\n",
    b"\tx: y\n",
    b"%x\n",
    b"@x\n",
    b"- item\n",
    b"<<<<<<< HEAD\n",
    b"bad: \xff\xfe\n",
    b"bad: \x00\n",
    b"bad: " + b"[" * 100 + b"\n",
    b"bad: " + b"&a [*a, *a]\n" * 1100,
)
"""Lines that make the front matter unreadable as a whole."""


def draft(
    serial: int,
    *,
    lines: tuple[str, ...] = (),
    published: int | None = -1,
    expires: int | None = None,
    entry: str = "",
    topics: tuple[str, ...] = (),
    order: int = 0,
) -> bytes:
    """Return a seed's text with a mark in every field; `entry` is an identity that others may share."""

    def mark(what: str) -> str:
        return f"{what}zq{serial}x"

    fields = [
        f"title: {mark('title')} & more",
        f"excerpt: <b>{mark('excerpt')}</b> &amp; so on",
        f"webUrl: https://{mark('host')}.example.org/{mark('link')}",
        f"originalUrl: https://original.example.org/{mark('original')}",
        f"id: {entry or 'https://ids.example.org/' + mark('id')}",
        f"topics: [{', '.join((mark('topic'), *topics))}]",
        (
            f"provider: {{name: {mark('provider')}, domain: {mark('domain')}.org,"
            f" authors: [{{name: {mark('author')}}}]}}"
        ),
        (
            f"images: [{{url: 'https://pictures.example.org/{mark('picture')}.png', width: 3, height: 4,"
            f" title: {mark('caption')}}}]"
        ),
        f"related: [{{title: {mark('other')}, webUrl: 'https://r.example.org/{mark('other')}'}}]",
        f"audio: {{url: 'https://media.example.org/{mark('audio')}.mp3', length: 5, title: {mark('film')}}}",
        f"transcript: https://media.example.org/{mark('transcript')}.vtt",
        f"chapters: ['0:00 {mark('chapter')}']",
        f"people: [{{name: {mark('person')}, role: {mark('role')}, url: 'https://p.example.org/{mark('home')}'}}]",
        f"secured: {mark('secured')}QUJDRA==",
        f"category: {mark('category')}",
        f"type: {mark('type')}",
        f"unknown: {mark('unknown')}",
        f"quality: {serial % 100}",
    ]
    if published is not None:
        fields.append(f"publishedDateTime: {_instant(published)}")
    if expires is not None:
        fields.append(f"expiryDateTime: {_instant(expires)}")
    turn = order % len(fields)
    fields = [*fields[turn:], *fields[:turn]]
    place = order % (len(fields) + 1)
    fields[place:place] = lines
    body = f"Some *{mark('body')}* and <img src='/{mark('inline')}.png' alt='{mark('alt')}'>.\n"
    return ("---\n" + "\n".join(fields) + "\n---\n" + body).encode()


def damaged(data: bytes, how: int) -> bytes:
    """Return a seed whose front matter no parser reads, with every other line as it was."""
    ending = data.rfind(b"\n---\n") + 1
    kind = how % (len(DAMAGE) + 2)
    if kind == len(DAMAGE):  # never closed
        return data[:ending] + b"\n" + data[ending + 4 :]
    if kind == len(DAMAGE) + 1:  # UTF-16 in the middle of it
        return data[:ending] + "naïve\n".encode("utf-16-be") + b"\n" + data[ending:]
    starts = [
        4,
        *(n + 1 for n in range(4, ending) if data[n : n + 1] == b"\n" and data[n + 1 : n + 2] != b" "),
    ]
    place = starts[(how // 7) % len(starts)]
    return data[:place] + DAMAGE[kind] + data[place:]


def _instant(hours: int) -> str:
    return (START + timedelta(hours=hours)).isoformat()
