"""Configuration and data files in YAML, TOML and JSON as plain values, and the authors in them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from feedmill import yamltext
from feedmill.errors import InputError
from feedmill.seeds.frontmatter import parse, split
from feedmill.sites.site import Author

Table = Mapping[str, object]
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def load(file: Path) -> object:
    """Return what a file holds: mappings, lists and texts; a YAML scalar is the text that was typed.

    Raises:
        InputError: it cannot be read, or is not what its suffix says.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix == ".toml":
            return tomllib.loads(text)
        if file.suffix == ".json":
            return json.loads(text)
        node = yamltext.parse(text)
        return {} if node is None else _plain(node)
    except yamltext.YamlFault as error:
        raise InputError(file, error.message, line=error.line, column=error.column) from error
    except (
        tomllib.TOMLDecodeError,
        json.JSONDecodeError,
        UnicodeDecodeError,
        OSError,
        RecursionError,
    ) as error:
        raise InputError(file, str(error)) from error


def table(file: Path) -> Table:
    """As `load`, of a file that holds a mapping (anything else counts as an empty one)."""
    value = load(file)
    return value if isinstance(value, dict) else {}


def front_matter(file: Path) -> Table:
    """Return the front matter of a page, as `load` has it; one that is none, or damaged, says nothing."""
    front = split(file.read_text(encoding="utf-8-sig", errors="replace"))
    if front is None:
        return {}
    try:
        root = yamltext.parse(front.header) if front.syntax == "yaml" else parse(front)
    except yamltext.YamlFault:
        return {}
    value = _plain(root) if root is not None else {}
    return value if isinstance(value, dict) else {}


def child(value: object, *names: str) -> object:
    """Return what stands below the names, None where nothing does."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def text_of(value: object, *names: str) -> str | None:
    """Return the text below the names, None where there is none."""
    found = child(value, *names)
    if isinstance(found, (str, int, float)) and not isinstance(found, bool) and str(found).strip():
        return str(found).strip()
    return None


def first_text(value: object, *names: str) -> str | None:
    """Return the first text that stands right below one of the names."""
    return next((found for name in names if (found := text_of(value, name))), None)


def texts_of(value: object, *names: str) -> tuple[str, ...]:
    """Return the text or the list of texts below the names."""
    found = child(value, *names)
    return tuple(
        str(each) for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)
    )


def truth(value: object, *names: str) -> bool | None:
    """Return the boolean below the names, as YAML 1.1 has it; None where there is none."""
    found = child(value, *names)
    return found if isinstance(found, bool) else _WORDS.get(str(found).casefold())


def line_of(file: Path, key: str) -> int:
    """Return the first line of a file that begins with a key, 0 where none does."""
    text = file.read_text(encoding="utf-8", errors="replace")
    match = re.search(rf"^[\s\[\"'-]*{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, match.end()) + 1 if match else 0


def domain(folder: Path) -> str | None:
    """Return the address that GitHub's `CNAME` file gives a site; other tools copy it from `static`."""
    file = next((file for name in ("CNAME", "static/CNAME") if (file := folder / name).is_file()), None)
    told = file.read_text(encoding="utf-8", errors="replace").strip() if file else ""
    return f"https://{told}" if told and not re.search(r"[\s/]", told) else None


def _plain(node: yamltext.Node) -> object:
    if isinstance(node, yamltext.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yamltext.SequenceNode):
        return [_plain(value) for value in node.value]
    return None if yamltext.is_null(node) else node.value


_DATA = (".yml", ".yaml", ".json", ".toml")


def author_name(value: object) -> str | None:
    """Return the name in `author: Ada`, `author: {name: Ada}` or a list of these."""
    if isinstance(value, list):
        value = value[0] if value else None
    return text_of(value, "name") if isinstance(value, dict) else text_of(value)


def authors_in(folder: Path, *names: str) -> tuple[Author, ...]:
    """Return the authors that the first data file of one of the names (a suffix may be left out) lists."""
    for name in names:
        for suffix in ("", *_DATA):
            file = folder / (name + suffix)
            if file.is_file():
                return tuple(_author(key, value) for key, value in table(file).items())
    return ()


def _author(key: str, value: object) -> Author:
    links = (text_of(value, name) for name in ("url", "web", "website", "site", "homepage", "uri"))
    return Author(
        key=key,
        name=text_of(value, "name") or text_of(value, "display_name") or key,
        url=next((link for link in links if link and link.startswith("http")), None),
        email=text_of(value, "email"),
    )
