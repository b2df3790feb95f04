"""What a site's own tool leaves out does not go out here either: globs of ours for those of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from feedmill.seeds.frontmatter import split
from feedmill.seeds.globs import compile_globs, is_ignored
from feedmill.sites.site import SiteConfig, Unread

_NAMED = 20
_SAYS = r"[ \t]*:[ \t]*(?:[^\s\[#]|\[[ \t]*[^\s\]]|\n[ \t]*-)"
_TAGS = re.compile(f"^tags{_SAYS}", re.MULTILINE | re.IGNORECASE)
_CATEGORIES = re.compile(f"^categor(?:y|ies){_SAYS}", re.MULTILINE | re.IGNORECASE)
_BRACES = re.compile(r"\{([^{}]*)\}")


def below(folder: str, globs: Iterable[str], *, across: bool = False) -> tuple[str, ...]:
    """Return globs of the site's as globs of paths in one of its folders, without those of other folders.

    `across`: a `*` of theirs stands for any characters, `/` too. `{a,b}` are alternatives.
    """
    inside = folder.removeprefix("./").strip("/").removeprefix(".")
    found = []
    for glob in (each for told in globs for each in _spelled_out(told.strip())):
        path = glob.removeprefix("./").strip("/")
        if inside and path.startswith(f"{inside}/"):
            path = path[len(inside) + 1 :]
        elif inside and not path.startswith("*"):
            continue
        if path and not glob.startswith("!") and ".." not in path.split("/"):
            found.append(re.sub(r"\*+", "**", path) if across else path)
    return tuple(dict.fromkeys(found))


def literal(path: str) -> str:
    """Return a glob that takes a path; a sign of globs in its names stands for any character."""
    return re.sub(r"[*?\[\]]", "?", path)


def any_case(glob: str) -> str:
    """Return a glob that takes a path whatever the case of its letters is: `*.[eE][nN].*` for `*.en.*`."""
    return re.sub(r"\[[^\]]*\]|[^\W\d_]", lambda match: _either_case(match[0]), glob)


def _either_case(sign: str) -> str:
    both = sign.lower(), sign.upper()
    return f"[{''.join(both)}]" if both[0] != both[1] and all(len(each) == 1 for each in both) else sign


def of_articles(folder: Path, site: SiteConfig) -> list[Unread]:
    """Return what names the articles of the site's tool that are none here, having no front matter, and those
    of which something is left out."""
    root = folder / site.seeds_dir
    headers = {path: header(root / path, site.headers) for path in articles(root, site)}
    bare = [path for path, text in headers.items() if text is None]
    both = [
        path for path, text in headers.items() if text and _TAGS.search(text) and _CATEGORIES.search(text)
    ]
    told = (
        (bare, "without front matter are left out (give them a title in one)"),
        (
            both,
            "have tags and a category: one of the two are topics (docs/migration.md says how to have both)",
        ),
    )
    return [named(site, paths, what) for paths, what in told if paths]


def articles(root: Path, site: SiteConfig) -> list[str]:
    """Return the paths below the seeds folder that are seeds of ours, by name, in order."""
    globs = compile_globs(site.include, site.exclude)
    paths = sorted(file.relative_to(root).as_posix() for file in root.rglob("*.*") if file.is_file())
    return [path for path in paths if globs.takes(path) and not any(map(is_ignored, path.split("/")))]


def named(site: SiteConfig, paths: list[str], what: str) -> Unread:
    """Return that something is to be said of articles, the first of them by name."""
    listed = ", ".join(paths[:_NAMED]) + (", …" if len(paths) > _NAMED else "")
    return Unread(file=site.seeds_dir, line=0, what=f"{len(paths)} {what}: {listed}")


def header(file: Path, headers: str | None = None) -> str | None:
    """Return the header of a file, None where it has none."""
    front = split(file.read_text(encoding="utf-8-sig", errors="replace"), headers=headers)
    return front.header if front else None


def _spelled_out(glob: str) -> list[str]:
    """Return a glob for each of its alternatives."""
    match = _BRACES.search(glob)
    if match is None:
        return [glob]
    parts = (glob[: match.start()] + part + glob[match.end() :] for part in match[1].split(","))
    return [each for part in parts for each in _spelled_out(part)]
