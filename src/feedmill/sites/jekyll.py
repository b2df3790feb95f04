"""Jekyll: `_config.yml`, `_data/authors.yml`, and where its `_posts` folders are."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fnmatch import translate
from pathlib import Path
from urllib.parse import urlsplit

from feedmill.seeds.address import PatternError
from feedmill.seeds.permalinks import from_jekyll
from feedmill.sites import data
from feedmill.sites.data import author_name, authors_in
from feedmill.sites.left_out import articles, below, header, literal, named, of_articles
from feedmill.sites.site import Rule, SiteConfig, Unread

_DEFAULTS = {
    "author": "authors",
    "authors": "authors",
    "categories": "topics",
    "category": "category",
    "tags": "topics",
    "image": "images",
    "published": "published",
}
_SUFFIXES = ("md", "markdown", "mkd", "mkdn", "html", "textile")
_DATED = "[0-9][0-9][0-9][0-9]-[0-9]*-[0-9]*-*"
"""What posts are called; a file in `_posts` that has no date in its name is none to Jekyll."""
_PRUNED = {"_site", "node_modules", "vendor", ".git", "_layouts", "_includes"}
_SPECIAL = "[_#~]*"
"""What Jekyll's entry filter skips besides dotfiles: any folder above `_posts`, the first one below it."""
_UTC_DATE = re.compile(
    r"^date[ \t]*:[ \t]+\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?[ \t]*(?:\#.*)?\r?$",
    re.MULTILINE,
)
"""A timestamp of YAML 1.1's, with seconds and without a zone; in quotes, or without seconds, it is a text."""
_PICTURES = ("images", "image.path", "image", "cover", "featured_image", "thumbnail")
"""The usual keys, and where jekyll-seo-tag has a picture."""


def is_one(folder: Path) -> bool:
    """Whether Jekyll would build this folder."""
    return (folder / "_config.yml").is_file() or (folder / "_config.yaml").is_file()


def read(folder: Path) -> SiteConfig:
    """Return what Jekyll's configuration says."""
    file = next(file for name in ("_config.yml", "_config.yaml") if (file := folder / name).is_file())
    config = data.table(file)
    unread: list[Unread] = []
    root = Path(data.text_of(config, "source") or ".")
    source = (root / (data.text_of(config, "collections_dir") or "")).as_posix()
    above = sorted(_above_posts(folder / source))
    seeds_dir, inside = (f"{source}/_posts", "") if above == [""] else (source, "**/_posts/")
    link = _link(config, file, unread, above)
    url = data.text_of(config, "url") or data.domain(folder)
    collections = data.child(config, "collections")
    for name in collections if isinstance(collections, dict) else ():
        if name != "posts" and data.truth(collections, name, "output"):
            what = f"the collection {name} is left out"
            unread.append(Unread(file=file.name, line=data.line_of(file, name), what=what))
    copies = [(_feed_path(config, url), "all.atom")]
    copies += [
        (f"feed/{name}.xml", f"topics/{name}.atom") for name in data.texts_of(config, "feed", "categories")
    ]
    site = SiteConfig(
        kind="Jekyll",
        title=data.first_text(config, "title", "name") or "",
        home=url.rstrip("/") + "/" + (data.text_of(config, "baseurl") or "").strip("/") if url else None,
        description=data.text_of(config, "description") or "",
        language=(data.first_text(config, "lang", "locale") or "").replace("_", "-") or None,
        timezone=data.text_of(config, "timezone") or "UTC",
        author=author_name(data.child(config, "author")),
        authors=authors_in(folder / root / "_data", "authors"),
        seeds_dir=os.path.normpath(seeds_dir),
        include=tuple(f"{inside}**/{_DATED}.{suffix}" for suffix in _SUFFIXES[:5]),
        exclude=(
            *((_SPECIAL,) if above == [""] else _skipped()),
            *below(os.path.relpath(seeds_dir, root), _excluded(config), across=True),
        ),
        link=link,
        rules=tuple(_rules(config, link, above, file, unread)),
        copies=tuple(copies),
        separators=tuple(told for told in data.texts_of(config, "excerpt_separator") if told.strip()),
        fields=(
            ("link", ("webUrl", "originalUrl", "permalink")),
            ("topics", _topics(config)),
            ("images", _PICTURES),
        ),
        content="summary" if data.truth(config, "feed", "excerpt_only") else None,
        split_blanks=True,
        unread=tuple(unread),
    )
    return replace(site, unread=(*site.unread, *of_articles(folder, site), *_in_utc(folder, site)))


def _in_utc(folder: Path, site: SiteConfig) -> list[Unread]:
    """Return what names the posts whose date YAML takes for UTC, where the site is in another zone."""
    root = folder / site.seeds_dir
    paths = articles(root, site) if site.timezone != "UTC" else []
    found = [path for path in paths if _UTC_DATE.search(header(root / path) or "")]
    what = f"have a date that is UTC to Jekyll and {site.timezone} to us (write +0000 behind it)"
    return [named(site, found, what)] if found else []


def _skipped() -> list[str]:
    """Return globs of what Jekyll skips where `_posts` folders lie in others."""
    pruned = (f"**/{name}" for name in sorted(_PRUNED - {".git"}))
    return [*pruned, f"**/{_SPECIAL}/**/_posts", f"**/_posts/{_SPECIAL}"]


