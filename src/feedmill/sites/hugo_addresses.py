"""Hugo's addresses: sections, `[permalinks]`, ugly URLs, and the path of all other pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from feedmill.seeds.address import PatternError
from feedmill.seeds.permalinks import from_hugo
from feedmill.seeds.slugs import FILTERS
from feedmill.sites import data
from feedmill.sites.hugo_config import PAGES
from feedmill.sites.hugo_fields import has_dated_names
from feedmill.sites.site import Rule, Unread

folder_path = FILTERS["hugo_folder"]


def sections(content: Path) -> list[str]:
    """Return the folders that have a feed: with pages in them, and none a page itself."""
    if not content.is_dir():
        return []
    return sorted(
        folder.name
        for folder in content.iterdir()
        if folder.is_dir()
        and not any(file.suffix in PAGES for file in folder.glob("index.*"))
        and any(file.suffix in PAGES for file in folder.rglob("*"))
    )


def rules(config: data.Table, file: Path, content: Path, language: str, unread: list[Unread]) -> list[Rule]:
    """Return the patterns of sections, by `[permalinks]` and by ugly URLs."""
    cased = data.truth(config, "disablepathtolower") is True
    ugly = data.truth(config, "uglyurls") is True
    rules = []
    uglies = data.child(config, "uglyurls")  # for all, or by section
    for section, told in _permalinks(data.child(config, "permalinks")):
        folders = [name for name in sections(content) if folder_path(name) == section.strip("/").lower()]
        if section.strip("/ ") == "":
            pairs = [("*", told)]
        elif ":sections" in told:
            pairs = [
                (f"{path}/**", _cut(told, path)) for name in folders for path in _with_index(content, name)
            ]
        else:
            pairs = [(f"{name}/**", told) for name in folders]  # none: a taxonomy, or nothing in it
        flat = ugly or data.truth(uglies, section.strip("/").lower()) is True
        for glob, pattern in pairs:
            try:
                link = _unsuffixed(from_hugo(pattern, cased=cased, ugly=flat).text, language)
                rules.append(Rule(paths=(glob,), link=link))
            except PatternError as error:
                unread.append(Unread(file=file.name, line=data.line_of(file, section), what=str(error)))
    flat_sections = (name for name in sections(content) if data.truth(uglies, folder_path(name)) is True)
    plain = by_path(config, language, ugly=True)
    return rules + [
        Rule(paths=(f"{name}/**",), link=plain)
        for name in flat_sections
        if all(rule.paths != (f"{name}/**",) for rule in rules)
    ]


def by_path(config: data.Table, language: str, *, ugly: bool | None = None) -> str:
    """Return the pattern of pages that no permalink is for."""
    cased = data.truth(config, "disablepathtolower") is True
    plain = "_plain" if data.truth(config, "removepathaccents") else ""
    slug = ("hugo_cased" if cased else "hugo") + plain
    folders = f"{{dir|{'hugo_cased' if cased else 'hugo_folder'}}}"
    # With `:filename` Hugo takes a date from the file's name, and the rest of it for the slug.
    stem = "name" if has_dated_names(config) else "stem"
    flat = data.truth(config, "uglyurls") is True if ugly is None else ugly
    tail = ".html" if flat else "/"
    link = f"{folders}/{{field:slug|{slug}}}{tail} or {folders}/{{{stem}|{slug}}}{tail}"
    return _unsuffixed(link, language)


def _unsuffixed(link: str, language: str) -> str:
    """Return a pattern in which the name of a file does not end with the site's language: `a.en.md`."""
    return re.sub(r"\{(stem|name)\|", rf"{{\1|without:.{language}|", link)


def _with_index(content: Path, section: str) -> list[str]:
    """Return the section and the folders below it that are sections too (have an `_index`), deepest first."""
    below = {file.parent.relative_to(content).as_posix() for file in (content / section).rglob("_index.*")}
    return sorted({section, *below}, key=lambda path: (-path.count("/"), path))


def _cut(told: str, path: str) -> str:
    """Return the pattern with a folder's sections in it; `:sections[1:]` and the like count as in Hugo."""
    names = [folder_path(name) for name in path.split("/")]

    def replaced(match: re.Match[str]) -> str:
        low, colon, high = (match[1] or ":").partition(":")
        if low == "last":
            return names[-1]
        if not colon:
            return "/".join(names[int(low) : int(low) + 1])
        end = len(names) - 1 if high == "last" else int(high or len(names))
        return "/".join(names[int(low or 0) : end])

    return re.sub(r":sections\b(?:\[(\d*:\d*|\d*:last|\d+|last)\])?", replaced, told)


def _permalinks(value: object) -> list[tuple[str, str]]:
    """Return `(section, pattern)` of pages, from any of the three forms that Hugo takes."""
    found: list[tuple[str, str]] = []
    if isinstance(value, list):
        for each in value:
            if data.text_of(each, "target", "kind") in (None, "page") and data.text_of(each, "pattern"):
                path = data.text_of(each, "target", "path") or "/"
                found.append(
                    (path.strip("/{").partition(",")[0].partition("/")[0], str(data.text_of(each, "pattern")))
                )
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(each, str):
                found.append((key, each))
            elif key == "page":
                found += [(section, told) for section, told in each.items() if isinstance(told, str)]
    return found
