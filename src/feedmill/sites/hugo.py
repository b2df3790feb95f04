"""Hugo: `hugo.toml`, `config.yaml` and their like, and `config/_default/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from feedmill.seeds.address import PatternError
from feedmill.seeds.permalinks import from_hugo
from feedmill.seeds.slugs import FILTERS
from feedmill.sites import data
from feedmill.sites.people import author_name, authors_in
from feedmill.sites.site import Rule, SectionFeed, SiteConfig, Unread

_NAMES = [f"{name}.{suffix}" for name in ("hugo", "config") for suffix in ("toml", "yaml", "yml", "json")]


def is_one(folder: Path) -> bool:
    """Whether Hugo would build this folder."""
    return bool(_files(folder))


def read(folder: Path) -> SiteConfig:
    """Return what Hugo's configuration says."""
    files = _files(folder)
    config: dict[str, object] = {}
    for file in files:
        part = _folded(data.table(file))
        config.update(part if file.stem in ("hugo", "config") else {file.stem.lower(): part})
    cased = data.truth(config, "disablepathtolower") is True
    ugly = data.truth(config, "uglyurls") is True
    plain = "_plain" if data.truth(config, "removepathaccents") else ""
    language = data.text_of(config, "defaultcontentlanguage") or "en"
    languages = data.child(config, "languages")
    own = data.child(languages, language.lower())
    others = (
        [code for code in languages if code != language.lower()] if isinstance(languages, Mapping) else []
    )
    content = data.text_of(own, "contentdir") or data.text_of(config, "contentdir") or "content"
    unread = [Unread(file=files[0].name, line=0, what=f"language {code} is left out") for code in others]
    sections = _sections(folder / content)
    slug = ("hugo_cased" if cased else "hugo") + plain
    at_home = "hugo_cased" if cased else "hugo_folder"
    tail = ".html" if ugly else "/"
    # With `:filename` Hugo takes a date from the file's name, and the rest of it for the slug.
    stem = "name" if ":filename" in data.texts_of(config, "frontmatter", "date") else "stem"
    home = data.text_of(own, "baseurl") or data.text_of(config, "baseurl")
    if home and data.truth(config, "defaultcontentlanguageinsubdir"):
        home = f"{home.rstrip('/')}/{language}/"
    return SiteConfig(
        kind="Hugo",
        title=data.text_of(own, "title") or data.text_of(config, "title") or "",
        home=home,
        description=data.text_of(own, "params", "description")
        or data.text_of(config, "params", "description")
        or "",
        language=data.text_of(config, "locale") or data.text_of(config, "languagecode") or language,
        timezone=data.text_of(config, "timezone") or "UTC",
        author=author_name(data.child(config, "params", "author") or data.child(config, "author")),
        authors=authors_in(folder / "data", "authors"),
        seeds_dir=content,
        include=("**/*.md", "**/*.markdown", "**/*.html"),
        exclude=("**/_index.*", "**/_index.md", *(f"**/*.{code}.*" for code in others)),
        link=f"{{dir|{at_home}}}/{{field:slug|{slug}}}{tail} or {{dir|{at_home}}}/{{{stem}|{slug}}}{tail}",
        rules=tuple(_rules(config, files[0], folder / content, unread, cased=cased, ugly=ugly)),
        feeds=tuple(
            SectionFeed(
                slug=FILTERS["slug"](name),
                title=name,
                paths=(f"{name}/**",),
                link=f"{_folder(name)}/",
            )
            for name in sections
        ),
        copies=(
            ("index.xml", "all.rss"),
            *((f"{_folder(name)}/index.xml", f"custom/{FILTERS['slug'](name)}.rss") for name in sections),
        ),
        unread=tuple(unread),
    )


def _files(folder: Path) -> list[Path]:
    """Return the files that configure a site, the main one first."""
    main = [folder / name for name in _NAMES if (folder / name).is_file()][:1]
    base = folder / "config" / "_default"
    split = sorted(file for file in base.glob("*.*") if file.suffix in (".toml", ".yaml", ".yml", ".json"))
    return main + sorted(split, key=lambda file: file.stem not in ("hugo", "config"))


def _folded(value: object) -> dict[str, object]:
    """Return a mapping with its keys in lower case, at any depth: Hugo minds no case."""
    if not isinstance(value, Mapping):
        return {}
    return {
        str(key).lower(): _folded(each) if isinstance(each, Mapping) else each for key, each in value.items()
    }


def _sections(content: Path) -> list[str]:
    if not content.is_dir():
        return []
    return sorted(
        folder.name
        for folder in content.iterdir()
        if folder.is_dir() and not (folder / "index.md").is_file() and any(folder.rglob("*.md"))
    )


def _rules(
    config: data.Table, file: Path, content: Path, unread: list[Unread], *, cased: bool, ugly: bool
) -> list[Rule]:
    rules = []
    for section, told in _permalinks(data.child(config, "permalinks")):
        folders = [name for name in _sections(content) if _folder(name) == section.strip("/").lower()]
        if section.strip("/ ") == "":
            pairs = [("*", told)]
        elif ":sections" in told:
            pairs = [
                (f"{path}/**", _cut(told, path)) for name in folders for path in _with_index(content, name)
            ]
        else:
            pairs = [(f"{name}/**", told) for name in folders]  # none: a taxonomy, or nothing in it
        for glob, pattern in pairs:
            try:
                rules.append(Rule(paths=(glob,), link=from_hugo(pattern, cased=cased, ugly=ugly).text))
            except PatternError as error:
                unread.append(Unread(file=file.name, line=data.line_of(file, section), what=str(error)))
    return rules


def _with_index(content: Path, section: str) -> list[str]:
    """Return the section and the folders below it that are sections too (have an `_index`), deepest first."""
    below = {file.parent.relative_to(content).as_posix() for file in (content / section).rglob("_index.*")}
    return sorted({section, *below}, key=lambda path: (-path.count("/"), path))


def _cut(told: str, path: str) -> str:
    """Return the pattern with a folder's sections in it; `:sections[1:]` and the like count as in Hugo."""
    names = [_folder(name) for name in path.split("/")]

    def replaced(match: re.Match[str]) -> str:
        low, colon, high = (match[1] or ":").partition(":")
        if low == "last":
            return names[-1]
        if not colon:
            return "/".join(names[int(low) : int(low) + 1])
        end = len(names) - 1 if high == "last" else int(high or len(names))
        return "/".join(names[int(low or 0) : end])

    return re.sub(r":sections\b(?:\[(\d*:\d*|\d*:last|\d+|last)\])?", replaced, told)


_folder = FILTERS["hugo_folder"]


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
