"""The human pages: a feed's HTML twin and the index of all feeds, from templates that a theme may override."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from feedmill.errors import RenderError
from feedmill.model.feed import Directory, Entry, Feed, FeedRow, Site
from feedmill.model.taxonomy import Kind
from feedmill.render import theme as theming

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

FORMATS = {
    "rss": ("RSS", "application/rss+xml"),
    "atom": ("Atom", "application/atom+xml"),
    "json": ("JSON", "application/feed+json"),
}
"""What a feed can be subscribed to as: suffix -> (name, media type)."""

_INDEX = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One document to subscribe to: `href` relative to the page, `address` absolute."""

    format: str
    name: str
    type: str
    href: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The index's feeds of one kind."""

    kind: Kind
    rows: tuple[FeedRow, ...]


class Pages:
    """Renders pages; what it has rendered once of an entry or a row it joins again next time.

    `theme` maps file names to their text: templates, `style.css`, `extra.css`, `script.js`.
    A page is a pure function of its feed (or directory), the site and the theme.
    """

    def __init__(self, site: Site, theme: Mapping[str, str], *, cache_bytes: int = 16 << 20) -> None:
        self._site = site
        self._theme = theme
        self._cache_bytes = cache_bytes
        self._cached_bytes = 0
        self._entries: dict[tuple[str, Entry], Markup] = {}  # least recently used first
        self._rows: dict[str, tuple[FeedRow, Markup]] = {}
        self._row_formats: tuple[str, ...] = ()

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy of every page."""
        return theming.content_security_policy(self._theme)

    def render_feed(self, feed: Feed) -> bytes:
        """Return `feed`'s page in UTF-8; past `feed.max_bytes` the oldest entries are left out.

        Raises:
            RenderError: a template (of the theme, as a rule) failed.
        """
        entries = feed.entries
        page = self._feed_page(feed, entries)
        while len(page) > feed.max_bytes and entries:
            entries = self._without_oldest(feed, entries, len(page) - feed.max_bytes)
            page = self._feed_page(feed, entries)
        return page

    def render_index(self, directory: Directory) -> bytes:
        """Return the page that lists and filters all feeds, in UTF-8.

        Raises:
            RenderError: a template (of the theme, as a rule) failed.
        """
        formats = tuple(name for name in directory.formats if name in FORMATS)
        groups = [
            Group(kind=kind, rows=tuple(rows)) for kind, rows in groupby(directory.rows, key=attrgetter("kind"))
        ]
        everything = next((row for row in directory.rows if row.kind is Kind.ALL), None)
        with _named(_INDEX):
            self._start_rows(directory, formats)
            context = {
                "root": "",
                "canonical": self._site.url,
                "everything": everything,
                "subscriptions": self._subscriptions("all", formats, "") if everything else (),
                "groups": [group for group in groups if group.kind is not Kind.ALL],
                "total": len(directory.rows),
                "formats": formats,
                "row_html": partial(self._row, formats),
            }
            return self._render(_INDEX, context)

    def _feed_page(self, feed: Feed, entries: Sequence[Entry]) -> bytes:
        root = _root(feed)
        with _named(feed.path):
            context = {
                "root": root,
                "canonical": f"{self._site.url}{feed.path}.html",
                "feed": feed,
                "entries": entries,
                "subscriptions": self._subscriptions(feed.path, feed.formats, root),
                "entry_html": partial(self._entry, feed.path, root),
            }
            return self._render("feed.html", context)

    def _without_oldest(self, feed: Feed, entries: Sequence[Entry], excess: int) -> tuple[Entry, ...]:
        """Return `entries` in their order, without as many of the oldest as make up `excess` bytes."""
        dropped = set()
        oldest_first = sorted(range(len(entries)), key=lambda at: (entries[at].published, -at))
        for at in oldest_first:
            if excess <= 0:
                break
            dropped.add(at)
            excess -= len(self._entry(feed.path, _root(feed), entries[at]).encode())
        return tuple(entry for at, entry in enumerate(entries) if at not in dropped)

    def _entry(self, feed: str, root: str, entry: Entry) -> Markup:
        """Return one entry's fragment as a page at depth `root` shows it."""
        key = (root, entry)
        if (known := self._entries.pop(key, None)) is not None:
            self._entries[key] = known
            return known
        with _named(feed, entry.id):
            html = self._fragment("entry.html", {"root": root, "entry": entry})
        self._entries[key] = html
        self._cached_bytes += _weight(entry, html)
        while self._cached_bytes > self._cache_bytes and len(self._entries) > 1:
            oldest = next(iter(self._entries))
            self._cached_bytes -= _weight(oldest[1], self._entries.pop(oldest))
        return html

    def _start_rows(self, directory: Directory, formats: tuple[str, ...]) -> None:
        """Forget the rows that this directory no longer has, or all where their formats changed."""
        if formats != self._row_formats:
            self._rows.clear()
            self._row_formats = formats
        elif len(self._rows) > len(directory.rows):
            paths = {row.path for row in directory.rows}
            self._rows = {path: known for path, known in self._rows.items() if path in paths}

    def _row(self, formats: tuple[str, ...], rows: Sequence[FeedRow]) -> Markup:
        """Return the index's fragments of `rows`, joined."""
        from markupsafe import Markup

        parts: list[str] = []
        for row in rows:
            known = self._rows.get(row.path)
            if known is None or (known[0] is not row and known[0] != row):
                context = {"row": row, "root": "", "subscriptions": self._subscriptions(row.path, formats, "")}
                known = self._rows[row.path] = (row, self._fragment("row.html", context))
            parts.append(known[1])
        return Markup("".join(parts))  # noqa: S704 - joined from fragments that were escaped

    def _subscriptions(self, path: str, formats: Sequence[str], root: str) -> tuple[Subscription, ...]:
        return tuple(
            Subscription(
                format=suffix,
                name=FORMATS[suffix][0],
                type=FORMATS[suffix][1],
                href=f"{root}{path}.{suffix}",
                address=f"{self._site.url}{path}.{suffix}",
            )
            for suffix in formats
            if suffix in FORMATS
        )

    @cached_property
    def _environment(self) -> Environment:
        return theming.environment(self._site, self._theme)

    def _fragment(self, template: str, context: Mapping[str, Any]) -> Markup:
        from markupsafe import Markup

        html = self._environment.get_template(template).render(context)
        return Markup(html)  # noqa: S704 - rendered with autoescape

    def _render(self, template: str, context: Mapping[str, Any]) -> bytes:
        return self._environment.get_template(template).render(context).encode("utf-8", "replace")


def _root(feed: Feed) -> str:
    """Return the way from the feed's page up to the site's folder: links hold below any prefix, and in files."""
    return "../" * feed.path.count("/")


def _weight(entry: Entry, html: str) -> int:
    """Return roughly what a cached fragment keeps in memory: itself and the entry that is its key."""
    return 1024 + len(html) + len(entry.content) + len(entry.summary)


@contextmanager
def _named(feed: str, entry: str | None = None) -> Iterator[None]:
    """Translate whatever a template raises into a RenderError that names the template's line."""
    from jinja2 import TemplateError

    try:
        yield
    except (TemplateError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise RenderError(feed, entry, _told(error)) from error


def _told(error: BaseException) -> str:
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name}:{error.lineno}: {error.message}"
    where, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(("theme/", theming.OWN)):
            where = f"{file}:{trace.tb_lineno}: "
        trace = trace.tb_next
    return f"{where}{error}" if str(error) else f"{where}{type(error).__name__}"
