"""Plain TOML: headers of simple lines, one expression a line. `tomllib` takes longer than YAML's parser."""

from __future__ import annotations

import re
from datetime import datetime

from feedmill.seeds.frontmatter.nodes import Places
from feedmill.yamltext import MappingNode, Node, SequenceNode

_TEXT = r'"[^"\\\x00-\x08\n-\x1f\x7f]*"' + "|" + r"'[^'\x00-\x08\n-\x1f\x7f]*'"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
_END = r"[ \t]*(?:\#[^\x00-\x08\n-\x1f\x7f]*)?(?:\n|\Z)"
_LINE = re.compile(
    rf"""[ \t]*(?:
    (?P<key>[A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:
        (?P<long>\"{{3}}(?:[^"\\\x00-\x08\x0b-\x1f\x7f]|\"(?!\"\"))*+\"{{3}}(?!\"))
        |(?P<text>(?!\"\"\"|'''){_TEXT})
        |(?P<date>{_DATE})
        |(?P<bare>true|false|[+-]?(?:0|[1-9][0-9]{{0,17}})(?:\.[0-9]{{1,18}})?)
        |(?P<list>\[[ \t\n]*+(?:(?:(?!\"\"\"|'''){_TEXT})[ \t\n]*+(?:,[ \t\n]*+|(?=\])))*+\])
    )
    |\[[ \t]*(?P<table>[A-Za-z0-9_-]+)[ \t]*\]
    |\[\[[ \t]*(?P<array>[A-Za-z0-9_-]+)[ \t]*\]\]
    |){_END}""",
    re.VERBOSE,
)
_ITEM = re.compile(_TEXT)


def read_plain(header: str) -> MappingNode | None:
    """Return the mapping of a header in which every line is plain, None for any other.

    Plain are texts in quotes without escapes, numbers, truth values, dates, lists of such texts, tables and
    arrays of tables of one name: nothing else, and nothing that `tomllib` would refuse.
    """
    places = Places(header)
    root = places.mapping([], 0, len(header))
    pairs = root.value
    names: set[str] = set()
    top = names
    arrays: dict[str, SequenceNode] = {}
    position = 0
    while position < len(header):
        line = _LINE.match(header, position)
        if line is None:
            return None
        position = line.end()
        kind = line.lastgroup
        if kind is None:
            continue
        start, end = line.span(kind)
        if kind in ("table", "array"):
            name, pairs, names = line[kind], [], set()
            table = places.mapping(pairs, start, end)
            if kind == "array" and name in arrays:
                arrays[name].value.append(table)
                continue
            if name in top:
                return None
            top.add(name)
            if kind == "array":
                arrays[name] = places.sequence([table], start, end)
            value = arrays[name] if kind == "array" else table
            root.value.append((places.scalar(name, start, end, quoted=True), value))
            continue
        if line["key"] in names or (kind == "date" and not _is_date(line[kind])):
            return None
        names.add(line["key"])
        key = places.scalar(line["key"], *line.span("key"), quoted=True)
        pairs.append((key, _node(places, header, kind, start, end)))
    return root


def _node(places: Places, header: str, kind: str, start: int, end: int) -> Node:
    if kind == "text":
        return places.scalar(header[start + 1 : end - 1], start, end, quoted=True)
    if kind == "long":
        return places.scalar(header[start + 3 : end - 3].removeprefix("\n"), start, end, quoted=True)
    if kind == "list":
        items = (item.span() for item in _ITEM.finditer(header, start, end))
        return places.sequence([_node(places, header, "text", *span) for span in items], start, end)
    return places.scalar(header[start:end], start, end, quoted=False)


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
