"""An invented site to look at: what the browser tests open and what the README's pictures show."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedmill.model.feed import Directory, Entry, Feed, FeedRow
from feedmill.model.instant import EPOCH
from feedmill.model.seed import EntryId, Image
from feedmill.model.site import Site
from feedmill.model.slug import term_key, term_slug
from feedmill.model.taxonomy import Kind, Term
from feedmill.render.pages import Pages

FORMATS = ("rss", "atom", "json", "html")
SITE = Site(
    title="The Seed Drawer",
    url="https://feeds.example.org/",
    id="https://feeds.example.org/",
    description="What growers, bakers and beekeepers write about, read for you and sorted into drawers.",
    author="The curators",
    author_url="https://example.org/about",
    rights="© 2026 The curators",
)

_WRITTEN = Path(__file__).with_name("written.txt")
"""A line an entry, newest first: title | provider | topics | summary."""


def term(kind: Kind, label: str) -> Term:
    """Return the term that an unconfigured `label` has."""
    key = term_key(label)
    return Term(kind=kind, key=key, label=label, slug=term_slug(key))


def _entries() -> Iterator[Entry]:
    at = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    for number, line in enumerate(_WRITTEN.read_text("utf-8").splitlines()):
        title, provider, topics, summary = line.split("|")
        pictured = number not in (3, 6, 11, 14)
        yield Entry(
            id=EntryId(f"urn:uuid:00000000-0000-5000-8000-{number:012}"),
            link=f"https://{term(Kind.PROVIDER, provider).slug}.example.org/{number}",
            title=title,
            summary=summary,
            published=at,
            updated=at,
            provider=term(Kind.PROVIDER, provider),
            topics=tuple(term(Kind.TOPIC, label) for label in topics.split(", ")),
            images=(Image(url=f"https://pictures.example.org/{number}.svg", width=960, height=640),)
            if pictured
            else (),
        )
        at -= timedelta(hours=19 + number * 7 % 31)


ENTRIES = tuple(_entries())
NASTY = Entry(
    id=EntryId("urn:uuid:00000000-0000-5000-8000-999999999999"),
    link="https://example.org/" + "very-long-" * 40,
    title="Donaudampfschifffahrtsgesellschaftskapitänsmützen" * 4,
    summary="שלום עולם " * 40,
    published=ENTRIES[0].published,
    updated=ENTRIES[0].updated,
    provider=term(Kind.PROVIDER, "W" * 120),
    topics=tuple(term(Kind.TOPIC, f"{'x' * 90}{number}") for number in range(12)),
    images=(Image(url="https://broken.example.org/gone.png", title="A picture that nobody will see"),),
)


def _feed(kind: Kind, path: str, title: str, entries: Iterable[Entry], description: str = "") -> Feed:
    chosen = tuple(entries)
    return Feed(
        kind=kind,
        path=path,
        id="",
        title=title,
        description=description,
        entries=chosen,
        updated=max((one.updated for one in chosen), default=EPOCH),
        formats=FORMATS,
        total=len(chosen) * 37 - 23 if chosen else 0,
    )


def feeds() -> list[Feed]:
    """Return every feed of the site, in the directory's order."""
    topics = sorted({one for entry in ENTRIES for one in entry.topics}, key=lambda one: one.label)
    providers = sorted(
        {one.provider for one in ENTRIES if one.provider is not None}, key=lambda one: one.label
    )
    slow = [entry for entry in ENTRIES if {"bread", "orchards"} & {topic.key for topic in entry.topics}]
    table = [entry for entry in ENTRIES if {"bread", "vegetables"} & {topic.key for topic in entry.topics}]
    return [
        _feed(Kind.ALL, "all", SITE.title, ENTRIES, SITE.description),
        _feed(
            Kind.CUSTOM, "custom/slow", "Slow things", slow, "Bread and orchards: whatever takes its time."
        ),
        _feed(Kind.CUSTOM, "custom/a-table", "À table", table, "From the field to the plate, à la carte."),
        *(_feed(Kind.TOPIC, one.path, one.label, (e for e in ENTRIES if one in e.topics)) for one in topics),
        *(
            _feed(Kind.PROVIDER, one.path, one.label, (e for e in ENTRIES if e.provider == one))
            for one in providers
        ),
    ]


