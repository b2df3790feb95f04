"""The author's own word: the flags and the status. In doubt, nothing goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedmill.model.fields import FLAGS, fold, in_drafts
from feedmill.model.seed import Reason, Severity
from feedmill.seeds.dates import is_instant
from feedmill.seeds.field_keys import BOOLEANS, Keys
from feedmill.seeds.field_reader import Reader, entries, own_values, quoted
from feedmill.seeds.takedown import swallowed
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode, foreign_tag

__all__ = ["BOOLEANS", "Word", "read_word"]

_WITHHOLD = frozenset(
    "draft drafts auto-draft hidden private pending trash future inherit skip unlisted unpublished"  # noqa: SIM905
    " archived disabled withdrawn deleted removed wip review never".split()
)
_SAY_NOTHING = frozenset(
    "published publish public live active final always local link".split()  # noqa: SIM905
)
"""`never`, `always`, `local` and `link` are Hugo's words in `build.list` and `build.render`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the flags say. `withheld`: the reason they give, None for none.

    `doubtful`: one of them is no boolean, contradicts itself, or is there as a slip of the pen.
    `vouched`: the seed has the flag that lets it out.
    """

    withheld: Reason | None
    doubtful: bool
    vouched: bool


def read_word(
    reader: Reader, root: MappingNode, keys: Keys, *, published_default: bool, header: str | None
) -> Word:
    """Return what the flags say and report those that cannot be read.

    All names and spellings that are given count: one that withholds is enough. For a flag that is not there,
    the default counts that the seed's rule has for it. `header` is the text of
    which `root` is the whole, None where nothing in it can have been swallowed by a quote or a bracket.
    """
    errors = reader.errors
    own = {field: _said(reader, root, field) for field in FLAGS}
    said = {field: words or _by_default(reader.defaults, field) for field, words in own.items()}
    status_withholds = _status(reader, keys)
    _check_slips(reader, keys)
    if header is not None:
        _check_swallowed(reader, keys, header)
    doubtful = reader.errors > errors
    published = all(said["published"]) if said["published"] else published_default or doubtful
    withheld = None
    if not published or any(said["draft"]) or status_withholds or _no_page(reader) or in_drafts(reader.path):
        withheld = Reason.UNPUBLISHED
    elif any(said["removed"]) or any(said["deleted"]):
        withheld = Reason.REMOVED
    return Word(withheld=withheld, doubtful=doubtful, vouched=bool(own["published"]))


def withholding_default(defaults: Mapping[str, tuple[str, ...]]) -> str:
    """Return the default that withholds a seed which says nothing of it (`draft: true`), "" of none."""
    for field, words in defaults.items():
        word = words[0]
        flag = field in FLAGS and BOOLEANS[word] is not (field == "published")
        if flag or (field == "status" and word.strip().casefold() in _WITHHOLD):
            return f"{field}: {word}"
    return ""


def _by_default(defaults: Mapping[str, tuple[str, ...]], field: str) -> list[bool]:
    return [BOOLEANS[word] for word in defaults.get(field, ())]


def _said(reader: Reader, root: MappingNode, field: str) -> list[bool]:
    values: list[bool] = []
    for name, folded, dotted in reader.names[field]:
        if folded not in reader.folded and not dotted:
            continue
        booleans: list[tuple[bool, Node]] = []
        for key, node in _given(reader, root, name):
            if field == "published" and _is_date(reader, node):
                continue
            value = _boolean(reader, key, node)
            if value is None:
                continue
            other = next((earlier for said, earlier in booleans if said is not value), None)
            if other is not None:
                lines = " and ".join(str(reader.line(each.start_mark.line)) for each in (other, node))
                reader.report(f"'{key}' is given more than once, with different values (lines {lines})", node)
            booleans.append((value, node))
        values += [value for value, _ in booleans]
    return values


def _given(reader: Reader, root: MappingNode, name: str) -> Iterator[tuple[str, Node]]:
    """Yield all values of a name: the mapping's own, in all spellings, else merged ones."""
    if fold(name) in reader.folded:
        own = own_values(root, name)
        yield from own or ((key, reader.values[key]) for key in reader.folded[fold(name)])
    if "." in name:
        yield from _given_within(root, name)


