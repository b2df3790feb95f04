"""Hugo: `hugo.toml`, `config.yaml` and their like, and `config/_default/`."""

from __future__ import annotations

from pathlib import Path

from feedmill.seeds.slugs import FILTERS
from feedmill.sites import data
from feedmill.sites.data import author_name, authors_in
from feedmill.sites.hugo_addresses import by_path, folder_path, rules, sections
from feedmill.sites.hugo_config import config_files, merged, part_of
from feedmill.sites.hugo_fields import fields_of
from feedmill.sites.hugo_left_out import ignored, other_languages, resources, translations, withheld_pages
from feedmill.sites.hugo_mounts import content_mount, include_and_exclude, mounted_elsewhere, other_folders
from feedmill.sites.site import UNDEFINED, SectionFeed, SiteConfig, Unread

_FOLDERS = ("archetypes", "content", "layouts", "themes")


def is_one(folder: Path) -> bool:
    """Whether Hugo would build this folder; a `config.json` alone may be anybody's."""
    files = config_files(folder)
    return any(file.stem == "hugo" or file.parent != folder for file in files) or (
        bool(files) and any((folder / name).is_dir() for name in _FOLDERS)
    )


def read(folder: Path) -> SiteConfig:
    """Return what Hugo's configuration says."""
    files = config_files(folder)
    config: dict[str, object] = {}
    for file in files:
        config = merged(config, part_of(file))
    rss = _rss(config)
    name = data.text_of(config, "defaultcontentlanguage") or "en"
    language = name.lower()
    own = data.child(config, "languages", language)
    mount = content_mount(config, language)
    content = (
        data.text_of(mount, "source")
        or data.text_of(own, "contentdir")
        or data.text_of(config, "contentdir")
        or "content"
    )
    unread = [
        Unread(file=files[0].name, line=0, what=f"language {code} is left out")
        for code in other_languages(config, language)
    ]
    unread += mounted_elsewhere(config, language, files[0].name)
    include, exclude = include_and_exclude(mount, files[0].name, unread)
    elsewhere = other_folders(config, language, content)
    named = sections(folder / content) if "section" in rss else []
    told = [name for name in named if f"{name}/**" not in elsewhere]
    return SiteConfig(
        kind="Hugo",
        title=data.text_of(own, "title") or data.text_of(config, "title") or "",
        home=_home(config, language),
        description=data.text_of(own, "params", "description")
        or data.text_of(config, "params", "description")
        or "",
        language=data.first_text(own, "locale", "languagecode")
        or data.first_text(config, "locale", "languagecode")
        or name,
        timezone=data.text_of(config, "timezone") or "UTC",
        author=author_name(data.child(config, "params", "author") or data.child(config, "author")),
        authors=authors_in(folder / "data", "authors"),
        seeds_dir=content,
        fields=(*fields_of(config, files[0].name, unread), *UNDEFINED),
        include=include,
        exclude=(
            *("**/_index.*", "**/_index.md"),
            *translations(config, language),
            *elsewhere,
            *exclude,
            *resources(folder / content, language),
            *withheld_pages(config, folder, content, language, unread),
            *ignored(config, folder, content, unread),
        ),
        link=by_path(config, language),
        rules=tuple(rules(config, files[0], folder / content, language, unread)),
        feeds=tuple(
            SectionFeed(
                slug=FILTERS["slug"](name),
                title=name,
                paths=(f"{name}/**",),
                link=f"{folder_path(name)}/",
            )
            for name in told
        ),
        copies=(
            *([(rss["home"], "all.rss")] if "home" in rss else []),
            *(
                (f"{folder_path(name)}/{rss['section']}", f"custom/{FILTERS['slug'](name)}.rss")
                for name in told
            ),
        ),
        unread=tuple(unread),
    )


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


def _home(config: data.Table, language: str) -> str | None:
    """Return the address of the site in its first language.

    Where one language has an address of its own, each has one, and none is in a folder of another.
    """
    languages = data.child(config, "languages")
    own = data.text_of(languages, language, "baseurl")
    home = own or data.text_of(config, "baseurl")
    apart = isinstance(languages, dict) and any(data.text_of(each, "baseurl") for each in languages.values())
    if home and not apart and data.truth(config, "defaultcontentlanguageinsubdir"):
        return f"{home.rstrip('/')}/{language}/"
    return home
