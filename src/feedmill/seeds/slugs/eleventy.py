"""Eleventy's `fileSlug`, its address of a file, and its `slugify` and `slug` filters.

Source: https://www.11ty.dev/docs/data-eleventy-supplied/, /docs/permalinks/ and /docs/filters/slugify/.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_DATED = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}-(.*)")
_WORDS = (("&", " and "), ("🦄", " unicorn "), ("♥", " love "))
_SPELLING = """
а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh
щ sch ы y э e ю yu я ya є ye і i ї yi ґ g
α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ ks ο o π p ρ r σ s ς s τ t υ y φ f χ x ψ ps ω o
ß ss æ ae ø o đ d ð d þ th ł l ı i ħ h ä ae ö oe ü ue
"""
_ALL = _SPELLING.split()
_LETTERS = {**dict(zip(_ALL[::2], _ALL[1::2], strict=True)), "ъ": "", "ь": ""}
_SLUG_LETTERS = {
    **_LETTERS, "ä": "a", "ö": "o", "ü": "u", "œ": "oe", "đ": "dj",
    "й": "j", "х": "h", "ц": "c", "щ": "sh", "ъ": "u",
    "β": "b", "η": "h", "θ": "8", "ξ": "3", "ω": "w",
}  # fmt: skip
_SIGNS = {
    "&": "and", "<": "less", ">": "greater", "|": "or", "%": "percent", "$": "dollar", "♥": "love",
    "€": "euro", "–": " ", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...",
    "•": "*", "©": "(c)", "®": "(r)", "™": "tm",
}  # fmt: skip
_DROPPED = re.compile(r"[^\w\s$*_+~.()'\"!:@]+", re.ASCII)


def path(text: str) -> str:
    """Return the address of a file by its path without suffix.

    `index`, and a name like its folder's, are the folder; a date in the name stays.
    """
    *folders, name = text.split("/")
    if name == "index" or (folders and folders[-1] == name):
        return "/".join(folders)
    return "/".join((*folders, name))


def file_slug(path: str) -> str:
    """Return `fileSlug` of a path without suffix, or of a stem: the name without a date, and without all
    before that; of `index` its folder's, nothing where there is none."""
    folder, _, name = path.rpartition("/")
    slug = _undated(name)
    return slug if slug != "index" else _undated(folder.rpartition("/")[2])


def _undated(name: str) -> str:
    match = _DATED.search(name)
    return match[1] if match else name


def file_path_stem(text: str) -> str:
    """Return `filePathStem` of a path without suffix: without its date, `index` kept."""
    folder, slash, name = text.rpartition("/")
    return folder + slash + _undated(name)


def html(text: str) -> str:
    """Return the address that `{{ page.filePathStem }}.html` gives: `index.html` is its folder."""
    return f"{file_path_stem(text)}.html".removesuffix("index.html")


def slugify(text: str) -> str:
    """Return what the filter `slugify` makes of a text.

    Latin, Greek and Cyrillic letters are spelled in ASCII as Eleventy's library does; others become hyphens.
    """
    text = unicodedata.normalize("NFC", text)
    for sign, word in _WORDS:
        text = text.replace(sign, word)
    text = "".join(_spelled(character, _LETTERS) for character in text).lower()
    text = re.sub(r"([a-z0-9]+)'([ts])(?=\s|$)", r"\1\2", text)
    return re.sub("[^a-z0-9]+", "-", text).strip("-")


def slug(text: str) -> str:
    """Return what the older filter `slug` makes of a text: letters that it cannot spell are dropped."""
    spelled = (
        _SIGNS.get(character) or _spelled(character, _SLUG_LETTERS)
        for character in unicodedata.normalize("NFC", text.replace("-", " "))
    )
    return re.sub(r"\s+", "-", _DROPPED.sub("", "".join(spelled)).strip()).lower()


def _spelled(character: str, letters: Mapping[str, str]) -> str:
    """Return a letter in ASCII where `letters`, or its form without marks, has it; else the character."""
    if character.isascii():
        return character
    if character.lower() in letters:
        return letters[character.lower()]
    base = unicodedata.normalize("NFD", character)[0]
    return letters.get(base.lower(), base)
