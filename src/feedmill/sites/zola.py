"""Zola: `config.toml` and the `_index.md` of each section."""

from __future__ import annotations

from pathlib import Path

from feedmill.model.fields import FIELDS, canonical
from feedmill.sites import data
from feedmill.sites.left_out import below, literal
from feedmill.sites.site import UNDEFINED, SectionFeed, SiteConfig, Unread

_OWN_KEYS = {
    "compile_sass",
    "generate_feeds",
    "generate_feed",
    "base_url",
    "feed_filenames",
    "build_search_index",
}
_SLUGS = {
    "on": ("|zola", "|zola_file"),
    "safe": ("|zola_safe", "|zola_file_safe"),
    "off": ("", "|zola_undated"),
}


def is_one(folder: Path) -> bool:
    """Whether Zola would build this folder."""
    file = folder / "zola.toml" if (folder / "zola.toml").is_file() else folder / "config.toml"
    return file.is_file() and (folder / "content").is_dir() and bool(data.table(file).keys() & _OWN_KEYS)


def read(folder: Path) -> SiteConfig:
    """Return what Zola's configuration says."""
    file = folder / "zola.toml" if (folder / "zola.toml").is_file() else folder / "config.toml"
    config = data.table(file)
    sections = {
        path: data.front_matter(folder / "content" / path / "_index.md")
        for path in _sections(folder / "content")
    }
    own, made = _SLUGS.get(data.text_of(config, "slugify", "paths") or "on", _SLUGS["on"])
    if data.truth(config, "slugify", "paths_keep_dates"):
        made = own
    names = data.texts_of(config, "feed_filenames") or data.texts_of(config, "feed_filename") or ("atom.xml",)
    author = data.text_of(config, "author")
    languages = data.child(config, "languages")
    others = [code for code in languages if code != _language(config)] if isinstance(languages, dict) else []
    feeds, copies, unread = _feeds(folder, config, sections, names)
    return SiteConfig(
        kind="Zola",
        title=data.text_of(config, "title") or data.text_of(sections.get(""), "title") or "",
        home=data.text_of(config, "base_url"),
        description=data.text_of(config, "description")
        or data.text_of(sections.get(""), "description")
        or "",
        language=_language(config),
        author=author,
        seeds_dir="content",
        fields=(*_fields(config), *UNDEFINED),
        include=("**/*.md",),
        exclude=(
            *("**/_index.md", "**/_index.*.md"),
            *(f"**/*.{code}.md" for code in others),
            *(
                f"{literal(path)}/**".lstrip("/")
                for path, each in sections.items()
                if data.truth(each, "draft")
            ),
            *below(".", data.texts_of(config, "ignored_content"), across=True),
        ),
        link=f"{{field:path}}/ or {{dir}}/{{field:slug{own}}}/ or {{dir}}/{{stem{made}}}/",
        feeds=feeds,
        copies=copies,
        by_authors=True,
        unread=(
            *unread,
            *(
                Unread(file=file.name, line=data.line_of(file, "languages"), what=f"language {c} is left out")
                for c in others
            ),
        ),
    )


def _fields(config: data.Table) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys of topics and authors: terms stand below `[taxonomies]`, those that the site has."""
    told = data.child(config, "taxonomies")
    names = [name for each in told if (name := data.text_of(each, "name"))] if isinstance(told, list) else []
    tagged = sorted((name for name in names if canonical(name) == "topics"), key=lambda name: name != "tags")
    found = []
    if tagged:
        found.append(("topics", (*(f"taxonomies.{name}" for name in tagged), *FIELDS["topics"])))
    written = [f"taxonomies.{name}" for name in names if canonical(name) == "authors"]
    if written:
        found.append(("authors", (*FIELDS["authors"], *written)))
    return found


def _language(config: data.Table) -> str:
    return data.text_of(config, "default_language") or "en"


def _sections(content: Path) -> list[str]:
    found = [file.parent.relative_to(content).as_posix() for file in content.rglob("_index.md")]
    return sorted("" if path == "." else path for path in found)


def _feeds(
    folder: Path, config: data.Table, sections: dict[str, data.Table], names: tuple[str, ...]
) -> tuple[tuple[SectionFeed, ...], tuple[tuple[str, str], ...], tuple[Unread, ...]]:
    """Return the sections' feeds, all old addresses, and the feed files whose format cannot be told."""
    feeds, copies, unread = [], [], []
    formats = {name: _format(folder, name) for name in names}
    own_root = any(_mentions(folder, name, "section.pages") for name in names)
    if data.truth(config, "generate_feeds") or data.truth(config, "generate_feed"):
        copies += [(name, f"all.{kind}") for name, kind in formats.items() if kind and not own_root]
    for path, header in sections.items():
        if not (data.truth(header, "generate_feeds") or data.truth(header, "generate_feed")):
            continue
        if path == "" and not own_root:
            continue  # the site's own feed is written over it
        below = f"{path}/" if path else ""
        slug = path.replace("/", "-") or "main"
        title = data.text_of(header, "title") or path
        feeds.append(
            SectionFeed(slug=slug, title=title, paths=(f"{below}*.md", f"{below}*/index.md"), link=f"{below}")
        )
        copies += [(f"{below}{name}", f"custom/{slug}.{kind}") for name, kind in formats.items() if kind]
    for name, kind in formats.items():
        if kind is None:
            unread.append(
                Unread(
                    file=f"templates/{name}", line=0, what="a feed in a format of its own: no copy is made"
                )
            )
    return tuple(feeds), tuple(copies), tuple(unread)


def _format(folder: Path, name: str) -> str | None:
    if name.endswith(".json"):
        return "json" if _mentions(folder, name, "jsonfeed.org") else None
    if name == "rss.xml" or _mentions(folder, name, "<rss"):
        return "rss"
    return "atom"


def _mentions(folder: Path, name: str, words: str) -> bool:
    file = folder / "templates" / name
    return file.is_file() and words in file.read_text(encoding="utf-8", errors="replace")
