"""Authors: one in a configuration, or all in a data file of a site."""

from __future__ import annotations

from pathlib import Path

from feedmill.sites import data
from feedmill.sites.site import Author

_DATA = (".yml", ".yaml", ".json", ".toml")


def author_name(value: object) -> str | None:
    """Return the name in `author: Ada`, `author: {name: Ada}` or a list of these."""
    if isinstance(value, list):
        value = value[0] if value else None
    return data.text_of(value, "name") if isinstance(value, dict) else data.text_of({"name": value}, "name")


def authors_in(folder: Path, *names: str) -> tuple[Author, ...]:
    """Return the authors that the first data file of one of the names (without suffix) lists."""
    for name in names:
        for suffix in _DATA:
            file = folder / (name + suffix)
            if file.is_file():
                return tuple(_author(key, value) for key, value in data.table(file).items())
    return ()


def _author(key: str, value: object) -> Author:
    links = (data.text_of(value, name) for name in ("url", "web", "website", "site", "homepage", "uri"))
    return Author(
        key=key,
        name=data.text_of(value, "name") or data.text_of(value, "display_name") or key,
        url=next((link for link in links if link and link.startswith("http")), None),
        email=data.text_of(value, "email"),
    )
