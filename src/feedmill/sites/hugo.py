"""Hugo: `hugo.toml`, `config.yaml` and their like, and `config/_default/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from feedmill.model.fields import FIELDS
from feedmill.seeds.address import PatternError
from feedmill.seeds.permalinks import from_hugo
from feedmill.seeds.slugs import FILTERS
from feedmill.sites import data
from feedmill.sites.data import author_name, authors_in
from feedmill.sites.left_out import below, literal
from feedmill.sites.site import Rule, SectionFeed, SiteConfig, Unread

_FOLDERS = ("archetypes", "content", "layouts", "themes")
_PAGES = (".md", ".markdown", ".html")
_NAMES = [f"{name}.{suffix}" for name in ("hugo", "config") for suffix in ("toml", "yaml", "yml", "json")]


def is_one(folder: Path) -> bool:
    """Whether Hugo would build this folder; a `config.json` alone may be anybody's."""
    files = _files(folder)
    return any(file.stem == "hugo" or file.parent != folder for file in files) or (
        bool(files) and any((folder / name).is_dir() for name in _FOLDERS)
    )


def read(folder: Path) -> SiteConfig:
    """Return what Hugo's configuration says."""
    files = _files(folder)
    config: dict[str, object] = {}
    for file in files:
        config = _merged(config, _part(file))
    cased = data.truth(config, "disablepathtolower") is True
    ugly = data.truth(config, "uglyurls") is True
    rss = _rss(config)
    language = data.text_of(config, "defaultcontentlanguage") or "en"
    languages = data.child(config, "languages")
    own = data.child(languages, language.lower())
    others = (
        [code for code in languages if code != language.lower()] if isinstance(languages, Mapping) else []
    )
    content = (
        data.text_of(own, "contentdir")
        or _mounted(config, language)
        or data.text_of(config, "contentdir")
        or "content"
    )
    unread = [Unread(file=files[0].name, line=0, what=f"language {code} is left out") for code in others]
    told = _sections(folder / content) if "section" in rss else []
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
        language=data.first_text(own, "locale", "languagecode")
        or data.first_text(config, "locale", "languagecode")
        or language,
        timezone=data.text_of(config, "timezone") or "UTC",
        author=author_name(data.child(config, "params", "author") or data.child(config, "author")),
        authors=authors_in(folder / "data", "authors"),
        seeds_dir=content,
        fields=(
            ("link", ("webUrl", "originalUrl", "url")),
            ("status", ("status", "build.list", "build.render", "_build.list", "_build.render")),
            ("draft", ("headless",)),
            *_dates(config),
        ),
        include=("**/*.md", "**/*.markdown", "**/*.html"),
        exclude=(
            *("**/_index.*", "**/_index.md"),
            *(f"**/*.{code}.*" for code in others if next((folder / content).rglob(f"*.{code}.*"), None)),
            *_other_folders(languages, others, content),
            *_resources(folder / content),
            *_withheld(config, folder, content, language, unread),
            *_ignored(config, folder, content, unread),
        ),
        link=_by_path(config, ugly=ugly),
        rules=tuple(_rules(config, files[0], folder / content, unread, cased=cased, ugly=ugly)),
        feeds=tuple(
            SectionFeed(
                slug=FILTERS["slug"](name),
                title=name,
                paths=(f"{name}/**",),
                link=f"{_folder(name)}/",
            )
            for name in told
        ),
        copies=(
            *([(rss["home"], "all.rss")] if "home" in rss else []),
            *((f"{_folder(name)}/{rss['section']}", f"custom/{FILTERS['slug'](name)}.rss") for name in told),
        ),
        unread=tuple(unread),
    )


def _files(folder: Path) -> list[Path]:
    """Return the files that configure a site as it is published, each before those that overrule it."""
    main = [folder / name for name in _NAMES if (folder / name).is_file()][:1]
    for environment in ("_default", "production"):
        found = sorted((folder / "config" / environment).glob("*.*"))
        split = [file for file in found if file.suffix in (".toml", ".yaml", ".yml", ".json")]
        main += sorted(split, key=lambda file: file.stem not in ("hugo", "config"))
    return main


def _part(file: Path) -> dict[str, object]:
    """Return what a file says, below the keys that its name is: `params.toml`, `languages.de.toml`."""
    part = _folded(data.table(file))
    if file.stem in ("hugo", "config"):
        return part
    name, _, language = file.stem.lower().partition(".")
    if not language:
        return {name: part}
    return {"languages": {language: {name: part} if name in ("params", "menu", "menus") else part}}


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    found = dict(below)
    for key, value in above.items():
        under = found.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        found[key] = _merged(under, value) if both else value  # type: ignore[arg-type]
    return found


def _rss(config: data.Table) -> dict[str, str]:
    """Return the name of the RSS feed of each kind of page that has one."""
    name = data.text_of(config, "outputformats", "rss", "basename") or "index"
    disabled = {kind.lower() for kind in data.texts_of(config, "disablekinds")}
    found = {}
    for kind in ("home", "section"):
        told = data.child(config, "outputs", kind)
        formats = {each.lower() for each in data.texts_of(config, "outputs", kind)}
        if (told is None or "rss" in formats) and disabled.isdisjoint({"rss", kind}):
            found[kind] = f"{name}.xml"
    return found


