"""What holds between paths on the site: redirects that lead in a circle or hide a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from feedmill.config.check import shown
from feedmill.config.checked import CheckedConfig
from feedmill.model.archive import ARCHIVED, split_archive
from feedmill.model.slug import SERVED_SUFFIXES

_ANSWERED = frozenset({"healthz", "readyz"})
_LISTINGS = frozenset({"feeds.opml", "feeds.json"})
_ERRORS = frozenset({"404.html", "410.html"})
_PAGES = frozenset({"index.html", "feed.css", "sitemap.xml", "robots.txt"}) | _ERRORS
_ICONS = frozenset({"favicon.ico", "apple-touch-icon.png"})
_DIRECTORY = _LISTINGS | _PAGES | _ICONS
_TAXONOMIES = ("topics", "providers", "authors", "categories", "types")
_SUFFIXES = ("rss", "atom", "json", "html")
_FEED = re.compile(rf"(?:all|(?:{'|'.join(_TAXONOMIES)}|custom)/[^/]+)(?:/[0-9]{{4}}(?:-[0-9]{{2}})?)?")


def check_redirects(config: CheckedConfig) -> None:
    """Note redirects that hide what is always there, and circles."""
    redirects: Mapping[str, str] = config.values["redirects"]
    documents = _documents(config)
    for source in redirects:
        place = ("redirects", source)
        if source in _ANSWERED:
            config.add(place, f"{shown(source)} answers for the server's health; it cannot redirect")
        elif source == "hub":
            config.add(place, f"{shown(source)} is where the hub answers; it cannot redirect")
        elif source in documents:
            config.add(place, f"{shown(source)} is a document that is always there; it cannot redirect")
    for circle in _circles(redirects):
        steps = " to ".join(shown(each) for each in (*circle, circle[0]))
        place = ("redirects", circle[0])
        config.add(place, f"redirects in a circle: {steps}; let one of them go where the feed is")


def check_copies(config: CheckedConfig) -> None:
    """Note copies that would stand where feedmill itself writes or redirects, or of what is never there."""
    copies: Mapping[str, str] = config.values["copies"]
    folders = {
        "/".join(path.split("/")[:depth]) for path in copies for depth in range(1, path.count("/") + 1)
    }
    for path, target in copies.items():
        place = ("copies", path)
        if (owner := _taken(path, config.values["redirects"])) is not None:
            config.add(place, f"{shown(path)} {owner}; a copy needs a path of its own")
        elif path in folders:
            config.add(
                place, f"{shown(path)} is a file here and a folder in another copy; rename one of them"
            )
        elif (fault := _no_document(target, config.values)) is not None:
            config.add(
                place, f"{shown(target)} {fault}, so there is nothing to copy; use a path like all.atom"
            )
        elif (right := _as_deep(path, target)) != path:
            fault = (
                f"{shown(path)} is not in as many folders as {target}, so its relative links would be dead"
            )
            config.add(place, f"{fault}; use a path like {right}")


def _as_deep(path: str, target: str) -> str:
    """Return a path at which the links of a copied document hold; those of error pages do anywhere."""
    depth = target.count("/")
    if not target.endswith(".html") or target in _ERRORS or path.count("/") == depth:
        return path
    return "old/" * depth + path.rpartition("/")[2]


def _taken(path: str, redirects: Mapping[str, str]) -> str | None:
    """Return what a path is for already, without regard to case, as some file systems have it."""
    folded = path.casefold()
    if folded in {source.casefold().rstrip("/") for source in redirects}:
        return "redirects already"
    if folded in _ANSWERED or folded == "hub":
        return "is answered by the server"
    segments = folded.split("/")
    for depth in range(1, len(segments) + 1):
        part = "/".join(segments[:depth])
        stem, _, suffix = part.rpartition(".")
        if part in _DIRECTORY or (suffix in _SUFFIXES and _FEED.fullmatch(stem)):
            return "could be a document of feedmill's" if depth == len(segments) else "lies below a document"
    if folded in (*_TAXONOMIES, "custom") or (
        _FEED.fullmatch(folded) and not folded.endswith(SERVED_SUFFIXES)
    ):
        return "could be a folder of feedmill's"
    return None


def _no_document(path: str, config: Mapping[str, Any]) -> str | None:
    """Return why no published document can have the path; None where one can."""
    feeds = config["feeds"]
    stem, _, suffix = path.rpartition(".")
    folder, _, slug = stem.partition("/")
    if path in _DIRECTORY:
        return None if path in _LISTINGS or feeds["html"] else "is left out with 'feeds.html'"
    if suffix not in _SUFFIXES or not _FEED.fullmatch(stem):
        return "is no document of feedmill's"
    if suffix not in (*feeds["formats"], *(["html"] if feeds["html"] else [])):
        return f"is in a format ({suffix}) that is not published"
    if suffix not in ARCHIVED and split_archive(stem) is not None:
        return f"is in a format ({suffix}) that archives do not have"
    if folder == "custom" and slug.partition("/")[0] not in {feed["slug"] for feed in config["custom"]}:
        return "belongs to no custom feed"
    return None


def _documents(config: CheckedConfig) -> set[str]:
    if not config.clean(("feeds",)):
        return set()
    suffixes = [*config.values["feeds"]["formats"], *(["html"] if config.values["feeds"]["html"] else [])]
    always = {"feeds.opml", "feeds.json", *(f"all.{suffix}" for suffix in suffixes)}
    return always | ({"index.html"} if "html" in suffixes else set())


def _circles(redirects: Mapping[str, str]) -> list[list[str]]:
    """Return each circle once, however many redirects lead into it."""
    found: list[list[str]] = []
    done: set[str] = set()
    for source in redirects:
        walk: dict[str, None] = {}
        step = source
        while step in redirects and step not in done and step not in walk:
            walk[step] = None
            step = redirects[step]
        if step in walk:
            steps = list(walk)
            found.append(steps[steps.index(step) :])
        done.update(walk)
    return found
