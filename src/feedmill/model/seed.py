"""Seeds: what an author wrote, as frozen values, and why a seed may be withheld."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from feedmill.model.instant import Instant
from feedmill.model.podcast import Episode

EntryId = NewType("EntryId", str)
"""An absolute IRI that names an entry for good (RFC 4287, 4.2.6)."""


class Reason(StrEnum):
    """The first that holds, in this order (docs/seeds.md, Why a seed is in no feed)."""

    UNPUBLISHED = "unpublished"
    REMOVED = "removed"
    INVALID = "invalid"
    UNDATED = "undated"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    DUPLICATE = "duplicate"


class Severity(StrEnum):
    """`error`: something is not published as meant; `notice`: nobody's loss, worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """Where it stands among the others: 0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault that a person can mend: `path:line:column: message`.

    `path` is relative to the seeds folder (or names the config file or an output path);
    `line` and `column` count from 1, 0 means unknown. `kept`: the last good form stays published.
    `other` is the path of another seed that the message names, in the same form; "" mostly.
    """

    path: str
    message: str
    severity: Severity = Severity.ERROR
    line: int = 0
    column: int = 0
    kept: bool = False
    other: str = ""

    def __str__(self) -> str:
        where = self.path
        if self.line:
            where += f":{self.line}" + (f":{self.column}" if self.column else "")
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture: absolute http(s) `url`; `width` and `height` in pixels, 0 where unknown."""

    url: str
    width: int = 0
    height: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who published the article first. `name` is its label: its domain only where it has no name."""

    name: str
    domain: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote it: a name or a key of the config's `authors`; page and e-mail address "" where unknown."""

    name: str
    url: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A short article that a seed points to."""

    title: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A valid seed: text repaired, HTML sanitised, addresses absolute, instants in UTC.

    `path` is relative to the seeds folder, with `/`. `published` is None for an undated seed.
    `authors` and `language` are those that the seed itself names.
    `updated` is the author's own, None where absent. `content` is sanitised HTML. `withheld`
    is the author's own word (UNPUBLISHED or REMOVED) or None; the content of a seed withheld so
    is left empty, since nothing of it may ever be shown.
    `flag_lines` are the front matter's lines that can take an entry down, as pairs of a folded name and
    text: what a broken successor is compared with (docs/seeds.md, Last good). `vouched`: it has the flag
    that lets it out where `seeds.published_default` is false.
    """

    path: str
    id: EntryId
    title: str
    link: str
    summary: str = ""
    content: str = ""
    published: Instant | None = None
    updated: Instant | None = None
    expires: Instant | None = None
    withheld: Reason | None = None
    provider: Provider | None = None
    authors: tuple[Author, ...] = ()
    language: str = ""
    topics: tuple[str, ...] = ()
    category: str = ""
    type: str = ""
    quality: float | None = None
    heat: float | None = None
    length: str = ""
    price: str = ""
    levels: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    related: tuple[Related, ...] = ()
    episode: Episode | None = None
    flag_lines: tuple[tuple[str, str], ...] = ()
    vouched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What decoding one file gave: exactly one of a seed, a fault, or "no seed at all".

    - `seed` set: a valid seed (which may still be withheld by its own word or by the clock).
    - `seed` None and `reason` set: INVALID, or UNPUBLISHED/REMOVED where the flags could be read
      and say so although something else is wrong.
    - both None: a file without front matter.

    `takedown` holds for a seed that is INVALID: True when nothing in it may keep its last good
    entry out (a flag that can be read withholds, or one is doubtful). Where what could be read is no
    front matter that parses (`parsed` False), `flag_lines` decide by comparison.
    `expires` is an INVALID seed's own expiry where it can be read; `expiry_unreadable` says
    that there is one and that it cannot.
    """

    path: str
    seed: Seed | None = None
    reason: Reason | None = None
    problems: tuple[Problem, ...] = ()
    parsed: bool = True
    takedown: bool = False
    expires: Instant | None = None
    expiry_unreadable: bool = False
    flag_lines: tuple[tuple[str, str], ...] = ()
    blank: bool = False
    """The file is empty or has no front matter: no seed, unless it was one before."""
