"""Editing the flag: `published` set or cleared in a seed's own bytes, and not one byte more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC

from feedmill import yamltext
from feedmill.errors import SeedError
from feedmill.model.fields import fold
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.dates import is_instant
from feedmill.seeds.decode import decode
from feedmill.seeds.field_keys import BOOLEANS, keys_for
from feedmill.seeds.frontmatter import FrontMatter, parse, split
from feedmill.yamltext import MappingNode, Node, ScalarNode, YamlFault, is_null

_BOM = b"\xef\xbb\xbf"
_LINE = "published: false"
_SAID = (("published", _LINE),)


def set_flag(path: str, data: bytes, settings: DecodeSettings, *, published: bool) -> bytes:
    """Return the bytes of a seed with its flag set or cleared, else exactly as they were.

    The flag's word is replaced where it stands, within its quotes; where there is no flag, a line
    `published: …` (or as the syntax has it) is added after the title, in JSON at the head. The result is
    parsed again: everything else must be as before.

    Raises:
        SeedError: it is no seed, its front matter is not valid, or the flag stands in a way that cannot be
            edited safely (twice, behind an alias, within `{…}`).
    """
    text = _text(path, data)
    front = split(text, headers=settings.headers)
    if front is None:
        raise SeedError(path, "is no seed: it has no front matter")
    if not front.closed:
        by = " by a line '---'" if front.syntax == "yaml" else ""
        raise SeedError(path, f"the front matter is not closed{by}; close it first", line=1)
    root = _parse(path, front)
    keys = keys_for(settings)
    names = keys.of["published"]
    flags = [(key, value) for key, value in root.value if _is_named(key, names)]
    lines = _lines(text)
    if len(flags) > 1:
        line, column = _place(front, flags[1][0].start_mark.index)
        message = f"the flag {flags[1][0].value!r} is there twice; leave one"
        raise SeedError(path, message, line=line + 1, column=column + 1)
    if flags:
        _replace(path, lines, front, *flags[0], published=published)
    else:
        _insert(lines, front, root, keys.of["title"], names[0], published=published)
    edited = "".join(lines)
    _verify(path, root, split(edited, headers=settings.headers), names, published=published)
    bom = _BOM if data.startswith(_BOM) else b""
    return bom + edited.encode("utf-8")


def withhold(path: str, data: bytes, settings: DecodeSettings) -> bytes:
    """Return the bytes of a seed that cannot be read, with a line that takes its entry down all the same.

    The line goes below an opening `---`, else to the head; no other byte changes. It counts as text,
    whatever is broken in the file.

    Raises:
        SeedError: no line in UTF-8 can be put into it; the message says what to write.
    """
    if any(said in decode(path, data, settings).flag_lines for said in _SAID):
        return data
    marks = re.match(rb"(?:\xef\xbb\xbf)*", data)
    head = marks.end() if marks else 0
    first = re.match(rb"[^\r\n]*(?:\r\n|\r|\n)?", data[head:])
    opening = first[0] if first and data[head:].startswith(b"---") else b""
    ending = next((each for each in (b"\r\n", b"\n", b"\r") if each in data), b"\n")
    if opening and not opening.endswith((b"\r", b"\n")):
        opening += ending
    rest = data[head + len(first[0] if opening and first else b"") :]
    edited = data[:head] + opening + _LINE.encode() + ending + rest
    record = decode(path, edited, settings)
    if b"\0" in data or not (record.takedown or any(said in record.flag_lines for said in _SAID)):
        raise SeedError(
            path, f"is no UTF-8 text; save it as UTF-8 with a line '{_LINE}' below the first '---'"
        )
    return edited


def _text(path: str, data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SeedError(path, "is not UTF-8; save it as UTF-8 first", line=line) from error


def _parse(path: str, front: FrontMatter) -> MappingNode:
    try:
        root = yamltext.parse(front.header) if front.syntax == "yaml" else parse(front)
    except YamlFault as fault:
        line = fault.line + front.header_line - 1
        raise SeedError(path, fault.message + "; mend it first", line=line, column=fault.column) from fault
    if not isinstance(root, MappingNode):
        raise SeedError(path, "the front matter is no mapping of fields; mend it first", line=2)
    if front.syntax == "yaml" and root.flow_style:
        raise SeedError(path, "the front matter is written as {…}; set the flag by hand", line=2)
    return root


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, broken where the front matter's splitter breaks them."""
    if "\n" in text:
        return re.findall(r"[^\n]*\n|[^\n]+", text)
    return re.findall(r"[^\r]*\r|[^\r]+", text)


