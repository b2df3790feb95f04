"""The kinds of values a configuration has, and the two things each knows: checking and JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from feedmill.config.tree import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One piece of text with a meaning.

    `parse` gets the text as typed and raises ValueError, whose message continues `'key' is "text", `;
    `right` continues `use `. `name` is what docs/config.md calls it.
    """

    name: str
    right: str
    parse: Callable[[str], Any]
    schema: Mapping[str, Any]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list; where `single`, one value may stand for a list of one."""

    item: Scalar | Section
    least: int = 0
    unique: bool = False
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf:
    """A mapping whose keys the operator chooses: labels, paths."""

    key: Scalar
    value: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A mapping with known keys; a scalar may stand for one with `shorthand` alone."""

    keys: Mapping[str, Key]
    shorthand: str = ""


Kind: TypeAlias = "Scalar | ListOf | MapOf | Section"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what it holds, what it is when absent (as one would write it), what it means.

    `default` None means: absent. `instead` says in words what an absent value becomes.
    """

    kind: Kind
    doc: str
    default: Plain = None
    instead: str = ""
    required: bool = False
    examples: tuple[Plain, ...] = field(default=())
