"""Docusaurus: the literals of `docusaurus.config.js` or `.ts`, and the blog's `authors.yml`."""

from __future__ import annotations

from pathlib import Path

from feedmill.sites import data
from feedmill.sites.data import authors_in
from feedmill.sites.javascript import Computed, read_script
from feedmill.sites.site import SiteConfig, Unread

_NAMES = [f"docusaurus.config.{suffix}" for suffix in ("js", "ts", "mjs", "cjs", "mts", "cts")]
_FORMATS = (
    ("rss", "rss.xml", "all.rss"),
    ("atom", "atom.xml", "all.atom"),
    ("json", "feed.json", "all.json"),
)


def is_one(folder: Path) -> bool:
    """Whether Docusaurus would build this folder."""
    return any((folder / name).is_file() for name in _NAMES)


def read(folder: Path) -> SiteConfig:
    """Return what Docusaurus' configuration says."""
    file = next(folder / name for name in _NAMES if (folder / name).is_file())
    script = read_script(file)
    config = script.exported
    if not isinstance(config, dict):  # a function that returns it
        config = max(script.returned, key=len, default={})
    blog = _blog(config)
    path = data.text_of(blog, "path") or "blog"
    route = (
        data.text_of(blog, "routeBasePath") if isinstance(blog, dict) and "routeBasePath" in blog else "blog"
    ) or ""
    base = route.strip("/") + "/" if route.strip("/") else ""
    url = data.text_of(config, "url")
    kinds = data.texts_of(blog, "feedOptions", "type") or ("rss", "atom")
    if kinds == ("all",):
        kinds = ("rss", "atom", "json")
    tail = "/" if data.truth(config, "trailingSlash") else ""
    return SiteConfig(
        kind="Docusaurus",
        title=data.text_of(blog, "blogTitle") or data.text_of(config, "title") or "",
        home=url.rstrip("/") + "/" + (data.text_of(config, "baseUrl") or "").strip("/") if url else None,
        description=data.text_of(blog, "blogDescription") or data.text_of(config, "tagline") or "",
        language=data.text_of(config, "i18n", "defaultLocale") or "en",
        authors=authors_in(folder / path, "authors"),
        seeds_dir=path.removeprefix("./"),
        include=data.texts_of(blog, "include") or ("**/*.md", "**/*.mdx"),
        exclude=data.texts_of(blog, "exclude") or ("**/_*.*", "**/_*/**", "**/*.test.*", "**/__tests__/**"),
        fields=(("link", ("webUrl", "originalUrl")),),  # nothing but a slug is an address to Docusaurus
        link=f"{base}{{field:slug}}{tail} or {base}{{path|docusaurus}}{tail}",
        copies=tuple((base + name, ours) for kind, name, ours in _FORMATS if kind in kinds),
        separators=("<!-- truncate -->", "{/* truncate */}"),
        by_authors=True,
        unread=tuple(_computed(file.name, config)),
    )


def _blog(config: object) -> object:
    """Return the options of the blog, those of the classic preset or of the plugin alone."""
    for kind, name in (("presets", "preset-classic"), ("plugins", "plugin-content-blog")):
        found = data.child(config, kind)
        for each in found if isinstance(found, list) else []:
            if not (isinstance(each, list) and len(each) == 2 and isinstance(each[0], str)):
                continue
            if each[0].removeprefix("@docusaurus/") in (name, name.removeprefix("preset-")):
                return data.child(each[1], "blog") if kind == "presets" else each[1]
    return {}


def _computed(file: str, value: object, name: str = "") -> list[Unread]:
    """Return the parts of the configuration that were wanted and are no literals."""
    wanted = ("title", "url", "baseUrl", "tagline", "presets", "plugins", "trailingSlash")
    found = value.items() if isinstance(value, dict) else ()
    return [
        Unread(file=file, line=each.line, what=f"{key} is computed: {each.source}")
        for key, each in found
        if key in wanted and isinstance(each, Computed)
    ]
