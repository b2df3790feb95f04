"""Globs as regular expressions: which relative paths, with `/`, a pattern takes."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)


def alternatives(globs: tuple[str, ...]) -> str:
    """Return a regular expression (for DOTALL) of the paths that any of `globs` takes; of none, nothing."""
    return "|".join(_expression(glob) for glob in globs) if globs else r"(?!)"


def _expression(glob: str) -> str:
    glob = glob.removeprefix("./").strip("/")
    return "".join(_translate(token) for token in _TOKEN.findall(glob))


def _translate(token: str) -> str:
    if token == "**/":
        return "(?:[^/]+/)*"
    if token == "**":
        return ".*"
    if token == "*":
        return "[^/]*"
    if token == "?":
        return "[^/]"
    if len(token) > 1:  # a set
        negated = token[1] == "!"
        members = token[2:-1] if negated else token[1:-1]
        members = members.replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]").replace("^", r"\^")
        members = re.sub(r"([&~|])(?=\1)", r"\\\1", members)
        return f"(?!/)[{'^' if negated else ''}{members}]"
    return re.escape(token)
