"""What is learned of an existing site, whatever made it."""

from __future__ import annotations

from dataclasses import dataclass

from feedmill.errors import UsageError

SEEDS = (".md", ".markdown", ".mdx", ".html", ".txt")

UNDEFINED = tuple(
    (name, ()) for name in ("language", "type", "quality", "heat", "provider", "length", "price", "levels")
)
"""Fields of ours that say nothing in the front matter of Hugo, Zola and Docusaurus.

A key of such a name is the site's own there, with whatever it likes in it (`language: [R]`).
"""


class UnknownSite(UsageError):
    """A folder in which no site's articles were found; the message says what was looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One of the site's authors, under the key that its articles name."""

    key: str
    name: str
    url: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One of `seeds.rules`: the seeds whose paths match get this address and what they leave open."""

    paths: tuple[str, ...]
    link: str | None = None
    defaults: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionFeed:
    """A custom feed of the seeds below some paths."""

    slug: str
    title: str
    paths: tuple[str, ...]
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unread:
    """What was not understood. `file` is relative to the site, `line` counts from 1, 0 is unknown."""

    file: str
    line: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """A site as its own configuration has it.

    `home` is its address, with the path that all its pages are below. `seeds_dir` is relative to the site's
    folder, globs and rules to `seeds_dir`. `link` is the address pattern of all that no rule matches.
    `topics` are labels by the keys that articles name them with.
    `fields` are the keys of fields of ours that the site calls otherwise.
    `listed` are the taxonomies of which these labels alone have a feed.
    `copies` are the site's old feed addresses and ours that stand for them. `content` is how much of an
    article the site's own feed shows (`feeds.content`), None for all.
    """

    kind: str
    title: str = ""
    home: str | None = None
    description: str = ""
    language: str | None = None
    timezone: str = "UTC"
    author: str | None = None
    authors: tuple[Author, ...] = ()
    topics: tuple[tuple[str, str], ...] = ()
    seeds_dir: str = "."
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    link: str | None = None
    rules: tuple[Rule, ...] = ()
    defaults: tuple[tuple[str, object], ...] = ()
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    feeds: tuple[SectionFeed, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    content: str | None = None
    separators: tuple[str, ...] = ()
    split_blanks: bool = False
    headers: str | None = None
    by_authors: bool = False
    listed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unread: tuple[Unread, ...] = ()
