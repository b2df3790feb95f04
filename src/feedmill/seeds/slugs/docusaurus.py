"""Docusaurus' address of a blog post by its path.

Source: https://docusaurus.io/docs/blog (dates in names of files and folders).
"""

from __future__ import annotations

import re

_DATED = re.compile(
    r"(?P<folder>.*)(?P<date>[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})[-/]?(?P<text>.*?)(?:/index)?", re.DOTALL
)


def path(text: str) -> str:
    """Return `2021/05/06/folder/text` for `folder/2021-05-06-text` (a path without suffix)."""
    match = _DATED.fullmatch(text)
    if match is None:
        return text.removesuffix("/index")
    return f"{match['date'].replace('-', '/')}/{match['folder']}{match['text']}"
