"""The human pages: a feed's HTML twin and the index of all feeds, from templates a theme may override."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from feedmill.errors import RenderError
from feedmill.model.archive import split_archive
from feedmill.model.feed import Directory, Entry, Feed, FeedRow, History
from feedmill.model.site import Site
from feedmill.model.slug import url_path
from feedmill.model.taxonomy import Kind
from feedmill.render import theme as theming
from feedmill.render.fragments import Fragments
from feedmill.render.linked_data import feed_data, site_data
from feedmill.render.site_files import INDEX, TOUCH_ICON
from feedmill.render.subscribing import FORMATS, subscriptions
from feedmill.render.text import document_url, fit, fit_entry

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_Fragments = Callable[[Iterable[Any]], list[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The index's feeds of one kind."""

    kind: Kind
    rows: tuple[FeedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A way to the page of another period: `href` relative to this page, and the period's name."""

    href: str
    period: str


class Pages:
    """Renders pages; what it has rendered once of an entry or a row it joins again next time.

    `theme` maps file names to their text: templates, `style.css`, `extra.css`, `script.js`. `fragments` is
    where printed entries are kept, those of other formats too.
    A page is a pure function of its feed (or directory), the site and the theme.
    """

    def __init__(self, site: Site, theme: Mapping[str, str], fragments: Fragments | None = None) -> None:
        self._site = site
        self._theme = theme
        self._fragments = fragments if fragments is not None else Fragments()
        self._made: Environment | None = None
        self._broken: tuple[Any, ...] | None = None
        self._rows: dict[str, tuple[FeedRow, bytes]] = {}
        self._row_formats: tuple[str, ...] = ()

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy of every page but the index."""
        return theming.content_security_policy(self._theme)

    def render_feed(self, feed: Feed) -> bytes:
        """Return `feed`'s page in UTF-8; past `feed.max_bytes` the oldest entries are left out, but for those
        that are in no archive, and for one.

        Raises:
            RenderError: a template (of the theme, as a rule) failed.
        """
        entries = feed.entries
        page = self._feed_page(feed, entries)
        while (
            len(page) > feed.max_bytes
            and (kept := self._without_oldest(feed, entries, len(page) - feed.max_bytes)) != entries
        ):
            entries = kept
            page = self._feed_page(feed, entries)
        return page

    def render_index(self, directory: Directory) -> bytes:
        """Return the page that lists and filters all feeds, in UTF-8.

        Raises:
            RenderError: a template (of the theme, as a rule) failed.
        """
        formats = tuple(name for name in directory.formats if name in FORMATS)
        groups = [
            Group(kind=kind, rows=tuple(rows))
            for kind, rows in groupby(directory.rows, key=attrgetter("kind"))
        ]
        everything = next((row for row in directory.rows if row.kind is Kind.ALL), None)
        latest = tuple(fit_entry(entry) for entry in directory.latest)
        common = _common("", latest)
        site = self._site
        with _named(INDEX):
            self._start_rows(directory, formats)
            about = fit(site.description)
            plays = any(entry.episode is not None for entry in latest[:1])
            context = theming.index_code(self._theme, plays=plays) | {
                "plays": plays,
                "root": "",
                "canonical": site.url,
                "name": fit(everything.title) if everything else site.title,
                "about": about,
                "picture": self._picture(latest),
                "linked_data": site_data(site, about),
                "qr": self._qr(site.url),
                "everything": everything,
                "latest": latest,
                "common": common,
                "subscriptions": subscriptions(site, "all", formats, "") if everything else (),
                "groups": [group for group in groups if group.kind is not Kind.ALL],
                "total": len(directory.rows),
                "formats": formats,
            }
            return self._render(
                INDEX,
                context,
                rows_html=lambda rows: [self._row(row, formats) for row in rows],
                entries_html=lambda some: [self._entry(entry, "all", "", common) for entry in some],
            )

    def render_missing(self, status: int) -> bytes:
        """Return the page for an address where nothing is (404), or nothing any more (410), in UTF-8.

        It may be shown at any address, so its links begin at the site's root.

        Raises:
            RenderError: a template of the theme failed.
        """
        root = urlsplit(self._site.url).path or "/"
        with _named(f"{status}.html"):
            context = {"root": root, "status": status, "subscriptions": ()}
            return self._render("missing.html", context)

    def render_feed_style(self) -> bytes:
        """Return the style sheet that a browser shows RSS and Atom with, in UTF-8.

        Raises:
            RenderError: a template of the theme failed.
        """
        with _named("feed.css"):
            return self._render("feed.css", {})

    @property
    def group_names(self) -> Mapping[str, str]:
        """What the kinds of feeds are called in the pages' language, by the kind's value.

        Raises:
            RenderError: a template of the theme failed.
        """
        with _named("words.html"):
            names: Mapping[str, str] = self._words.groups
            return names

    def _feed_page(self, feed: Feed, entries: Sequence[Entry]) -> bytes:
        root = _root(feed)
        title = fit(feed.title) or feed.path
        archive = split_archive(feed.path)
        path = archive[0] if archive is not None else feed.path
        common = _common(path, entries)
        site = self._site
        with _named(feed.path):
            address = document_url(site, feed.path, "html")
            about = fit(feed.description) or fit(site.description) or title
            shown = replace(feed, title=title, description=fit(feed.description))
            context = {
                "root": root,
                "canonical": address,
                "feed": shown,
                "name": title,
                "about": about,
                "picture": self._picture(entries),
                "linked_data": feed_data(site, shown, about, address),
                "qr": self._qr(address),
                "entries": entries,
                "subscriptions": subscriptions(site, path, feed.formats, root),
                "period": archive[1] if archive is not None else "",
                **_passages(feed.history or History(), root),
                **self._player(entries),
            }
            return self._render(
                "feed.html",
                context,
                entries_html=lambda some: [self._entry(entry, feed.path, root, common) for entry in some],
            )

    def _player(self, entries: Iterable[Entry]) -> dict[str, Any]:
        """Return what a page's template needs to know where it shows `entries`, of which some may play."""
        if not any(entry.episode is not None for entry in entries):
            return {}
        from markupsafe import Markup

        return {"plays": True, "policy": Markup(theming.content_security_policy(self._theme, plays=True))}

    def _picture(self, entries: Sequence[Entry]) -> str:
        """Return the address of the picture that stands for a page: of its first entry that has one."""
        addresses = (theming.web_address(fit(entry.images[0].url)) for entry in entries if entry.images)
        own = theming.web_address(self._site.icon) or self._site.url + TOUCH_ICON
        return next((address for address in addresses if address), own)

    def _qr(self, address: str) -> Markup:
        from markupsafe import Markup

        from feedmill.render.qr import qr_svg

        return Markup(qr_svg(address, self._words.phone_label))

    def _without_oldest(self, feed: Feed, entries: tuple[Entry, ...], excess: int) -> tuple[Entry, ...]:
        """Return `entries` in their order, without as many of the oldest as make up `excess` bytes."""
        dropped, common = set(), _common(feed.path, entries)
        newest_first = sorted(range(len(entries)), key=lambda at: (entries[at].published, -at), reverse=True)
        for at in reversed(newest_first[max(1, feed.owed) :]):
            if excess <= 0:
                break
            dropped.add(at)
            excess -= len(self._entry(entries[at], feed.path, _root(feed), common))
        return tuple(entry for at, entry in enumerate(entries) if at not in dropped)

    def _entry(self, entry: Entry, feed: str, root: str, common: frozenset[str]) -> bytes:
        """Return one entry's fragment as a page at depth `root` shows it, without its terms in `common`."""
        hidden = common.intersection(_terms(entry))
        slot, form = self._fragments.slot(entry), ("themed" if self._theme else "page", root, hidden)
        if form not in slot.parts:
            with _named(feed, entry.id):
                context = {"root": root, "entry": entry, "common": hidden}
                html = self._fragment("entry.html", context)
                if fit(html) != html:  # seldom: to fit each entry first would cost as much as to render it
                    html = self._fragment("entry.html", context | {"entry": fit_entry(entry)})
            self._fragments.add(slot, form, html.encode("utf-8", "replace"))
        return slot.parts[form]

    def _start_rows(self, directory: Directory, formats: tuple[str, ...]) -> None:
        """Forget the rows that this directory no longer has, or all where their formats changed."""
        if formats != self._row_formats:
            self._rows.clear()
            self._row_formats = formats
        elif len(self._rows) > len(directory.rows):
            paths = {row.path for row in directory.rows}
            self._rows = {path: known for path, known in self._rows.items() if path in paths}

    def _row(self, row: FeedRow, formats: tuple[str, ...]) -> bytes:
        """Return one feed's fragment as the index shows it."""
        known = self._rows.get(row.path)
        if known is None or (known[0] is not row and known[0] != row):
            context = {
                "root": "",
                "row": row,
                "subscriptions": subscriptions(self._site, row.path, formats, ""),
            }
            html = self._fragment("row.html", context)
            if fit(html) != html:
                fitted = replace(row, title=fit(row.title) or row.path, description=fit(row.description))
                html = self._fragment("row.html", context | {"row": fitted})
            known = self._rows[row.path] = (row, html.encode("utf-8", "replace"))
        return known[1]

    @property
    def _environment(self) -> Environment:
        if self._broken is not None:
            raise RenderError(*self._broken)
        if self._made is None:
            try:
                with _named("of the theme"):
                    self._made = theming.environment(self._site, self._theme)
            except RenderError as error:
                self._broken = error.args  # to be told of each page, and not found out again
                raise
        return self._made

    @property
    def _words(self) -> Any:
        return self._environment.globals["words"]

    def _fragment(self, template: str, context: Mapping[str, Any]) -> str:
        return self._environment.get_template(template).render(context)

    def _render(self, template: str, context: dict[str, Any], **fragments: _Fragments) -> bytes:
        """Return a page; each of `fragments` is a function of its template that prints many fragments."""
        slots = _Slots()
        context |= {name: partial(slots.put, make) for name, make in fragments.items()}
        return slots.fill(self._environment.get_template(template).render(context))


class _Slots:
    """Where a page's fragments go: the template prints a marker, the bytes are joined in afterwards.

    Seven thousand rows are megabytes: Jinja would copy them at each level of inheritance. No
    text can forge a marker, since autoescape leaves no `<` in it.
    """

    _marker = re.compile("<!--\0([0-9]+)\0-->")

    def __init__(self) -> None:
        self._fragments: list[list[bytes]] = []

    def put(self, make: _Fragments, values: Iterable[Any]) -> Markup:
        from markupsafe import Markup

        self._fragments.append(make(values))
        return Markup(f"<!--\0{len(self._fragments) - 1}\0-->")

    def fill(self, page: str) -> bytes:
        parts: list[bytes] = []
        for at, text in enumerate(self._marker.split(page)):
            if at % 2:
                parts += self._fragments[int(text)]
            else:
                parts.append(text.encode("utf-8", "replace"))
        return b"".join(parts)


def _root(feed: Feed) -> str:
    """Return the way from the feed's page up to the site: links hold below any prefix, and in files."""
    return "../" * feed.path.count("/")


def _passages(history: History, root: str) -> dict[str, Any]:
    """Return the ways from a feed's page, or an archive's, to the others; None where there is none."""
    ways = {"older": history.previous, "newer": history.next, "current": history.current}
    return {name: _passage(path, root) if path else None for name, path in ways.items()}


def _passage(path: str, root: str) -> Passage:
    return Passage(href=f"{root}{url_path(path)}.html", period=path.rpartition("/")[2])


def _terms(entry: Entry) -> Iterator[str]:
    """Yield the paths of the terms that an entry shows."""
    if entry.provider is not None:
        yield entry.provider.path
    for topic in entry.topics:
        yield topic.path


def _common(path: str, entries: Sequence[Entry]) -> frozenset[str]:
    """Return the terms that tell nothing on a page: its own, and those that all its entries have."""
    shared = set(_terms(entries[0])).intersection(*map(_terms, entries[1:])) if len(entries) > 1 else set()
    return frozenset(shared | {path})


@contextmanager
def _named(feed: str, entry: str | None = None) -> Iterator[None]:
    """Translate whatever a template raises into a RenderError that names the template's line."""
    from jinja2 import TemplateError

    try:
        yield
    except (
        TemplateError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        template, line = _place(error)
        why = (getattr(error, "message", None) or str(error)) or type(error).__name__
        raise RenderError(feed, entry, why, template=template, line=line) from error


def _place(error: BaseException) -> tuple[str, int]:
    """Return the innermost template that an error comes from, and its line; ("", 0) for none."""
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or "", error.lineno
    place, trace = ("", 0), error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith((theming.THEME, theming.OWN)):
            place = file, trace.tb_lineno
        trace = trace.tb_next
    return place