def _place(front: FrontMatter, index: int) -> tuple[int, int]:
    """Return line and column in the file, from 0, of a character of the header.

    Not YAML's own line numbers: to it U+2028 ends a line, to the splitter it does not.
    """
    line = front.header.count("\n", 0, index)
    return line + front.header_line - 1, index - (front.header.rfind("\n", 0, index) + 1)


def _replace(
    path: str, lines: list[str], front: FrontMatter, key: ScalarNode, value: Node, *, published: bool
) -> None:
    word = "true" if published else "false"
    line, column = _place(front, key.start_mark.index)

    def refuse(why: str) -> SeedError:
        return SeedError(
            path, f"the flag {key.value!r} {why}; set it by hand", line=line + 1, column=column + 1
        )

    if isinstance(value, ScalarNode) and is_instant(value.value, UTC):
        raise SeedError(
            path,
            f"{key.value!r} is a date; write 'draft: {str(not published).lower()}' instead",
            line=line + 1,
            column=column + 1,
        )
    if value.start_mark.index < key.end_mark.index:
        raise refuse("is an alias of another value")
    if not isinstance(value, ScalarNode):
        raise refuse("is no single word")
    text = lines[line]
    if is_null(value) and value.start_mark.index == value.end_mark.index:
        _, at = _place(front, key.end_mark.index)
        colon = re.match(r"[ \t]*:", text[at:])
        if colon is None:
            raise refuse("is written in an unusual way")
        at += colon.end()
        lines[line] = f"{text[:at]} {word}{text[at:]}"
        return
    start, end = _place(front, value.start_mark.index), _place(front, value.end_mark.index)
    if start[0] != line or end[0] != line:
        raise refuse("spans several lines")
    old = text[start[1] : end[1]]
    quote = old[0] if old[:1] in ("'", '"') else ""
    if quote + value.value + quote != old:
        raise refuse("is written in an unusual way")
    if BOOLEANS.get(value.value) is published:
        return
    lines[line] = text[: start[1]] + quote + word + quote + text[end[1] :]


def _insert(
    lines: list[str],
    front: FrontMatter,
    root: MappingNode,
    titles: Sequence[str],
    key: str,
    *,
    published: bool,
) -> None:
    """Add a line after the title's last, or at the head where there is none; JSON has it after the brace."""
    word = "true" if published else "false"
    if front.syntax == "json":
        line, at = _place(front, front.header.index("{") + 1)
        lines[line] = f'{lines[line][:at]}"{key}": {word}{"," if root.value else ""} {lines[line][at:]}'
        return
    indent = _place(front, root.value[0][0].start_mark.index)[1] if front.syntax == "yaml" else 0
    after = front.header_line - 1
    for name, value in root.value:
        if _is_named(name, titles):
            end = max(name.end_mark.index, value.end_mark.index)
            line, column = _place(front, end)
            after = line + (1 if column else 0)
            break
    ending = "\r\n" if lines[0].endswith("\r\n") else lines[0][-1]
    says = " = " if front.syntax == "toml" else ": "
    lines.insert(after, f"{' ' * indent}{key}{says}{word}{ending}")


def _verify(
    path: str, before: MappingNode, front: FrontMatter | None, keys: Sequence[str], *, published: bool
) -> None:
    """Make sure that the flag, and nothing else, means something else now."""
    refused = SeedError(path, "the flag cannot be set safely in this front matter; set it by hand")
    if front is None:
        raise refused
    try:
        after = _parse(path, front)
    except SeedError:
        raise refused from None
    flags = [v for k, v in after.value if _is_named(k, keys)]
    said = [BOOLEANS.get(flag.value) for flag in flags if isinstance(flag, ScalarNode)]
    if _values(before, keys) != _values(after, keys) or said != [published] or len(flags) != 1:
        raise refused


def _values(root: MappingNode, without: Sequence[str]) -> list[object]:
    return [(_value(key), _value(value)) for key, value in root.value if not _is_named(key, without)]


def _is_named(key: Node, names: Sequence[str]) -> bool:
    return isinstance(key, ScalarNode) and fold(key.value) in {fold(name) for name in names}


def _value(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return node.tag, node.value
    if isinstance(node, MappingNode):
        return node.tag, [(_value(key), _value(value)) for key, value in node.value]
    return node.tag, [_value(item) for item in node.value]
