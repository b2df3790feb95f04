"""Plain values as YAML text that this package reads back as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from feedmill.config.tree import Plain
from feedmill.config.units import format_number

_BARE = r"[A-Za-z0-9_./](?:[A-Za-z0-9_./*+%() -]|:(?=[^ ]))*(?<! )"
_HOSTILE = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_NOT_BARE = frozenset({"null", "Null", "NULL"})


def block(value: dict[str, Plain], indent: int = 0) -> Iterator[str]:
    """Yield the lines of a mapping in block style; lists of scalars stay on one line."""
    pad = " " * indent
    for name, each in value.items():
        if isinstance(each, dict) and each:
            yield f"{pad}{scalar(name)}:"
            yield from block(each, indent + 2)
        elif isinstance(each, list) and any(isinstance(item, dict) for item in each):
            yield f"{pad}{scalar(name)}:"
            for item in each:
                yield from _item(item, indent + 2)
        else:
            yield f"{pad}{scalar(name)}: {flow(each)}"


def flow(value: Plain) -> str:
    """Return a value on one line: `{link: [webUrl, originalUrl]}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(name)}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return scalar(value)


def scalar(value: str | int | float | bool | None) -> str:
    """Return a scalar, in double quotes unless it can do without."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return format_number(value)
    if re.fullmatch(_BARE, value) and value not in _NOT_BARE:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _HOSTILE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _item(item: Plain, indent: int) -> Iterator[str]:
    if not isinstance(item, dict) or not item:
        yield " " * indent + "- " + flow(item)
        return
    for number, line in enumerate(block(item, indent + 2)):
        yield line if number else " " * indent + "- " + line[indent + 2 :]
