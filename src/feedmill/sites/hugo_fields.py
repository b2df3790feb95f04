"""Which keys of a page's front matter are which field, as Hugo's configuration has it."""

from __future__ import annotations

from collections.abc import Iterable

from feedmill.model.fields import FIELDS, fold
from feedmill.sites import data
from feedmill.sites.site import Unread

_EMBARGO = ("publishDate", "pubDate")
_PUBLISHED = (*FIELDS["publishedDateTime"], "lastmod", "modified")
"""A page with nothing but a last change has its date."""


def fields_of(config: data.Table, file: str, unread: list[Unread]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys of our fields; what `[frontmatter]` says that is not taken over is told of `file`."""
    found = [
        ("link", ("webUrl", "originalUrl", "url")),
        ("status", ("status", "build.list", "build.render", "_build.list", "_build.render")),
        ("draft", ("headless",)),
        ("publishedDateTime", _published(config, file, unread)),
        ("updatedDateTime", _listed(config, "lastmod", FIELDS["updatedDateTime"], file, unread)),
        ("expiryDateTime", _listed(config, "expirydate", FIELDS["expiryDateTime"], file, unread)),
    ]
    return [(name, keys) for name, keys in found if keys]


def has_dated_names(config: data.Table) -> bool:
    """Whether a page may have its date, and its slug, from its file's name."""
    return ":filename" in _told(config, "date")


def _published(config: data.Table, file: str, unread: list[Unread]) -> tuple[str, ...]:
    """Return the keys of the publication: an embargo's, which Hugo has apart, go first."""
    dates = _listed(config, "date", _PUBLISHED, file, unread) or _PUBLISHED
    told = [key.lower() for key in _told(config, "date")]
    if ":filename" in told[:-1]:
        what = "frontmatter.date: a date in a file's name counts where the front matter has none, not before"
        unread.append(Unread(file=file, line=0, what=what))
    embargo = _listed(config, "publishdate", _EMBARGO, file, unread)
    if embargo or dates is not _PUBLISHED:
        return _once((*(embargo or _EMBARGO), *dates))
    return _PUBLISHED


def _listed(
    config: data.Table, name: str, default: tuple[str, ...], file: str, unread: list[Unread]
) -> tuple[str, ...]:
    """Return the keys that are listed for a date; `default` stands for `:default`, nothing for no list."""
    found: list[str] = []
    for key in _told(config, name):
        if key.lower() == ":default":
            found += default
        elif not key.startswith(":"):
            found.append(key)
        elif (name, key) != ("date", ":filename"):
            unread.append(Unread(file=file, line=0, what=f"frontmatter.{name}: {key} is not taken over"))
    return _once(found)


def _told(config: data.Table, name: str) -> tuple[str, ...]:
    """Return a list of `[frontmatter]`, without `published`: where that is a date we know it anyway."""
    told = data.texts_of(config, "frontmatter", name)
    return tuple(key.strip() for key in told if key.strip() and fold(key) != "published")


def _once(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple({fold(key): key for key in reversed([*keys])}.values())[::-1]
