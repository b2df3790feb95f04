"""Checking a configuration against the keys: text gets its types, every fault its message."""

from __future__ import annotations

from typing import Any

from feedmill.config.faults import Faults, KeyPath, dotted
from feedmill.config.keys import CONFIG
from feedmill.config.kinds import Key, Kind, ListOf, MapOf, Scalar, Section, paths
from feedmill.config.names import hide_userinfo
from feedmill.config.tree import Items, Mapping, Text, Value
from feedmill.model.secret import Secret
from feedmill.model.suggest import nearest

_FAULTY: Any = None  # stands for a value that could not be read; never reaches a Settings


def check(root: Value | None, faults: Faults) -> dict[str, Any]:
    """Return the configuration with types and defaults; what is wrong is noted in `faults`.

    Sections and maps are dicts, lists tuples; an absent key without a default is None.
    """
    if isinstance(root, Text | Items) and not _is_null(root):
        faults.add(
            root.origin, (), f"the file holds {_noun(root)}; it should hold keys like 'site:' and 'seeds:'"
        )
        root = None
    return _section(CONFIG, root, (), faults)


def kind_at(path: KeyPath) -> Kind:
    """Return what the schema has at a key path.

    Raises:
        UnknownKeyError: the schema has nothing there.
    """
    kind: Kind = CONFIG
    for depth, part in enumerate(path):
        if isinstance(kind, Section):
            if part not in kind.keys:
                raise UnknownKeyError(path[:depth], part, kind)
            kind = kind.keys[part].kind
        elif isinstance(kind, MapOf):
            kind = kind.value
        elif isinstance(kind, ListOf) and part.isdecimal():
            kind = kind.item
        else:
            raise UnknownKeyError(path[:depth], part, None)
    return kind


class UnknownKeyError(Exception):
    """The schema has no such key; the message says what it has."""

    def __init__(self, parent: KeyPath, name: str, section: Section | None) -> None:
        super().__init__(unknown_key(parent, name, section))


def unknown_key(parent: KeyPath, name: str, section: Section | None) -> str:
    """Return the sentence on a key that does not exist, with what was probably meant."""
    where = f" in '{dotted(parent)}'" if parent else ""
    message = f"unknown key {name!r}{where}"
    if section is None:
        return f"{message}, which holds one value only"
    if (meant := nearest(name, section.keys)) is not None:
        return f"{message}; did you mean {meant!r}?"
    elsewhere = [f"'{dotted(path)}'" for path in paths(CONFIG) if path[-1] == name and path[:-1] != parent]
    if elsewhere:
        return f"{message}; did you mean {' or '.join(elsewhere)}?"
    return f"{message}; the keys here are {', '.join(section.keys)}"


def _value(kind: Kind, value: Value, path: KeyPath, faults: Faults) -> Any:
    if isinstance(kind, Scalar):
        return _scalar(kind, value, path, faults)
    if isinstance(kind, ListOf):
        return _list(kind, value, path, faults)
    if isinstance(kind, MapOf):
        return _map(kind, value, path, faults)
    return _section(kind, value, path, faults)


def _scalar(kind: Scalar, value: Value, path: KeyPath, faults: Faults) -> Any:
    if not isinstance(value, Text):
        faults.add(value.origin, path, f"'{dotted(path)}' is {_noun(value)}; use {kind.right}")
        return _FAULTY
    if kind.secret:
        return Secret(value.text.strip())  # read and checked when everything else is
    try:
        return kind.parse(value.text)
    except ValueError as error:
        message = f"'{dotted(path)}' is {shown(value.text)}{_detail(str(error), kind.right)}"
        faults.add(value.origin, path, message)
        return _FAULTY


def _detail(detail: str, right: str) -> str:
    if not detail:
        return f"; use {right}"
    separator = "" if detail.startswith(";") else ", "
    return f"{separator}{detail} ({right})" if detail.endswith("?") else f"{separator}{detail}; use {right}"