def _mounted(config: data.Table, language: str) -> str | None:
    """Return the folder that is mounted as `content` for a language."""
    mounts = data.child(config, "module", "mounts")
    for mount in mounts if isinstance(mounts, list) else ():
        each = _folded(mount)
        languages = data.texts_of(each, "sites", "matrix", "languages") or (
            data.text_of(each, "lang") or language,
        )
        if data.text_of(each, "target") == "content" and language in languages:
            return data.text_of(each, "source")
    return None


def _other_folders(languages: object, others: list[str], content: str) -> list[str]:
    """Return a glob for each folder below ours that is another language's content."""
    folders = [data.text_of(languages, code, "contentdir") or "" for code in others]
    base = content.strip("/") + "/"
    return [f"{told.strip('/').removeprefix(base)}/**" for told in folders if told.startswith(base)]


def _resources(content: Path) -> list[str]:
    """Return what lies in a folder with an `index`: it belongs to that page, and is none of its own."""
    found = []
    for index in content.rglob("index.*"):
        if index.suffix in _PAGES:
            inside = (file for file in index.parent.rglob("*") if file.suffix in _PAGES)
            found += [
                file
                for file in inside
                if file.parent != index.parent or file.stem.partition(".")[0] != "index"
            ]
    return sorted({literal(file.relative_to(content).as_posix()) for file in found})


def _dates(config: data.Table) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys of the publication: a page with nothing but a last change has its date."""
    told = [key.lower() for key in data.texts_of(config, "frontmatter", "date")]
    if told and not {":default", "lastmod"} & {*told}:
        return []
    return [("publishedDateTime", (*FIELDS["publishedDateTime"], "lastmod", "modified"))]


def _withheld(config: data.Table, site: Path, content: str, language: str, unread: list[Unread]) -> list[str]:
    """Return globs of the pages that a cascade keeps out, the site's own or that of a section's page.

    Pages that overrule it are kept out as well, and this is told.
    """
    told = [(_files(site)[0], "", data.child(config, "cascade"))]
    for file in sorted((site / content).rglob("_index.*")):
        if file.suffix in _PAGES and file.stem in ("_index", f"_index.{language}"):
            folder = file.parent.relative_to(site / content).as_posix().removeprefix(".")
            told.append((file, folder, data.child(_folded(data.front_matter(file)), "cascade")))
    found: list[str] = []
    for file, folder, cascade in told:
        for each in map(_folded, cascade if isinstance(cascade, list) else [cascade]):
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
    for key, ours in (("kind", "page"), ("environment", "production"), ("lang", language.lower())):
        told = data.text_of(target, key)
        if told and ours not in re.split(r"[{},\s]+", told.lower()) and "*" not in told:
            return []
    path = data.text_of(target, "path")
    if path is None:
        return [f"{literal(folder)}/**".lstrip("/")]
    return [each for glob in below(".", [path]) for each in (glob, f"{glob}.*", f"{glob}/**")]


def _ignored(config: data.Table, site: Path, content: str, unread: list[Unread]) -> list[str]:
    """Return the pages of today that `ignoreFiles` takes: its patterns are none that we have."""
    files = (file for file in (site / content).rglob("*.*") if file.suffix in _PAGES)
    pages = sorted(file.relative_to(site / content).as_posix() for file in files)
    found: list[str] = []
    for pattern in data.texts_of(config, "ignorefiles"):
        try:
            paths = [path for path in pages if re.search(pattern, f"/{path}")]
            what = f"takes {len(paths)} pages of today, which are left out; say it of others in seeds.exclude"
        except re.error as error:
            paths, what = pages[:0], f"is not understood ({error}); say it in seeds.exclude"
        found += map(literal, paths)
        name = _files(site)[0].relative_to(site).as_posix()
        unread.append(Unread(file=name, line=0, what=f"ignoreFiles {pattern!r} {what}"))
    return found


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
        if folder.is_dir()
        and not (folder / "index.md").is_file()
        and any(file.suffix in _PAGES for file in folder.rglob("*"))
    )


def _rules(
    config: data.Table, file: Path, content: Path, unread: list[Unread], *, cased: bool, ugly: bool
) -> list[Rule]:
    rules = []
    uglies = data.child(config, "uglyurls")  # for all, or by section
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
        flat = ugly or data.truth(uglies, section.strip("/").lower()) is True
        for glob, pattern in pairs:
            try:
                rules.append(Rule(paths=(glob,), link=from_hugo(pattern, cased=cased, ugly=flat).text))
            except PatternError as error:
                unread.append(Unread(file=file.name, line=data.line_of(file, section), what=str(error)))
    flat_sections = (name for name in _sections(content) if data.truth(uglies, _folder(name)) is True)
    by_path = _by_path(config, ugly=True)
    return rules + [
        Rule(paths=(f"{name}/**",), link=by_path)
        for name in flat_sections
        if all(rule.paths != (f"{name}/**",) for rule in rules)
    ]


def _by_path(config: data.Table, *, ugly: bool) -> str:
    """Return the pattern of pages that no permalink is for."""
    cased = data.truth(config, "disablepathtolower") is True
    plain = "_plain" if data.truth(config, "removepathaccents") else ""
    slug = ("hugo_cased" if cased else "hugo") + plain
    folders = f"{{dir|{'hugo_cased' if cased else 'hugo_folder'}}}"
    # With `:filename` Hugo takes a date from the file's name, and the rest of it for the slug.
    stem = "name" if ":filename" in data.texts_of(config, "frontmatter", "date") else "stem"
    tail = ".html" if ugly else "/"
    return f"{folders}/{{field:slug|{slug}}}{tail} or {folders}/{{{stem}|{slug}}}{tail}"


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
