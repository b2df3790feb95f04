"""The mark that documents bear near their beginning: it tells that they are ours, without a ledger."""

from __future__ import annotations

import re

HEAD = 16384
"""Bytes from the beginning within which the mark is."""

_MARK = re.compile(
    rb"""<meta\s+name="?generator"?\s+content="?feedmill\b|<generator\b[^>]*>\s*feedmill\s*</generator>"""
    rb"""|^(?:#|/\*|<!--) generator: feedmill\b|tEXtSoftware\x00feedmill""",
    re.IGNORECASE | re.MULTILINE,
)


_SHAPE = re.compile(
    rb"""\{\n"version": "https://jsonfeed\.org/version/1\.1",\n"title": \""""
    rb"""|\{\n"site": \{"title":"[^\n]*\},\n"feeds": \["""
    rb"""|<\?xml version='1\.0' encoding='UTF-8'\?>\n<opml version="2\.0">\n  <head>\n"""
    rb"""    <title>[^\n]*</title>\n    <dateCreated>"""
)
"""How our documents begin that have no place for a generator (JSON Feed, the lists of feeds): nobody else's
begin so to the letter."""


def is_marked(head: bytes) -> bool:
    """Whether what begins like this is a document of ours."""
    return _MARK.search(head[:HEAD]) is not None or _SHAPE.match(head) is not None