def _list(kind: ListOf, value: Value, path: KeyPath, faults: Faults) -> Any:
    if isinstance(value, Items):
        items, places = value.items, [(*path, str(index)) for index in range(len(value.items))]
    elif isinstance(kind.item, Scalar) and isinstance(value, Text):
        items, places = (value,), [path]
    else:
        faults.add(value.origin, path, f"'{dotted(path)}' is {_noun(value)}; use a list: [ … ]")
        return _FAULTY
    found: list[Any] = []
    for item, place in zip(items, places, strict=True):
        if _is_null(item):
            faults.add(item.origin, place, f"'{dotted(place)}' is empty; leave it out or fill it in")
            continue
        parsed = _value(kind.item, item, place, faults)
        if kind.unique and not faults.clean(place):
            continue
        if kind.unique and parsed in found:
            faults.add(item.origin, place, f"'{dotted(path)}' has {shown(str(parsed))} twice; once is enough")
            continue
        found.append(parsed)
    if len(items) < kind.least:
        faults.add(
            value.origin,
            path,
            f"'{dotted(path)}' is empty; it needs at least one value, or leave the key out",
        )
    return tuple(found)


def _map(kind: MapOf, value: Value, path: KeyPath, faults: Faults) -> Any:
    if not isinstance(value, Mapping):
        faults.add(
            value.origin, path, f"'{dotted(path)}' is {_noun(value)}; use a mapping of {kind.key.right}"
        )
        return _FAULTY
    found: dict[Any, Any] = {}
    first: dict[Any, str] = {}
    for name, each in value.values.items():
        place = (*path, name)
        try:
            key = kind.key.parse(name)
        except ValueError as error:
            message = f"{shown(name)} in '{dotted(path)}' is no key"
            faults.add(value.keys[name], place, message + _detail(str(error), kind.key.right))
            continue
        if key in found:
            message = (
                f"{shown(name)} in '{dotted(path)}' means the same as {shown(first[key])}; keep one of them"
            )
            faults.add(value.keys[name], place, message)
            continue
        first[key] = name
        if _is_null(each) and not isinstance(kind.value, Section):
            faults.add(each.origin, place, f"'{dotted(place)}' is empty; leave it out or fill it in")
            continue
        found[key] = _value(kind.value, each, place, faults)
    return found


def _section(kind: Section, value: Value | None, path: KeyPath, faults: Faults) -> dict[str, Any]:
    values: dict[str, Value] = {}
    if isinstance(value, Mapping):
        values = value.values
        for name in values.keys() - kind.keys.keys():
            faults.add(value.keys[name], (*path, name), unknown_key(path, name, kind))
    elif value is not None and not _is_null(value):
        if kind.shorthand and isinstance(value, Text):
            values = {kind.shorthand: value}
        else:
            one = next(iter(kind.keys))
            faults.add(
                value.origin, path, f"'{dotted(path)}' is {_noun(value)}; use a mapping, such as {{{one}: …}}"
            )
    found = {name: _key(key, values.get(name), (*path, name), faults) for name, key in kind.keys.items()}
    if value is not None:
        for name, key in kind.keys.items():
            if key.required and found[name] is None and faults.clean((*path, name)):
                from feedmill.config.emit import flow  # imported on use: only mistakes need it

                message = f"'{dotted(path)}' has no {name!r}; add {name}: {flow(key.examples[0])}"
                faults.add(value.origin, path, message)
    return found


def _key(key: Key, value: Value | None, path: KeyPath, faults: Faults) -> Any:
    if value is not None and not _is_null(value):
        return _value(key.kind, value, path, faults)
    if isinstance(key.kind, Section) and not key.optional:
        return _section(key.kind, None, path, faults)
    return key.default


def _is_null(value: Value) -> bool:
    return isinstance(value, Text) and value.null


def _noun(value: Value) -> str:
    if isinstance(value, Items):
        return "a list"
    return "a mapping" if isinstance(value, Mapping) else shown(value.text)


def shown(text: str) -> str:
    """Return the text in quotes as a message may show it: short, on one line, without passwords."""
    short = hide_userinfo(text)
    if len(short) > 60:
        short = short[:57] + "..."
    return '"' + "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short) + '"'
