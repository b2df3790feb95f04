"""Ways to write a seed: as it should be, taken down in many spellings, or broken.

Texts are made from the good one of the same version, so each is one slip or one flag away from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ROOM = "note: " + "." * 26
"""A line of no meaning in every good seed: a flag of the same length can take its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to take an entry down. `whole`: the size of the file stays as it was."""

    name: str
    write: Callable[[str], bytes]
    whole: bool = False


def good(token: str, version: int, topic: str, *, published: bool) -> str:
    """Return a seed that is out; `token` is in all that readers could see of it."""
    flag = "published: true\n" if published else ""
    return (
        f"---\ntitle: {token} v{version}\nwebUrl: https://example.org/{token}\n"
        f"publishedDateTime: 2026-01-{version % 27 + 1:02}T03:04:05Z\ntopics: [{topic}]\n{flag}{ROOM}\n"
        f"excerpt: All about {token}\n---\nThe body of {token}.\n"
    )


def _in_place_of_room(line: str) -> Form:
    padded = line.ljust(len(ROOM))
    return Form(
        name=f"{line!r} of equal size",
        write=lambda text: text.replace(ROOM, padded).encode(),
        whole=len(padded.encode()) == len(ROOM),
    )


def _first(line: str) -> Form:
    return Form(
        name=f"{line!r} first", write=lambda text: text.replace("---\n", f"---\n{line}\n", 1).encode()
    )


def _text(name: str, change: Callable[[str], str], coding: str = "utf-8") -> Form:
    return Form(name=name, write=lambda text: change(text).encode(coding))


def _as_flow(text: str) -> str:
    """Write the header as one mapping in braces, with a flag that lacks its blank."""
    _, header, body = text.split("---\n")
    lines = [line for line in header.splitlines() if not line.startswith("published: ")]
    return "---\n{" + ", ".join([*lines, "published:false"]) + "}\n---\n" + body


def _flagged(text: str) -> str:
    return text.replace(ROOM, "published: false")


FLAGS = (
    "published: false",
    "published: no",
    "Published : False",
    "removed: true",
    "draft: true",
    "status: draft",
    "expiryDateTime: 2026-02-01",
)
SLIPS = (
    "published:false",
    "removed:true",
    "deleted:true",
    "expiryDateTime:2026-02-01",
    "published false",
    "published = false",
    "published - false",
    "published:\u00a0false",
    "published\uff1a false",
    " published: false",
    "\tpublished: false",
    "- published: false",
    "\x0cpublished: false",
    "published\u200b: false",
    "publised: false",
    "published: flase",
    "\u201cpublished\u201d: false",
)
TAKEDOWNS: tuple[Form, ...] = (
    *(_in_place_of_room(line) for line in (*FLAGS, *SLIPS)),
    *(_first(line) for line in (*FLAGS, *SLIPS)),
    _text("blank line above", lambda text: "\n" + _flagged(text)),
    _text("comment above", lambda text: "<!-- x -->\n" + _flagged(text)),
    _text("two BOMs", lambda text: "\ufeff\ufeff" + _flagged(text)),
    _text("--- # x", lambda text: _flagged(text).replace("---\n", "--- # x\n", 1)),
    _text("----", lambda text: _flagged(text).replace("---\n", "----\n", 1)),
    _text("no opening", lambda text: _flagged(text).removeprefix("---\n")),
    _text("no closing", lambda text: _flagged(text).replace("\n---\n", "\n", 1)),
    _text("flag and broken YAML", lambda text: _flagged(text).replace("title: ", "title: [", 1)),
    _text("swallowed by quotes", lambda text: text.replace(ROOM, 'lead: "a\npublished: false\ncategory: x"')),
    _text("flow mapping", _as_flow),
    _text("UTF-16LE without BOM", _flagged, "utf-16-le"),
    _text("UTF-32", _flagged, "utf-32"),
    _text("cut short behind the flag", lambda text: _flagged(text).partition("excerpt")[0]),
)

BESIDE_TRUE = ("publised", "swallowed")
"""Takedowns that a stated `published: true` contradicts: not yet looked at twice."""

BREAKS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("cut short", lambda text: text[: len(text) // 3]),
    ("broken YAML", lambda text: text.replace("title: ", "title: [", 1)),
    ("emptied", lambda text: ""),
    ("no front matter", lambda text: "Nothing but text.\n"),
    ("bad date", lambda text: text.replace("publishedDateTime: 2026", "publishedDateTime: soon 2026")),
)
