"""Made-up posts whose names and titles are full of what site generators treat each in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from feedmill import yamltext
from feedmill.seeds.address import Source
from feedmill.seeds.address_parts import written_offset
from feedmill.seeds.dates import file_name_date, parse_instant, zone

NAMES = (
    "Simple-Post", "with spaces in it", "C++ and c#", "v1.2.3-released", "Ünïcödé-Straße", "under_score_name",
    "AT&T-q&a", "日本語-の-記事", "Привет-мир", "it's-a-'quote'",
    "plus+sign", "smile-😀-face", "comma,semi;colon",
    "tilde~dollar$", "paren(theses)", "dash---dash", "at@home", "İstanbul-ΣΑΣ",
    "percent%20sign", "équals=excl!", "12345", "a",
)  # fmt: skip
TITLES = (
    "Simple Post", "With  Two Blanks", "C++ & C#: what's new?", "Version 1.2.3 released.",
    "Ünïcödé Straße, Ærø", "under_score & Co", "AT&T: Q&A", "日本語の記事をつくる", "Привет, мир!",
    "“Curly” ‘quotes’ – dashes — here…",
    "1 + 1 = 2", "Smile 😀 face", "a; b, c", "~tilde $dollar", "(parens) [brackets]",
    "  - dash -- dash -  ", "@home #hash",
    "İstanbul ΣΑΣ", "100% sure", "Está! ¿Qué?", "Half/and/half", "It isn't Bob's",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One made-up file: its relative path, and its front matter as YAML texts."""

    path: str
    header: tuple[tuple[str, str], ...]

    def write(self, root: Path) -> None:
        """Write it below `root`."""
        file = root / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{key}: {value}\n" for key, value in self.header)
        file.write_text(f"---\n{lines}---\n\nText.\n", encoding="utf-8")


def posts(folder: str, *, dated_names: bool, suffix: str = ".md") -> list[Post]:
    """Every name with every title's neighbour, the days going through the year."""
    made = []
    for number, (name, title) in enumerate(zip(NAMES, TITLES, strict=True)):
        day = f"20{number:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
        header = [("title", quoted)]
        if not dated_names:
            header.append(("date", f"{day}T10:00:00Z"))
        made.append(
            Post(path=f"{folder}{day + '-' if dated_names else ''}{name}{suffix}", header=tuple(header))
        )
    return made


def source(root: Path, path: str, base: str = "", *, bare: bool = False, timezone: str = "UTC") -> Source:
    """Return what our address is made of, for a file of a site; `base` is the seeds folder in it.

    A `bare` header is Pelican's: each line a name, a colon and a text, whatever YAML would say.
    """
    text = (root / path).read_text(encoding="utf-8")
    header = text.split("---\n")[1]
    if bare:
        fields: object = {line.partition(": ")[0]: line.partition(": ")[2] for line in header.splitlines()}
    else:
        node = yamltext.parse(header)
        fields = _plain(node) if node is not None else {}
    assert isinstance(fields, dict)
    date = fields.get("date")
    tz = zone(timezone)
    return Source(
        path=path.removeprefix(base),
        get=lambda name: _reach(fields, name),
        title=str(fields["title"]).strip() if "title" in fields else None,
        published=_published(date, path, tz),
        zone=tz,
        written_zone=written_offset(str(date)) if date else None,
    )


def _published(date: object, path: str, tz: tzinfo) -> datetime | None:
    try:
        return parse_instant(str(date), tz) if date else file_name_date(path, tz)
    except ValueError:  # one of Jekyll's own says `2023-01-29 18:30:22 2023 -0800`
        return file_name_date(path, tz)


def _plain(node: yamltext.Node) -> object:
    if isinstance(node, yamltext.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yamltext.SequenceNode):
        return [_plain(value) for value in node.value]
    return None if yamltext.is_null(node) else node.value


def _reach(fields: object, name: str) -> object:
    for part in name.split("."):
        fields = fields.get(part) if isinstance(fields, dict) else None
    return fields
