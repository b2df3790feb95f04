"""What a configuration is made of: scalars, lists, mappings, sections and the keys in them.

Named tuples, since the class statement of a frozen dataclass takes nine times as long and every
command imports these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING
from typing import Any, NamedTuple, TypeAlias

from feedmill.config.faults import KeyPath
from feedmill.config.tree import Plain

ABSENT = (None, "")
"""What a settings value has where nothing was said."""


def as_it_is(value: Any) -> Plain:
    """Return the value: it is written as it is held."""
    return value  # type: ignore[no-any-return]


class Scalar(NamedTuple):
    """One piece of text with a meaning.

    `parse` gets the text as typed and raises ValueError, whose message continues `'key' is "text", `;
    `right` continues `use `; `name` is what docs/config.md calls it; `write` is the way back.
    """

    name: str
    right: str
    parse: Callable[[str], Any]
    schema: Mapping[str, Any]
    write: Callable[[Any], Plain] = as_it_is
    secret: bool = False


class ListOf(NamedTuple):
    """A list, checked to a tuple; one scalar may stand for a list of one."""

    item: Scalar | Section
    least: int = 0
    unique: bool = False


class MapOf(NamedTuple):
    """A mapping whose keys the operator chooses: labels, paths."""

    key: Scalar
    value: Kind


class Section(NamedTuple):
    """A mapping with known keys; a scalar may stand for one with `shorthand` alone."""

    keys: Mapping[str, Key]
    shorthand: str = ""


Kind: TypeAlias = "Scalar | ListOf | MapOf | Section"


class Key(NamedTuple):
    """One key: what it holds, what it means, what it is when absent.

    `default` None means: absent; `instead` says in words what an absent value becomes. A section that
    is `optional` is absent as a whole where it was not given; any other has its keys' defaults.
    """

    kind: Kind
    doc: str
    examples: tuple[Plain, ...] = ()
    default: Any = None
    instead: str = ""
    required: bool = False
    optional: bool = False


def key(
    kind: Kind,
    doc: str,
    *examples: Plain,
    default: Any = None,
    instead: str = "",
    required: bool = False,
    optional: bool = False,
) -> Key:
    """Return the key that says all this in one line."""
    return Key(kind, doc, examples, default, instead, required, optional)


def section(*settings: type, shorthand: str = "", **keys: Key) -> Section:
    """Return a section whose keys have the defaults of the settings values that they end in.

    So a default is stated once, where the stages see it. A key that tells its own (or `instead` of
    one) keeps that.
    """
    return Section({name: _with_default(name, each, settings) for name, each in keys.items()}, shorthand)


def _with_default(name: str, each: Key, settings: tuple[type, ...]) -> Key:
    own = each.default is not None or each.instead or each.required
    if not own and not isinstance(each.kind, Section):
        for value in settings:
            field = getattr(value, "__dataclass_fields__", {}).get(name)
            if field is not None and field.default is not MISSING and field.default not in ABSENT:
                return each._replace(default=field.default)
    return each


def written(kind: Kind, value: Any) -> Plain:
    """Return a checked value as one would write it; what is absent in a section is left out."""
    if isinstance(kind, Scalar):
        return kind.write(value)
    if isinstance(kind, ListOf):
        return [written(kind.item, each) for each in value]
    if isinstance(kind, MapOf):
        return {name: written(kind.value, each) for name, each in value.items()}
    found = {
        name: written(each.kind, value[name]) for name, each in kind.keys.items() if value[name] is not None
    }
    return {
        name: each
        for name, each in found.items()
        if each != {} or not isinstance(kind.keys[name].kind, Section)
    }


def paths(within: Section, prefix: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the path of every key, but for those below lists and mappings."""
    for name, each in within.keys.items():
        yield (*prefix, name)
        if isinstance(each.kind, Section):
            yield from paths(each.kind, (*prefix, name))
