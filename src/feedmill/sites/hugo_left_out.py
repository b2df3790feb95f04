"""What Hugo leaves out: other languages, resources, what a cascade withholds or a setting ignores."""

from __future__ import annotations

import re
from pathlib import Path

from feedmill.sites import data
from feedmill.sites.hugo_config import PAGES, config_files, folded
from feedmill.sites.left_out import any_case, below, literal
from feedmill.sites.site import Unread


def other_languages(config: data.Table, language: str) -> list[str]:
    """Return the languages in lower case that are not the site's first."""
    languages = data.child(config, "languages")
    return [code for code in languages if code != language] if isinstance(languages, dict) else []


def translations(config: data.Table, language: str) -> list[str]:
    """Return a glob for the pages of each other language: those that are, and those that will be."""
    return [f"**/*.{any_case(code)}.*" for code in other_languages(config, language)]


def resources(content: Path, language: str) -> list[str]:
    """Return what lies in a folder with an `index`: it belongs to that page, and is none of its own."""
    own = ("index", f"index.{language}")
    found = []
    for index in content.rglob("index.*"):
        if index.suffix in PAGES:
            inside = (file for file in index.parent.rglob("*") if file.suffix in PAGES)
            found += [file for file in inside if file.parent != index.parent or file.stem.lower() not in own]
    return sorted({literal(file.relative_to(content).as_posix()) for file in found})


def withheld_pages(
    config: data.Table, site: Path, content: str, language: str, unread: list[Unread]
) -> list[str]:
    """Return globs of the pages that a cascade keeps out, the site's own or that of a section's page.

    Pages that overrule it are kept out as well, and this is told.
    """
    told = [(config_files(site)[0], "", data.child(config, "cascade"))]
    for file in sorted((site / content).rglob("_index.*")):
        if file.suffix in PAGES and file.stem.lower() in ("_index", f"_index.{language}"):
            folder = file.parent.relative_to(site / content).as_posix().removeprefix(".")
            told.append((file, folder, data.child(folded(data.front_matter(file)), "cascade")))
    found: list[str] = []
    for file, folder, cascade in told:
        for each in map(folded, cascade if isinstance(cascade, list) else [cascade]):
            target = data.child(each, "target") or data.child(each, "_target")
            globs = _targets(target, folder, language) if _withholds(each) else []
            found += globs
            if globs:
                what = f"its cascade withholds pages, and they are left out: {', '.join(globs)}"
                unread.append(Unread(file=file.relative_to(site).as_posix(), line=0, what=what))
    return found


def _withholds(values: data.Table) -> bool:
    """Whether such front matter keeps a page from being published, or out of all lists."""
    built = [data.child(values, build, what) for build in ("build", "_build") for what in ("list", "render")]
    return (
        data.truth(values, "draft") is True
        or data.truth(values, "headless") is True
        or data.truth(values, "published") is False
        or any(str(value).lower() in ("never", "false") for value in built)
    )


def _targets(target: object, folder: str, language: str) -> list[str]:
    """Return globs of the pages that a cascade of a folder is for; none where these are not ours."""
    for key, ours in (("kind", "page"), ("environment", "production"), ("lang", language)):
        told = data.text_of(target, key)
        if told and ours not in re.split(r"[{},\s]+", told.lower()) and "*" not in told:
            return []
    path = data.text_of(target, "path")
    if path is None:
        return [f"{literal(folder)}/**".lstrip("/")]
    return [each for glob in below(".", [path]) for each in (glob, f"{glob}.*", f"{glob}/**")]


def ignored(config: data.Table, site: Path, content: str, unread: list[Unread]) -> list[str]:
    """Return the pages of today that `ignoreFiles` takes: its patterns are none that we have."""
    files = (file for file in (site / content).rglob("*.*") if file.suffix in PAGES)
    pages = sorted(file.relative_to(site / content).as_posix() for file in files)
    found: list[str] = []
    for pattern in data.texts_of(config, "ignorefiles"):
        try:
            paths = [path for path in pages if re.search(pattern, f"/{path}")]
            what = f"takes {len(paths)} pages of today, which are left out; say it of others in seeds.exclude"
        except re.error as error:
            paths, what = pages[:0], f"is not understood ({error}); say it in seeds.exclude"
        found += map(literal, paths)
        name = config_files(site)[0].relative_to(site).as_posix()
        unread.append(Unread(file=name, line=0, what=f"ignoreFiles {pattern!r} {what}"))
    return found
