"""Editing the flag: `published` set or cleared in a seed's own bytes, and not one byte more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedmill.errors import SeedError
from feedmill.model.fields import FIELDS
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.flags import BOOLEANS
from feedmill.seeds.frontmatter import FrontMatter, split
from feedmill.yamltext import MappingNode, Node, ScalarNode, YamlFault, is_null, parse

__all__ = ["set_flag"]

_BOM = b"\xef\xbb\xbf"


def set_flag(path: str, data: bytes, settings: DecodeSettings, *, published: bool) -> bytes:
    """Return the bytes of a seed with its flag set or cleared, else exactly as they were.

    The flag's word is replaced where it stands, within its quotes; where there is no flag, a line
    `published: …` is added after the title. The result is parsed again: everything else must be as before.

    Raises:
        SeedError: it is no seed, its front matter is not valid, or the flag stands in a way that cannot be
            edited safely (twice, behind an alias, within `{…}`).
    """
    text = _text(path, data)
    front = split(text)
    if front is None:
        raise SeedError(path, "is no seed: it has no front matter")
    if not front.closed:
        raise SeedError(path, "the front matter is not closed by a line '---'; close it first", line=1)
    root = _parse(path, front)
    keys = dict(settings.fields).get("published", FIELDS["published"])
    flags = [(key, value) for key, value in root.value if isinstance(key, ScalarNode) and key.value in keys]
    lines = _lines(text)
    if len(flags) > 1:
        line = flags[1][0].start_mark.line + front.header_line
        raise SeedError(path, f"the flag {flags[1][0].value!r} is there twice; leave one", line=line)
    if flags:
        _replace(path, lines, front, *flags[0], published=published)
    else:
        _insert(path, lines, front, root, settings, keys[0], published=published)
    edited = "".join(lines)
    _verify(path, root, edited, keys, published=published)
    bom = _BOM if data.startswith(_BOM) else b""
    return bom + edited.encode("utf-8")


def _text(path: str, data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SeedError(path, "is not UTF-8; save it as UTF-8 first", line=line) from error


def _parse(path: str, front: FrontMatter) -> MappingNode:
    try:
        root = parse(front.header)
    except YamlFault as fault:
        line = fault.line + front.header_line - 1
        raise SeedError(path, fault.message + "; mend it first", line=line, column=fault.column) from fault
    if not isinstance(root, MappingNode):
        raise SeedError(path, "the front matter is no mapping of fields; mend it first", line=2)
    if root.flow_style:
        raise SeedError(path, "the front matter is written as {…}; set the flag by hand", line=2)
    return root


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, broken where the front matter's splitter breaks them."""
    if "\n" in text:
        return re.findall(r"[^\n]*\n|[^\n]+", text)
    return re.findall(r"[^\r]*\r|[^\r]+", text)


def _replace(
    path: str, lines: list[str], front: FrontMatter, key: ScalarNode, value: Node, *, published: bool
) -> None:
    word = "true" if published else "false"
    line = key.start_mark.line + front.header_line - 1
    here = {"line": line + 1, "column": key.start_mark.column + 1}
    if not isinstance(value, ScalarNode):
        raise SeedError(path, f"the flag {key.value!r} is no single word; set it by hand", **here)
    text = lines[line]
    if is_null(value) and value.start_mark.index == value.end_mark.index:
        at = key.end_mark.column
        rest = text[at:]
        if not rest.startswith(":"):
            raise SeedError(
                path, f"the flag {key.value!r} is written in an unusual way; set it by hand", **here
            )
        lines[line] = f"{text[: at + 1]} {word}{rest[1:]}"
        return
    start, end = value.start_mark, value.end_mark
    if start.line != end.line or start.line != key.start_mark.line:
        raise SeedError(path, f"the flag {key.value!r} spans several lines; set it by hand", **here)
    old = text[start.column : end.column]
    quote = old[0] if old[:1] in ("'", '"') else ""
    if quote + value.value + quote != old:
        raise SeedError(path, f"the flag {key.value!r} is written in an unusual way; set it by hand", **here)
    if BOOLEANS.get(value.value) is published:
        return
    lines[line] = text[: start.column] + quote + word + quote + text[end.column :]


def _insert(
    path: str,
    lines: list[str],
    front: FrontMatter,
    root: MappingNode,
    settings: DecodeSettings,
    key: str,
    *,
    published: bool,
) -> None:
    titles = dict(settings.fields).get("title", FIELDS["title"])
    after = front.header_line - 1
    for name, value in root.value:
        if isinstance(name, ScalarNode) and name.value in titles:
            end = value.end_mark
            after = end.line + front.header_line - 1 + (1 if end.column else 0)
            break
    ending = "\r\n" if lines[0].endswith("\r\n") else lines[0][-1]
    lines.insert(after, f"{key}: {'true' if published else 'false'}{ending}")


def _verify(path: str, before: MappingNode, edited: str, keys: Sequence[str], *, published: bool) -> None:
    """Make sure that the flag, and nothing else, means something else now."""
    front = split(edited)
    assert front is not None
    after = _parse(path, front)
    flags = [v.value for k, v in after.value if isinstance(k, ScalarNode) and k.value in keys]
    same = _values(before, keys) == _values(after, keys)
    if not same or [BOOLEANS.get(flag) for flag in flags] != [published]:
        raise SeedError(path, "the flag cannot be set safely in this front matter; set it by hand")


def _values(root: MappingNode, without: Sequence[str]) -> list[object]:
    return [
        (_value(key), _value(value))
        for key, value in root.value
        if not (isinstance(key, ScalarNode) and key.value in without)
    ]


def _value(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return node.tag, node.value
    if isinstance(node, MappingNode):
        return node.tag, [(_value(key), _value(value)) for key, value in node.value]
    return node.tag, [_value(item) for item in node.value]
