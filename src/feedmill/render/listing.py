"""The directory of feeds for programs: `feeds.opml` (OPML 2.0), `feeds.json` and `sitemap.xml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import chain, groupby, islice
from operator import attrgetter

import msgspec

from feedmill.model.feed import Directory, FeedRow
from feedmill.model.instant import EPOCH, Instant, rfc3339
from feedmill.model.site import Site
from feedmill.model.taxonomy import Kind
from feedmill.render.text import document_url, fit, rfc822

_encode = msgspec.json.Encoder().encode
_ADDRESSES = ("html", "rss", "atom", "json")
GROUPS = {
    Kind.CUSTOM.value: "Collections",
    Kind.TOPIC.value: "Topics",
    Kind.PROVIDER.value: "Providers",
    Kind.AUTHOR.value: "Authors",
    Kind.CATEGORY.value: "Categories",
    Kind.TYPE.value: "Types",
}
"""What OPML's folders are called where no page says it in the site's language."""

_MAPPED = 50_000
"""Addresses in a sitemap (https://www.sitemaps.org/protocol.html); more are left out."""

_SLICE = 64
_XML = ("atom", "rss", "json")
"""Which format an outline points to: the first that is published. JSON only where nothing else is."""


class Listing:
    """Prints the directory; lines of rows that did not change are remembered.

    A site may have thousands of feeds and an edit changes a handful of rows.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._formats: tuple[str, ...] = ()
        self._rows: tuple[FeedRow, ...] = ()
        self._lines: list[bytes] = []
        self._outlines: list[bytes] = []
        self._mapped: list[bytes] = []
        self._archives: tuple[str, ...] = ()
        self._mapped_archives: list[bytes] = []

    def feeds_json(self, directory: Directory) -> bytes:
        """Return `feeds.json`: UTF-8, one line a feed."""
        self._learn(directory)
        site = _encode({"title": fit(self._site.title), "url": self._site.url})
        head = b'{\n"site": ' + site + b',\n"feeds": ['
        if not self._lines:
            return head + b"]\n}\n"
        # The frame goes into the one join: a copy of megabytes costs more than the rows that changed.
        lines = self._lines.copy()
        lines[0] = head + b"\n" + lines[0]
        lines[-1] += b"\n]\n}\n"
        return b",\n".join(lines)

    def opml(self, directory: Directory, names: Mapping[str, str] = GROUPS) -> bytes:
        """Return `feeds.opml` (http://opml.org/spec2.opml): feeds grouped by kind, dated by the feeds.

        `names` are what the folders are called, by kind. `all` has what the others have, so it is left
        out unless it is alone.
        """
        self._learn(directory)
        changed = rfc822(max(map(attrgetter("updated"), directory.rows), default=EPOCH))
        head = (
            "<?xml version='1.0' encoding='UTF-8'?>\n"
            '<opml version="2.0">\n'
            "  <head>\n"
            f"    <title>{_escape(self._site.title)}</title>\n"
            f"    <dateCreated>{changed}</dateCreated>\n"
            f"    <dateModified>{changed}</dateModified>\n"
            "  </head>\n"
            "  <body>\n"
        )
        return b"".join([head.encode(), *self._grouped(names), b"  </body>\n</opml>\n"])

    def sitemap(self, directory: Directory) -> bytes:
        """Return `sitemap.xml` (https://www.sitemaps.org/protocol.html): the front page, feeds, archives.

        Of the archives those of `all`, which have every entry, without when they changed: so an edit costs
        nothing here, and one of an old entry changes nothing.
        """
        self._learn(directory)
        head = (
            "<?xml version='1.0' encoding='UTF-8'?>\n<!-- generator: feedmill -->\n"
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        )
        changed = max(map(attrgetter("updated"), directory.rows), default=EPOCH)
        front = _mapped(self._site.url, changed)
        if directory.archives is not self._archives:
            self._archives = directory.archives
            addresses = (document_url(self._site, path, "html") for path in self._archives)
            self._mapped_archives = [_mapped(address, EPOCH) for address in addresses]
        mapped = islice(chain(self._mapped, self._mapped_archives), _MAPPED - 1)
        return b"".join([head.encode(), front, *mapped, b"</urlset>\n"])

    def _grouped(self, names: Mapping[str, str]) -> Iterator[bytes]:
        alone = not self._rows or self._rows[-1].kind is Kind.ALL
        start = 0
        for kind, rows in groupby(self._rows, key=attrgetter("kind")):
            end = start + sum(1 for _ in rows)
            outlines, start = self._outlines[start:end], end
            if not any(outlines) or (kind is Kind.ALL and not alone):
                continue
            if kind is Kind.ALL:
                yield from outlines
            else:
                yield f'    <outline text="{_escape(names[kind.value])}">\n'.encode()
                yield from outlines
                yield b"    </outline>\n"

    def _learn(self, directory: Directory) -> None:
        """Print the rows that are not those of the last directory: what it shares at both ends stays."""
        rows, before = directory.rows, self._rows
        if rows is before and directory.formats == self._formats:
            return
        if directory.formats != self._formats:
            self._formats, before = directory.formats, ()
        start = _shared(before, rows)
        shared_end = _shared(before[start:][::-1], rows[start:][::-1])
        old = slice(start, len(before) - shared_end)
        known = {row.path: number for number, row in enumerate(before[old], start)}
        lines, outlines, mapped = [], [], []
        for row in rows[start : len(rows) - shared_end]:
            number = known.get(row.path)
            if number is not None and before[number] == row:
                lines.append(self._lines[number])
                outlines.append(self._outlines[number])
                mapped.append(self._mapped[number])
            else:
                lines.append(self._json_line(row))
                outlines.append(self._outline(row))
                mapped.append(_mapped(document_url(self._site, row.path, "html"), row.updated))
        if not before:
            self._lines, self._outlines, self._mapped = lines, outlines, mapped
        else:
            self._lines[old], self._outlines[old], self._mapped[old] = lines, outlines, mapped
        self._rows = rows

    def _json_line(self, row: FeedRow) -> bytes:
        facts: dict[str, str | int] = {
            "kind": row.kind.value,
            "slug": row.slug,
            "title": fit(row.title),
            "entries": row.total,
            "updated": rfc3339(row.updated),
        }
        for suffix in _ADDRESSES:
            if suffix in self._formats:
                facts[suffix] = document_url(self._site, row.path, suffix)
        return _encode(facts)

    def _outline(self, row: FeedRow) -> bytes:
        suffix = next((suffix for suffix in _XML if suffix in self._formats), None)
        if suffix is None:
            return b""
        title = _escape(row.title)
        indent = "    " if row.kind is Kind.ALL else "      "
        outline = f'{indent}<outline type="rss" text="{title}" title="{title}"'
        if row.description:
            outline += f' description="{_escape(row.description)}"'
        outline += f' xmlUrl="{_escape(document_url(self._site, row.path, suffix))}"'
        if "html" in self._formats:
            outline += f' htmlUrl="{_escape(document_url(self._site, row.path, "html"))}"'
        return (outline + "/>\n").encode()


def _shared(before: tuple[FeedRow, ...], after: tuple[FeedRow, ...]) -> int:
    """Return how many rows both begin with. Compared in slices: at the speed of C for the same objects."""
    shortest = min(len(before), len(after))
    same = 0
    while same + _SLICE <= shortest and before[same : same + _SLICE] == after[same : same + _SLICE]:
        same += _SLICE
    while same < shortest and before[same] == after[same]:
        same += 1
    return same


def _mapped(address: str, updated: Instant) -> bytes:
    """Return one address of a sitemap, with when it changed where that is known."""
    changed = f"<lastmod>{rfc3339(updated)}</lastmod>" if updated != EPOCH else ""
    return f"<url><loc>{_escape(address)}</loc>{changed}</url>\n".encode()


def _escape(text: str) -> str:
    """Return `text` for an XML attribute or element, white space folded as a parser would fold it."""
    return escape(" ".join(fit(text).split()), quote=True).replace("&#x27;", "'")
