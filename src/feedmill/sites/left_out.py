"""What a site's own tool leaves out does not go out here either: globs of ours for those of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable

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


def _spelled_out(glob: str) -> list[str]:
    """Return a glob for each of its alternatives."""
    match = _BRACES.search(glob)
    if match is None:
        return [glob]
    parts = (glob[: match.start()] + part + glob[match.end() :] for part in match[1].split(","))
    return [each for part in parts for each in _spelled_out(part)]
