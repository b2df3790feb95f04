"""The content security policy of a page, from what its template wrote, never from its entries."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

_HEAD = re.compile(rb"\A.*?(?=</head\b|<body\b|\Z)", re.IGNORECASE | re.DOTALL)
_META = re.compile(rb"<meta\b[^>]*\bhttp-equiv=[\"']?content-security-policy\b[^>]*>", re.IGNORECASE)
_CONTENT = re.compile(rb"\bcontent=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_STYLE = re.compile(rb"<style\b[^>]*>(.*?)</style", re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(rb"<script\b(?![^>]*\bsrc=)[^>]*>(.*?)</script", re.IGNORECASE | re.DOTALL)
_SAFE = re.compile(r"[\x21\x23-\x7e ]*")  # a field value that needs no thought


def page_policy(page: bytes) -> str:
    """Return the policy for a page.

    The page's own `<meta>` policy, which its template wrote, is repeated, with what a `<meta>` cannot say.
    Without one, the inline styles and scripts of the `<head>` are allowed by hash. Only the head
    counts: what stands in the body may come from an entry, and to hash that would bless whatever
    slipped through the sanitiser.
    """
    found = _HEAD.match(page)
    head = found[0] if found else b""
    if (meta := _META.search(head)) and (content := _CONTENT.search(meta[0])):
        own = " ".join(unescape((content[1] or content[2] or b"").decode("utf-8", "replace")).split())
        if own and _SAFE.fullmatch(own):
            return f"{own.rstrip('; ')}; frame-ancestors 'none'"
    styles = _sources(_STYLE.findall(head))
    scripts = _sources(_SCRIPT.findall(head))
    return (
        f"default-src 'none'; img-src http: https: data:; style-src {styles}; script-src {scripts}; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _sources(blocks: list[bytes]) -> str:
    return " ".join(dict.fromkeys(map(hash_source, blocks))) or "'none'"


def hash_source(block: bytes) -> str:
    """Return what allows an inline style or script in a policy: its hash (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(sha256(block).digest()).decode()}'"
