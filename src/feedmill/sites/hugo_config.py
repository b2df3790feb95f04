"""Hugo's configuration: its files, merged as Hugo merges them, their keys in lower case."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from feedmill.sites import data

PAGES = (".md", ".markdown", ".html")
"""The suffixes of pages."""
_NAMES = [f"{name}.{suffix}" for name in ("hugo", "config") for suffix in ("toml", "yaml", "yml", "json")]


def config_files(folder: Path) -> list[Path]:
    """Return the files that configure a site as it is published, each before those that overrule it."""
    main = [folder / name for name in _NAMES if (folder / name).is_file()][:1]
    for environment in ("_default", "production"):
        found = sorted((folder / "config" / environment).glob("*.*"))
        split = [file for file in found if file.suffix in (".toml", ".yaml", ".yml", ".json")]
        main += sorted(split, key=lambda file: file.stem not in ("hugo", "config"))
    return main


def part_of(file: Path) -> dict[str, object]:
    """Return what a file says, below the keys that its name is: `params.toml`, `languages.de.toml`."""
    part = folded(data.table(file))
    if file.stem in ("hugo", "config"):
        return part
    name, _, language = file.stem.lower().partition(".")
    if not language:
        return {name: part}
    return {"languages": {language: {name: part} if name in ("params", "menu", "menus") else part}}


def merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """Return a mapping with what another says laid over it, at any depth."""
    found = dict(below)
    for key, value in above.items():
        under = found.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        found[key] = merged(under, value) if both else value  # type: ignore[arg-type]
    return found


def folded(value: object) -> dict[str, object]:
    """Return a mapping with its keys in lower case, at any depth: Hugo minds no case."""
    if not isinstance(value, Mapping):
        return {}
    return {
        str(key).lower(): folded(each) if isinstance(each, Mapping) else each for key, each in value.items()
    }