def _feed_path(config: data.Table, url: str | None) -> str:
    """Return the feed's path on the site; `feed.path` may be a whole address on the site's own host."""
    told = data.text_of(config, "feed", "path") or "feed.xml"
    parts = urlsplit(told)
    if url is None or not parts.netloc or parts.netloc != urlsplit(url).netloc:
        return told.lstrip("/")
    base = (data.text_of(config, "baseurl") or "").strip("/")
    return parts.path.lstrip("/").removeprefix(f"{base}/")


def _excluded(config: data.Table) -> list[str]:
    """Return what Jekyll does not read: what a pattern takes, or a path that begins with one that is none."""
    told = data.texts_of(config, "exclude")
    return [each if re.search(r"[*?\[]", each) else f"{each.rstrip('/')}**" for each in told]


def _topics(config: data.Table) -> tuple[str, ...]:
    """Return the keys of topics. A `category` is one of `categories`; they go first where they have feeds."""
    categories, others = ("categories", "category"), ("topics", "tags", "keywords")
    if data.child(config, "feed", "categories"):
        return (others[0], *categories, *others[1:])
    return (*others[:2], *categories, others[2])


def _above_posts(root: Path) -> list[str]:
    """Return the folders, relative to the root, that have a `_posts` folder in them."""
    found = []
    for folder, inner, _ in os.walk(root):
        if "_posts" in inner:
            found.append(Path(folder).relative_to(root).as_posix().removeprefix("."))
        inner[:] = sorted(name for name in inner if name not in _PRUNED and name[0] not in "._#~")
    return found


def _link(config: data.Table, file: Path, unread: list[Unread], above: list[str]) -> str:
    """Return the address pattern of posts."""
    told = (
        data.text_of(config, "collections", "posts", "permalink")
        or data.text_of(config, "permalink")
        or "date"
    )
    for scope in _scopes(config):
        if data.text_of(scope, "scope", "type") in (None, "posts") and not data.text_of(
            scope, "scope", "path"
        ):
            told = data.text_of(scope, "values", "permalink") or told
    return _pattern(told, file, unread, above) or _in_folders(from_jekyll("date").text, above)


def _pattern(told: str, file: Path, unread: list[Unread], above: list[str]) -> str | None:
    try:
        return _in_folders(from_jekyll(told).text, above)
    except PatternError as error:
        unread.append(Unread(file=file.name, line=data.line_of(file, "permalink"), what=str(error)))
        return None


def _in_folders(pattern: str, above: list[str]) -> str:
    """Return a pattern that takes the folders above `_posts` for categories, where there are any."""
    return pattern.replace("{categories", "{jekyll_categories") if any(above) else pattern


def _rules(config: data.Table, link: str, above: list[str], file: Path, unread: list[Unread]) -> list[Rule]:
    """Return a rule for each scope, that of the longest path first: in ours the first that fits says all.

    It says what Jekyll merges for what begins with its path: the values of all scopes that fit, those of a
    longer path, or of a later scope, before others.
    """
    collections = f"{(data.text_of(config, 'collections_dir') or '').strip('/')}/"
    told: list[tuple[str, object]] = []
    for scope in _scopes(config):
        path = (data.text_of(scope, "scope", "path") or "").strip("/").removeprefix(collections)
        if data.text_of(scope, "scope", "type") in (None, "posts"):
            if above == [""]:
                if path and not path.startswith("_posts"):
                    continue
                path = path.removeprefix("_posts").strip("/")
            told.append((path, data.child(scope, "values")))
    told.sort(key=lambda each: len(each[0]))
    rules = []
    for path in reversed(dict.fromkeys(path for path, _ in told)):
        fitting = [values for other, values in told if _begins(path, other)]
        defaults: dict[str, object] = {}
        permalink = None
        for values in fitting:
            defaults |= _known(values)
            permalink = data.text_of(values, "permalink") or permalink
        pattern = _pattern(permalink, file, unread, above) if permalink and path else None
        if "categories" in (pattern or link) and any(data.child(each, "categories") for each in fitting):
            what = "addresses lack the categories that defaults give (say it in seeds.rules)"
            unread.append(Unread(file=file.name, line=data.line_of(file, "defaults"), what=what))
        if defaults or pattern:
            rules.append(Rule(paths=_beginning(path), link=pattern or link, defaults=tuple(defaults.items())))
    return rules


def _begins(path: str, scope: str) -> bool:
    """Whether what begins with a path is in a scope: Jekyll compares letters, not folders."""
    if "*" in scope and scope != path:
        return any(re.fullmatch(translate(glob), path) for glob in _beginning(scope))
    return path.startswith(scope)


def _beginning(path: str) -> tuple[str, ...]:
    """Return globs of the paths that begin so."""
    if not path:
        return ("**",)
    start = path if "*" in path else literal(path)
    start = start if start.endswith("*") else f"{start}*"
    return start, f"{start}/**"


def _known(values: object) -> dict[str, object]:
    """Return the defaults of a scope that are fields of ours."""
    told = values if isinstance(values, dict) else {}
    found = {_DEFAULTS[key]: value for key, value in told.items() if key in _DEFAULTS and value}
    if isinstance(found.get("images"), dict):
        found["images"] = data.text_of(found, "images", "path") or found["images"]
    return {"topics": found["category"], **found} if "category" in found else found


def _scopes(config: data.Table) -> list[object]:
    found = data.child(config, "defaults")
    return found if isinstance(found, list) else []
