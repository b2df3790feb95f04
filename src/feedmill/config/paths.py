"""How paths are written: in the file system, as patterns below the seeds folder, on the site."""

from __future__ import annotations

import re
from collections.abc import Collection
from unicodedata import normalize
from urllib.parse import unquote

from feedmill.config.names import parse_text
from feedmill.model.fields import SECRET_FIELDS, fold

DATE_PARTS = frozenset(
    "year short_year month i_month long_month short_month day i_day long_day short_day yday i_yday"  # noqa: SIM905
    " hour minute second w_year week w_day i_w_day".split()
)
"""Also with `@` behind them: in the offset that stands behind the date. `seeds/address_parts.py` makes parts,
`seeds/slugs/` filters; a test holds both to these names."""

PARTS = frozenset(
    [
        *DATE_PARTS,
        *(f"{name}@" for name in DATE_PARTS),
        *(
            "path",
            "dir",
            "section",
            "folder",
            "stem",
            "name",
            "slug",
            "title",
            "categories",
            "jekyll_categories",
        ),
    ]
)

FILTERS = frozenset(
    "lower slug docusaurus eleventy eleventy_file eleventy_html eleventy_path eleventy_slug eleventy_stem"  # noqa: SIM905
    " hugo hugo_cased hugo_cased_plain hugo_folder hugo_part hugo_part_cased hugo_plain"
    " jekyll jekyll_ascii jekyll_latin jekyll_none jekyll_path jekyll_pretty jekyll_raw jekyll_title"
    " pelican pelican_cased pelican_unicode pelican_unicode_cased"
    " zola zola_file zola_file_safe zola_safe zola_undated".split()
)
_FIELD = "field:"


def parse_path(text: str) -> str:
    """Return a file system path as written.

    Raises:
        ValueError: it holds a control character or a lone surrogate.
    """
    parse_text(text)
    return text.strip()


def parse_glob(text: str) -> str:
    """Return a pattern for paths relative to the seeds folder, such as `**/*.md`.

    Raises:
        ValueError: absolute, with `..`, or with a backslash.
    """
    parse_text(text)
    if "\\" in text:
        raise ValueError("with a backslash; folders are separated by /")
    if text.startswith("/") or ".." in text.split("/"):
        raise ValueError("which leads outside the seeds folder")
    return text.removeprefix("./")


def parse_site_path(text: str) -> str:
    """Return a path relative to the site, such as `topics/old.atom`; `feed/` may end with a slash.

    One that was copied out of an address (`topics/c%2B%2B.atom`) is taken for what it names, in NFC.

    Raises:
        ValueError: absolute, a URL, with `.` or `..`, a query, a fragment or odd characters.
    """
    parse_text(text)
    if "://" in text:
        raise ValueError("which is a URL, not a path on this site")
    text = normalize("NFC", unquote(text))
    parse_text(text)
    if text.startswith("/"):
        raise ValueError(f"with a leading slash ({text.lstrip('/') or 'a file name'} would be right)")
    if any(char in text for char in "?#\\") or any(char.isspace() for char in text):
        raise ValueError("with a character that no path of a site has")
    segments = text.removesuffix("/").split("/")
    if any(segment in {"", ".", ".."} for segment in segments):
        raise ValueError("which leads outside the site or has an empty part")
    return text


def parse_copy(text: str) -> str:
    """Return a path relative to the site that a file can have: `feed.xml`, `blog/index.xml`.

    Raises:
        ValueError: no path on the site, a folder, a name that begins with a dot or is too long.
    """
    text = parse_site_path(text)
    if text.endswith("/"):
        raise ValueError("which is a folder; name the file in it")
    if any(segment.startswith(".") for segment in text.split("/")):
        raise ValueError("with a name that begins with a dot, which many hosts never show")
    if any(len(segment.encode()) > 255 for segment in text.split("/")):
        raise ValueError("with a name longer than 255 bytes")
    return text


def parse_address(text: str) -> str:
    """Return an address pattern such as `{year}/{slug|lower}/`, checked for its form.

    Raises:
        ValueError: a URL, a brace without its fellow, a part or filter that is no name, a secret field.
    """
    parse_text(text)
    if "://" in text:
        raise ValueError("which is a URL; the pattern is joined to site.home")
    between = re.sub(r"\{[^{}]*\}", "", text)
    if "{" in between or "}" in between:
        raise ValueError("with a brace that has no fellow")
    if any(char in between.replace(" or ", "") for char in "?#\\ \t"):
        raise ValueError("with a character that no path has")
    for part in re.findall(r"\{([^{}]*)\}", text):
        name, *filters = part.split("|")
        if not name.removeprefix(_FIELD) or (not name.startswith(_FIELD) and name not in PARTS):
            raise ValueError(f"with {{{part}}}, which names no part of an address{_meant(name, PARTS)}")
        if not SECRET_FIELDS.isdisjoint(fold(name.removeprefix(_FIELD)).split(".")):
            raise ValueError(f"with {{{part}}}, which is never read")
        if (wrong := next((each for each in filters if not _is_filter(each)), None)) is not None:
            raise ValueError(f"with |{wrong}, which names no filter{_meant(wrong, FILTERS)}")
    return text.strip()


def _is_filter(name: str) -> bool:
    return name in FILTERS or (name.startswith("without:") and name != "without:")


def _meant(word: str, known: Collection[str]) -> str:
    from feedmill.model.suggest import did_you_mean

    return did_you_mean(word, known)
