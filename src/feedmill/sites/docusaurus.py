"""Docusaurus: the literals of `docusaurus.config.js` or `.ts`, and the blog's authors and tags."""

from __future__ import annotations

import re
from pathlib import Path

from feedmill.sites import data
from feedmill.sites.data import authors_in
from feedmill.sites.javascript import Computed, read_script
from feedmill.sites.site import UNDEFINED, SiteConfig, UnknownSite, Unread

_NAMES = [f"docusaurus.config.{suffix}" for suffix in ("js", "ts", "mjs", "cjs", "mts", "cts")]
_FORMATS = (
    ("rss", "rss.xml", "all.rss"),
    ("atom", "atom.xml", "all.atom"),
    ("json", "feed.json", "all.json"),
)
_FUNCTIONS = (("processBlogPosts",), ("feedOptions", "createFeedItems"))
_RESOLVE = re.compile(r"""require\.resolve\(['"]([^'"]+)['"]\)""")


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
    blog, unread = _blog(file.name, config)
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
        authors=authors_in(folder / path, data.text_of(blog, "authorsMapPath") or "authors"),
        topics=_tags(folder / path, data.text_of(blog, "tags") or "tags.yml"),
        seeds_dir=path.removeprefix("./"),
        include=data.texts_of(blog, "include") or ("**/*.md", "**/*.mdx"),
        exclude=data.texts_of(blog, "exclude") or ("**/_*.*", "**/_*/**", "**/*.test.*", "**/__tests__/**"),
        # Nothing but a slug is an address to Docusaurus.
        fields=(("link", ("webUrl", "originalUrl")), *UNDEFINED),
        link=f"{base}{{field:slug}}{tail} or {base}{{path|docusaurus}}{tail}",
        copies=tuple((base + name, ours) for kind, name, ours in _FORMATS if kind in kinds),
        separators=("<!-- truncate -->", "{/* truncate */}"),
        by_authors=True,
        unread=(*_computed(file.name, config), *unread),
    )


def _blog(file: str, config: object) -> tuple[object, list[Unread]]:
    """Return the options of the first blog, and what of it and of further ones is not taken over.

    Raises:
        UnknownSite: the site's blog is disabled, and there is no other.
    """
    told = _blogs(config)
    blogs = [each for each in told if each is not False]
    if told and not blogs:
        raise UnknownSite(
            f"the Docusaurus site of {file} has no blog (blog: false), its articles are not published. "
            "Feeds of other articles: feedmill init, then say below seeds where they are (dir)"
        )
    blog = blogs[0] if blogs else {}
    unread = [
        Unread(file=file, line=0, what=f"a further blog is left out: {data.text_of(each, 'path') or 'blog'}")
        for each in blogs[1:]
    ]
    if isinstance(blog, Computed):
        unread.append(Unread(file=file, line=blog.line, what=f"blog is computed: {blog.source}"))
    for names in _FUNCTIONS:
        function = data.child(blog, *names)
        if function is not None:
            line = function.line if isinstance(function, Computed) else 0
            what = f"{names[-1]} is not run: what it leaves out of the blog goes out here"
            unread.append(Unread(file=file, line=line, what=what))
    return blog, unread


def _blogs(config: object) -> list[object]:
    """Return the options of each blog, the classic preset's first; False of one that is disabled."""
    found = []
    for kind, name in (("presets", "preset-classic"), ("plugins", "plugin-content-blog")):
        listed = data.child(config, kind)
        for each in listed if isinstance(listed, list) else []:
            called, options = (*each, {}, {})[:2] if isinstance(each, list) else (each, {})
            if _package(called) in (name, name.partition("-")[2]):
                found.append(data.child(options, "blog") if kind == "presets" else options)
    return found


def _package(called: object) -> str:
    """Return the name of a preset or plugin, `require.resolve` around it or not."""
    resolved = _RESOLVE.fullmatch(called.source) if isinstance(called, Computed) else None
    name = resolved[1] if resolved else called
    return name.removeprefix("@docusaurus/") if isinstance(name, str) else ""


def _tags(blog: Path, name: str) -> tuple[tuple[str, str], ...]:
    """Return the tags' labels by the keys that articles name them with."""
    file = blog / name
    told = data.table(file) if file.is_file() else {}
    return tuple((key, label) for key, each in told.items() if (label := data.text_of(each, "label")))


def _computed(file: str, value: object, name: str = "") -> list[Unread]:
    """Return the parts of the configuration that were wanted and are no literals."""
    wanted = ("title", "url", "baseUrl", "tagline", "presets", "plugins", "trailingSlash")
    found = value.items() if isinstance(value, dict) else ()
    return [
        Unread(file=file, line=each.line, what=f"{key} is computed: {each.source}")
        for key, each in found
        if key in wanted and isinstance(each, Computed)
    ]
