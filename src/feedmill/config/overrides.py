"""What environment variables and `--set` change: values laid over the file's, each with its origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feedmill.config import tree
from feedmill.config.check import UnknownKeyError, kind_at, shown
from feedmill.config.faults import Faults, KeyPath, Origin
from feedmill.config.keys import CONFIG
from feedmill.config.kinds import ListOf, MapOf, Scalar, Section
from feedmill.config.tree import Items, Text, Value
from feedmill.model.slug import term_key

PREFIX = "FEEDMILL_"
_RIVALS: Mapping[KeyPath, tuple[str, ...]] = {
    ("schedule", "rebuild", "every"): ("cron",),
    ("schedule", "rebuild", "cron"): ("every",),
}
"""Keys that cannot both hold: setting one from a later source removes the other of an earlier one."""
NOT_CONFIG = frozenset({"FEEDMILL_CONFIG", "FEEDMILL_CORPUS"})


def apply_environment(root: Value | None, environ: Mapping[str, str], faults: Faults) -> Value | None:
    """Return `root` with the variables like `FEEDMILL_SITE__URL` laid over it, by name."""
    given: dict[KeyPath, str] = {}
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX) or "__" not in name:
            continue
        origin = Origin(name, layer=1)
        try:
            path = _resolve(name[len(PREFIX) :].split("__"), root, folded=True)
        except UnknownKeyError as error:
            faults.add(origin, (), f"the variable names an {error}")
            continue
        if path in given:
            faults.add(origin, path, f"the variable {given[path]} sets the same key; remove one of them")
            continue
        given[path] = name
        root = _put(root, path, _typed(path, environ[name], origin, faults), origin)
    return root


def apply_options(root: Value | None, options: Sequence[str], faults: Faults) -> Value | None:
    """Return `root` with each `a.b=value` of `--set` laid over it, in the order given."""
    for option in options:
        name, equals, value = option.partition("=")
        origin = Origin(f"--set {shown(name)[1:-1]}", layer=2)
        if not equals:
            faults.add(
                origin, (), "there is no '='; use key=value, such as site.url=https://feeds.example.org/"
            )
            continue
        try:
            path = _resolve(_split(name.strip()), root, folded=False)
        except UnknownKeyError as error:
            quoting = '; a name with a dot in it wants quotes: topics."Node.js".slug' if _in_map(name) else ""
            faults.add(origin, (), str(error) + quoting)
        except ValueError as error:
            faults.add(origin, (), f"{error}; use key=value, such as site.url=https://feeds.example.org/")
        else:
            root = _put(root, path, _typed(path, value, origin, faults), origin)
    return root


def near_misses(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return a warning for each variable that would set a key, were its underscores doubled."""
    found = []
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX) or "__" in name or name.upper() in NOT_CONFIG:
            continue
        section, _, key = name[len(PREFIX) :].lower().partition("_")
        kind = CONFIG.keys[section].kind if section in CONFIG.keys else None
        if isinstance(kind, Section) and key in kind.keys:
            found.append(f"{name} sets nothing; did you mean {PREFIX}{section.upper()}__{key.upper()}?")
    return tuple(found)


def _in_map(name: str) -> bool:
    key = CONFIG.keys.get(name.partition(".")[0])
    return key is not None and isinstance(key.kind, MapOf) and '"' not in name


def _split(name: str) -> list[str]:
    """Return the parts of `topics."Node.js".slug`."""
    parts: list[str] = []
    rest = name
    while True:
        if rest.startswith('"'):
            part, quote, rest = rest[1:].partition('"')
            if not quote or (rest and not rest.startswith(".")):
                raise ValueError(f"the quotes in {shown(name)} do not close")
        else:
            dot = rest.find(".")
            part, rest = (rest, "") if dot < 0 else (rest[:dot], rest[dot:])
        if not part:
            raise ValueError(f"{shown(name)} has an empty part")
        parts.append(part)
        if not rest:
            return parts
        rest = rest[1:]


def _resolve(parts: Sequence[str], root: Value | None, *, folded: bool) -> KeyPath:
    """Return the key path that `parts` name; a label the file has already is taken as the file writes it."""
    path: KeyPath = ()
    found = root
    for part in parts:
        parent = kind_at(path)
        name = part
        if isinstance(parent, Section) and folded:
            name = next((key for key in parent.keys if key == part.lower()), part.lower())
        elif isinstance(parent, MapOf) and isinstance(found, tree.Mapping) and part not in found.values:
            name = next((key for key in found.values if term_key(key) == term_key(part)), part)
        path = (*path, name)
        kind_at(path)
        found = _child(found, name)
    return path


def _child(value: Value | None, name: str) -> Value | None:
    if isinstance(value, tree.Mapping):
        return value.values.get(name)
    if isinstance(value, Items) and name.isdecimal() and int(name) < len(value.items):
        return value.items[int(name)]
    return None


def _typed(path: KeyPath, text: str, origin: Origin, faults: Faults) -> Value:
    """Return what `text` stands for where it is put.

    Where the schema wants one value the text is that value as it is, so that nobody needs to quote
    `*/5 * * * *` or `News: today` twice; lists may be written `rss, atom`; all else is YAML.
    """
    kind = kind_at(path)
    stripped = text.strip()
    quoted = len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'"
    if isinstance(kind, Section) and kind.shorthand and not stripped.startswith(("{", '"', "'")):
        return _scalar(stripped, origin)
    if isinstance(kind, Scalar) and not quoted:
        return _scalar(stripped, origin)
    if isinstance(kind, ListOf) and isinstance(kind.item, Scalar) and not stripped.startswith("["):
        if _scalar(stripped, origin).null:
            return _scalar(stripped, origin)
        parts = [part.strip().strip("\"'") for part in stripped.split(",")]
        return Items(origin, tuple(_scalar(part, origin) for part in parts))
    parsed = tree.parse(text, origin, faults)
    return parsed if parsed is not None else Text(origin, "", null=True)


def _scalar(text: str, origin: Origin) -> Text:
    return Text(origin, text, null=text in {"", "~", "null", "Null", "NULL"})


def _put(root: Value | None, path: KeyPath, value: Value, origin: Origin, depth: int = 0) -> Value:
    """Return the tree with `value` at `path`; what lies between is made where it is missing."""
    if depth == len(path):
        return value
    name = path[depth]
    if isinstance(root, Items) and name.isdecimal() and int(name) < len(root.items):
        items = list(root.items)
        items[int(name)] = _put(items[int(name)], path, value, origin, depth + 1)
        return Items(root.origin, tuple(items))
    values: dict[str, Value] = {}
    keys: dict[str, Origin] = {}
    where = origin
    if isinstance(root, tree.Mapping):
        values, keys, where = dict(root.values), dict(root.keys), root.origin
    elif isinstance(root, Text) and not root.null:
        values = _written_out(root, path[:depth])
    for rival in _RIVALS.get(path[: depth + 1], ()):
        if rival in values and values[rival].origin.layer < origin.layer:
            del values[rival]
    values[name] = _put(values.get(name), path, value, origin, depth + 1)
    keys = {each: keys.get(each, values[each].origin) for each in values}
    return tree.Mapping(where, values, keys)


def _written_out(value: Text, path: KeyPath) -> dict[str, Value]:
    """Return `{name: Jane}` for a section that its shorthand `Jane` stands for."""
    kind = kind_at(path)
    return {kind.shorthand: value} if isinstance(kind, Section) and kind.shorthand else {}
