"""Hugo's `module.mounts`: which folder is the content, and which of its files are."""

from __future__ import annotations

from feedmill.sites import data
from feedmill.sites.hugo_config import PAGES, folded
from feedmill.sites.left_out import any_case, below
from feedmill.sites.site import Unread

_ALL = tuple(f"**/*{suffix}" for suffix in PAGES)


def content_mount(config: data.Table, language: str) -> dict[str, object]:
    """Return the first mount at `content` for a language (in lower case); {} where there is none."""
    return next(
        (
            mount
            for mount in _mounts(config)
            if _target(mount) == "content" and language in (_languages(mount) or {language})
        ),
        {},
    )


def mounted_elsewhere(config: data.Table, language: str, file: str) -> list[Unread]:
    """Tell the other mounts of a language's content: they are left out."""
    ours = content_mount(config, language)
    return [
        Unread(
            file=file,
            line=0,
            what=f"{data.text_of(mount, 'source')}, mounted at {_target(mount)}, is left out",
        )
        for mount in _mounts(config)
        if mount != ours
        and _target(mount).partition("/")[0] == "content"
        and language in (_languages(mount) or {language})
    ]


def other_folders(config: data.Table, language: str, content: str) -> list[str]:
    """Return a glob for each folder below ours that is another language's content."""
    languages = data.child(config, "languages")
    codes = [*languages] if isinstance(languages, dict) else []
    folders = [data.text_of(languages, code, "contentdir") or "" for code in codes if code != language]
    folders += [
        data.text_of(mount, "source") or ""
        for mount in _mounts(config)
        if _target(mount) == "content" and _languages(mount) and language not in _languages(mount)
    ]
    base = content.strip("/") + "/"
    return [f"{told.strip('/').removeprefix(base)}/**" for told in folders if told.startswith(base)]


def include_and_exclude(
    mount: data.Table, file: str, unread: list[Unread]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return globs of the pages that a mount's `files` take, and of those that they do not.

    In Hugo, which minds no case in them, the first pattern that takes a file decides. Here one that keeps it
    out always does, and this is told where it may make a difference.
    """
    told = [f"! {glob}" for glob in data.texts_of(mount, "excludefiles")]
    told += [*data.texts_of(mount, "includefiles"), *data.texts_of(mount, "files")]
    out = below(".", (glob[2:] for glob in told if glob.startswith("! ")))
    into = below(".", (glob for glob in told if not glob.startswith("! ")))
    order = [glob.startswith("! ") for glob in told]
    if order != sorted(order, reverse=True):
        what = f"of the mount's files {', '.join(out)} are left out, whatever pattern stands before"
        unread.append(Unread(file=file, line=0, what=what))
    if all(order) or {"**", "**/*"} & {*into}:
        return _ALL, tuple(map(any_case, out))
    pages = tuple(
        page
        for glob in into
        for page in ([glob] if glob.endswith(PAGES) else [glob + suffix for suffix in PAGES])
        if glob.endswith((*PAGES, "*"))
    )
    return (tuple(map(any_case, pages)), tuple(map(any_case, out))) if pages else (_ALL, ("**",))


def _mounts(config: data.Table) -> list[dict[str, object]]:
    mounts = data.child(config, "module", "mounts")
    return [folded(mount) for mount in mounts] if isinstance(mounts, list) else []


def _target(mount: data.Table) -> str:
    return (data.text_of(mount, "target") or "").strip("/")


def _languages(mount: data.Table) -> set[str]:
    """Return the languages that a mount is for, in lower case; none: for all."""
    told = data.texts_of(mount, "sites", "matrix", "languages") or data.texts_of(mount, "lang")
    return {each.lower() for each in told}
