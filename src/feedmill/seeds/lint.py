"""Remarks: what `check` says of a front matter beyond the faults that withhold it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedmill import yamltext
from feedmill.model.fields import TAKEDOWN, fold
from feedmill.model.seed import Problem, Severity
from feedmill.model.suggest import nearest
from feedmill.seeds.field_keys import Keys
from feedmill.seeds.field_reader import entries
from feedmill.seeds.frontmatter import FrontMatter

_NUMBER = re.compile(r"[+-]?[0-9][0-9_.,]*")
_OTHER_NAMES = {
    "state": "status",
    "visible": "published",
    "enabled": "published",
    "trashed": "removed: true",
    "archived": "removed: true",
    "expired": "expiryDateTime",
    "expiry": "expiryDateTime",
    "expirationdate": "expiryDateTime",
}
"""What other programs call the keys that take an entry down; compared without case, `-` and `_`."""


def remarks(path: str, front: FrontMatter, keys: Keys) -> list[Problem]:
    """Return warnings and notices from a full parse of the front matter.

    Blocks that feedmill doesn't read may be broken without withholding the seed, and
    a misspelt flag is one that doesn't hold: both are worth a warning, neither is a fault.
    """
    try:
        root = yamltext.parse(front.header)
    except yamltext.YamlFault as fault:
        why = f"{fault.message}; feedmill does not read that part, other programs may refuse the file"
        line = fault.line and fault.line + front.header_line - 1
        return [Problem(path=path, message=why, severity=Severity.WARNING, line=line, column=fault.column)]
    if not isinstance(root, yamltext.MappingNode):
        return []
    return [
        Problem(
            path=path,
            message=message,
            severity=severity,
            line=node.start_mark.line + front.header_line,
            column=node.start_mark.column + 1,
        )
        for message, severity, node in (
            *_repeated(root, keys),
            *_misspelt(root, keys),
            *_numeric_topics(root, keys),
        )
    ]


def _repeated(root: yamltext.MappingNode, keys: Keys) -> Iterator[tuple[str, Severity, yamltext.Node]]:
    seen: set[str] = set()
    for key, _ in root.value:
        if not isinstance(key, yamltext.ScalarNode):
            continue
        if key.value in seen and key.value in keys.wanted:
            yield f"'{key.value}' is given again; the last one counts", Severity.WARNING, key
        seen.add(key.value)


def _misspelt(root: yamltext.MappingNode, keys: Keys) -> Iterator[tuple[str, Severity, yamltext.Node]]:
    """Yield keys that look as if they took an entry down; decoding itself tells near misses."""
    names = [key for field in sorted(TAKEDOWN) for key in keys.of[field]]
    for key, _ in root.value:
        if not isinstance(key, yamltext.ScalarNode) or key.value in keys.wanted:
            continue
        folded = fold(key.value)
        if folded in keys.other_names:
            continue
        meant = _OTHER_NAMES.get(folded) or nearest(folded[:40], names, cutoff=0.85)
        if meant:
            yield f"'{key.value}' is not read; did you mean '{meant}'?", Severity.WARNING, key


def _numeric_topics(root: yamltext.MappingNode, keys: Keys) -> Iterator[tuple[str, Severity, yamltext.Node]]:
    values = entries(root)
    for name in keys.of["topics"]:
        node = values.get(name)
        for item in node.value if isinstance(node, yamltext.SequenceNode) else (node,):
            if isinstance(item, yamltext.ScalarNode) and not item.style and _NUMBER.fullmatch(item.value):
                yield f"the topic {item.value} is a number; it is taken as written", Severity.NOTICE, item
