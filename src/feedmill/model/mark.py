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


def is_marked(head: bytes) -> bool:
    """Whether what begins like this is a document of ours."""
    return _MARK.search(head[:HEAD]) is not None
