"""The kinds of values a configuration has.

Named tuples, since the class statement of a frozen dataclass takes nine times as long and every
command imports these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from feedmill.config.tree import Plain


class Scalar(NamedTuple):
    """One piece of text with a meaning.

    `parse` gets the text as typed and raises ValueError, whose message continues `'key' is "text", `;
    `right` continues `use `. `name` is what docs/config.md calls it.
    """

    name: str
    right: str
    parse: Callable[[str], Any]
    schema: Mapping[str, Any]
    words: tuple[str, ...] = ()


class ListOf(NamedTuple):
    """A list; where `single`, one value may stand for a list of one."""

    item: Scalar | Section
    least: int = 0
    unique: bool = False
    single: bool = False


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
    """One key: what it holds, what it is when absent (as one would write it), what it means.

    `default` None means: absent. `instead` says in words what an absent value becomes.
    """

    kind: Kind
    doc: str
    default: Plain = None
    instead: str = ""
    required: bool = False
    examples: tuple[Plain, ...] = ()
