"""The author's own word: `published`, `removed`, `deleted`. In doubt, nothing goes out."""

from __future__ import annotations

from dataclasses import dataclass

from feedmill.model.fields import FLAGS
from feedmill.model.seed import Reason
from feedmill.seeds.reading import Reader, own_values, quoted
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode, foreign_tag

__all__ = ["BOOLEANS", "Word", "read_word"]

_TRUE = ("y", "yes", "true", "on")
_FALSE = ("n", "no", "false", "off")
BOOLEANS = {
    spelling: value
    for words, value in ((_TRUE, True), (_FALSE, False))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
"""YAML 1.1's boolean words in all their spellings (https://yaml.org/type/bool.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the flags say. `withheld`: the reason they give, None for none.

    `doubtful`: one of them is no boolean, or contradicts itself.
    """

    withheld: Reason | None
    doubtful: bool


def read_word(reader: Reader, root: MappingNode, *, published_default: bool) -> Word:
    """Return what the flags say and report those that cannot be read.

    Where a field has several keys, all that are given count: one that withholds is enough.
    """
    faults = len(reader.problems)
    said = {field: _said(reader, root, field) for field in FLAGS}
    doubtful = len(reader.problems) > faults
    published = all(said["published"]) if said["published"] else published_default or doubtful
    withheld = None
    if not published:
        withheld = Reason.UNPUBLISHED
    elif any(said["removed"]) or any(said["deleted"]):
        withheld = Reason.REMOVED
    return Word(withheld=withheld, doubtful=doubtful)


def _said(reader: Reader, root: MappingNode, field: str) -> list[bool]:
    values: list[bool] = []
    for key in reader.keys[field]:
        if key not in reader.values:
            continue
        given = own_values(root, key) or [reader.values[key]]  # or a merged one
        booleans = [_boolean(reader, key, node) for node in given]
        if True in booleans and False in booleans:
            both = sorted((booleans.index(True), booleans.index(False)))
            lines = " and ".join(str(reader.line(given[n].start_mark.line)) for n in both)
            reader.report(
                f"'{key}' is given more than once, with different values (lines {lines})", given[-1]
            )
        values += [value for value in booleans if value is not None]
    return values


def _boolean(reader: Reader, key: str, node: Node) -> bool | None:
    if isinstance(node, ScalarNode) and foreign_tag(node) is None:
        value = BOOLEANS.get(node.value)
        if value is not None:
            return value
        shown = quoted(node.value) if node.value else "empty"
    elif isinstance(node, ScalarNode):
        shown = f"tagged {foreign_tag(node)}"
    else:
        shown = "a list" if isinstance(node, SequenceNode) else "a mapping"
    reader.report(f"'{key}' is {shown}; use true or false", node)
    return None