def directory(listed: Iterable[Feed]) -> Directory:
    """Return the directory of `listed`, with more entries than the feeds show."""
    rows = tuple(
        FeedRow(
            kind=one.kind,
            path=one.path,
            title=one.title,
            description=one.description,
            total=len(one.entries) * 37 - 23,
            updated=one.updated,
        )
        for one in listed
    )
    return Directory(rows=rows, formats=FORMATS, latest=ENTRIES[:7])


def write(folder: Path, *, language: str = "en", extra_css: str = "") -> None:
    """Write the whole site into `folder`, with a nasty and an empty page that the index does not list."""
    pages = Pages(replace(SITE, language=language), {"extra.css": extra_css})
    every = feeds()
    odd = [
        _feed(Kind.TOPIC, "topics/nasty", NASTY.title, (NASTY, ENTRIES[0], NASTY), NASTY.summary),
        _feed(Kind.TOPIC, "topics/empty", "Grafting wax", ()),
    ]
    for one in every + odd:
        file = folder / f"{one.path}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pages.render_feed(one))
        for suffix in ("rss", "atom", "json"):
            file.with_suffix(f".{suffix}").write_bytes(b"")
    (folder / "index.html").write_bytes(pages.render_index(directory(every)))
    (folder / "404.html").write_bytes(pages.render_missing(404))
    for name in ("feeds.opml", "feeds.json"):
        (folder / name).write_bytes(b"")


def write_large(folder: Path) -> None:
    """Write the index of a hundred feeds and a page of fifty entries, without pictures."""
    folder.mkdir()
    pages = Pages(SITE, {})
    entries = [replace(ENTRIES[at % len(ENTRIES)], id=EntryId(f"urn:x:{at}"), images=()) for at in range(50)]
    every = [
        _feed(Kind.ALL, "all", SITE.title, entries, SITE.description),
        *(
            _feed(
                Kind.TOPIC,
                f"topics/a-topic-{at}",
                f"Topic number {at}",
                entries[at : at + 1],
                f"About topic {at}",
            )
            for at in range(99)
        ),
    ]
    every = [replace(one, updated=ENTRIES[at % len(ENTRIES)].updated) for at, one in enumerate(every)]
    (folder / "all.html").write_bytes(pages.render_feed(every[0]))
    listed = replace(directory(every), latest=tuple(entries[:7]))
    (folder / "index.html").write_bytes(pages.render_index(listed))


def picture(address: str) -> str:
    """Return an SVG for a picture's address: hills under a sky, the same each time."""
    random = hashlib.blake2b(address.encode(), digest_size=16).digest()
    hue = random[0] * 360 // 256
    sky, glow = (hue + 20 + random[1] % 30) % 360, (hue + 330) % 360
    layers = []
    for layer in range(5):
        base = 250 + layer * 75
        swing, width, shift = 46 - layer * 5, 150 + random[layer + 2] % 130, random[layer + 7]
        points = (
            f"{x},{base + swing * math.sin((x + shift * 4) / width) + 14 * math.sin((x + shift) / 47):.0f}"
            for x in range(0, 961, 16)
        )
        layers.append(
            f'<polygon points="0,640 {" ".join(points)} 960,640" '
            f'fill="hsl({(hue + layer * 9) % 360} {30 + layer * 5}% {66 - layer * 11}%)"/>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="960" height="640" viewBox="0 0 960 640"><defs>'
        f'<linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl({sky} 55% 80%)"/>'
        f'<stop offset="1" stop-color="hsl({glow} 70% 88%)"/></linearGradient></defs>'
        f'<rect width="960" height="640" fill="url(#s)"/>'
        f'<circle cx="{160 + random[12] * 2.5:.0f}" cy="{110 + random[13] % 130}" r="{38 + random[14] % 34}" '
        f'fill="hsl({(glow + 50) % 360} 90% 92%)"/>{"".join(layers)}</svg>'
    )