def _given_within(root: MappingNode, name: str, way: str = "") -> Iterator[tuple[str, Node]]:
    head, _, tail = name.partition(".")
    merged = [(key, node) for key, node in entries(root).items() if fold(key) == fold(head)]
    for key, node in own_values(root, head) or merged:
        if not isinstance(node, MappingNode):
            continue
        inner = own_values(node, tail) or [
            each for each in entries(node).items() if fold(each[0]) == fold(tail)
        ]
        yield from ((f"{way}{key}.{last}", value) for last, value in inner)
        if "." in tail:
            yield from _given_within(node, tail, f"{way}{key}.")


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
    reader.report(f"'{key}' is {shown}{_boolean_meant(node)}", node)
    return None


def _boolean_meant(node: Node) -> str:
    """Return what would be right, with the word that was probably meant."""
    from feedmill.model.suggest import nearest  # imported on use: only faults need it

    told = "; use true or false"
    if not isinstance(node, ScalarNode) or foreign_tag(node) is not None:
        return told
    word = node.value.strip().lower()
    near = nearest(word, ("true", "false"), cutoff=0.8) if word not in ("true", "false") else None
    return f"{told}: did you mean {near!r}?" if near else told


def _is_date(reader: Reader, node: Node) -> bool:
    """Whether a value of `published` is the date of the publication, as other programs have it."""
    if not isinstance(node, ScalarNode) or foreign_tag(node) is not None or node.value in BOOLEANS:
        return False
    return is_instant(node.value, reader.zone)


def _status(reader: Reader, keys: Keys) -> bool:
    """Whether a status withholds. One that is no text is a fault, an unknown word worth a warning."""
    withholds = False
    for key, node in reader.given("status"):
        if reader.is_absent(key, node):
            continue
        word = reader.raw(key, node).strip().casefold()
        told = word in _WITHHOLD or word.partition(" ")[0].rstrip(":,;.") in _WITHHOLD
        withholds = withholds or told
        if word and not told and word not in _SAY_NOTHING and fold(key) not in keys.flag_names:
            why = f"'{key}' is {quoted(word)}, which says nothing of whether it is published"
            reader.report(why + _status_meant(word), node, Severity.WARNING)
    return withholds


def _status_meant(word: str) -> str:
    from feedmill.model.suggest import did_you_mean  # imported on use: only faults need it

    return did_you_mean(word, sorted(_WITHHOLD | _SAY_NOTHING))


def _no_page(reader: Reader) -> bool:
    """Whether the seed asks for no address: `permalink: false`."""
    nodes = [reader.values[key] for key in reader.folded.get("permalink", ())]
    return any(isinstance(node, ScalarNode) and BOOLEANS.get(node.value) is False for node in nodes)


def _check_slips(reader: Reader, keys: Keys) -> None:
    """Report keys that may be meant for a flag that is not there."""
    for key, node in _with_parted(reader):
        doubt = keys.doubt(key)
        if doubt is None:
            continue
        name, stuck = doubt
        if stuck and name not in reader.folded:
            reader.report(f"{quoted(key)} is no key; write '{name}: true' or '{name}: false'", node)
            continue
        is_boolean = isinstance(node, ScalarNode) and node.value.strip().lower() in BOOLEANS
        severity = Severity.ERROR if is_boolean and name not in reader.folded else Severity.WARNING
        reader.report(f"{quoted(key)[1:-1]!r} is not read; did you mean '{name}'?", node, severity)


def _with_parted(reader: Reader) -> Iterator[tuple[str, Node]]:
    """Yield the keys, and those that a dot too many would have parted: TOML's `publ.ished = false`."""
    for key, node in reader.values.items():
        yield key, node
        if isinstance(node, MappingNode):
            yield from ((f"{key}.{inner}", value) for inner, value in entries(node).items())


def _check_swallowed(reader: Reader, keys: Keys, header: str) -> None:
    for name, line in swallowed(header, keys):
        if name not in reader.folded:
            why = f"the line with '{name}' is part of another value; close the quote or bracket above it"
            reader.report_line(why, line)
