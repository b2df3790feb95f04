"""Languages: which way the words of a language tag run (RFC 5646)."""

from __future__ import annotations

from typing import Literal

_RIGHT_TO_LEFT = frozenset(["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"])
"""Scripts, by their codes in ISO 15924."""

_LANGUAGES = frozenset(
    [
        *("ar", "arc", "arz", "ckb", "dv", "fa", "glk", "he", "iw", "lrc"),
        *("mzn", "nqo", "pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"),
    ]
)
"""Languages that are written in one of them where the tag names no script."""


def direction(tag: str) -> Literal["ltr", "rtl", "auto"]:
    """Return the way in which the text of a language runs; `auto` where none is given."""
    if not tag:
        return "auto"
    language, *others = tag.lower().split("-")
    script = next((part for part in others[:2] if len(part) == 4 and part.isalpha()), None)
    rtl = script in _RIGHT_TO_LEFT if script else language in _LANGUAGES
    return "rtl" if rtl else "ltr"
