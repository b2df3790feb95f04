"""Addresses: a pattern such as `{year}/{slug}/`, parsed once, filled for each seed (docs/addresses.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from feedmill.seeds.address_parts import FIELD, PARTS, Part, Source, field_part
from feedmill.seeds.slugs import FILTERS, Filter, find_filter

__all__ = ["MissingPart", "Pattern", "PatternError", "Source", "fill", "parse_pattern", "resolve"]

_OR = " or "
_PCHAR = "/-._~!$&'()*+,;=:@"
"""What stands as it is in a path (RFC 3986, section 3.3)."""


class PatternError(Exception):
    """A pattern that cannot be used. `column` counts from 1; `message` says what would be right."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message, column)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        return f"{self.message} (column {self.column})"


class MissingPart(Exception):
    """A seed lacks what its pattern asks for. `part` is as written, such as `field:extra.release`."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part

    def __str__(self) -> str:
        return f"the address needs {{{self.part}}}, which this seed does not have"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text as it is (`part` is None), or a part with its filters."""

    text: str
    part: Part | None = None
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A parsed pattern: its text, and for each of its alternatives the pieces."""

    text: str
    alternatives: tuple[tuple[_Piece, ...], ...]

    @property
    def uses_title(self) -> bool:
        """Whether a new title or file name makes a new address (`check` warns where it is an identity)."""
        names = {
            piece.text.partition("|")[0] for pieces in self.alternatives for piece in pieces if piece.part
        }
        return bool(names & {"title", "slug", "name", "stem", "path"})


@lru_cache(maxsize=1024)
def parse_pattern(text: str) -> Pattern:
    """Return the pattern that `text` spells.

    A piece in braces is a part's name with filters behind `|`; all else stands for itself. ` or ` between two
    patterns takes the second where a part of the first is missing.

    Raises:
        PatternError: an unknown name or filter, an unbalanced brace, a blank, a field that is never read.
    """
    alternatives, begin = [], 0
    for alternative in text.split(_OR):
        alternatives.append(tuple(_pieces(alternative, begin)))
        begin += len(alternative) + len(_OR)
    return Pattern(text=text, alternatives=tuple(alternatives))


def fill(pattern: Pattern, source: Source) -> str:
    """Return the path, from `/` on, that the pattern gives to a seed; percent-encoded as RFC 3986 has it.

    Empty segments fold, and so do `.` and `..`: no seed's address climbs out of its site.

    Raises:
        MissingPart: of the last alternative, where none has all that it needs.
    """
    missing: MissingPart | None = None
    for pieces in pattern.alternatives:
        try:
            return clean_path("".join(_value(piece, source) for piece in pieces))
        except MissingPart as error:
            missing = error
    assert missing is not None, "a pattern has an alternative"
    raise missing


def resolve(path: str, home: str) -> str:
    """Return the absolute address of a path below `home` (`site.home`); one that is absolute already is kept.

    A site's own paths begin where the site does: below `https://x.org/blog/`, `/a/` is `https://x.org/blog/a/`,
    as Jekyll's `baseurl` and Hugo's `baseURL` have it.
    """
    if re.match("https?://", path, re.IGNORECASE):
        return path
    if path.startswith("//"):
        return f"{urlsplit(home).scheme}:{path}"
    return home.rstrip("/") + "/" + path.lstrip("/")


def clean_path(text: str) -> str:
    """Return a path that begins with `/`, without empty or dot segments, percent-encoded once."""
    segments = [segment for segment in text.split("/") if segment not in ("", ".", "..")]
    path = "/" + "/".join(segments)
    return path + "/" if segments and text.endswith("/") else path


def _pieces(text: str, begin: int) -> list[_Piece]:
    if not text.strip():
        raise PatternError("an empty pattern; write one such as {year}/{month}/{slug}/", begin + 1)
    pieces: list[_Piece] = []
    at = 0
    for match in re.finditer(r"\{([^{}]*)\}|([{}]|\s)", text):
        if match[2]:
            raise PatternError(_STRAY.get(match[2], _BLANK), begin + match.start() + 1)
        pieces.append(_Piece(encoded(text[at : match.start()])))
        pieces.append(_part(match[1], begin + match.start() + 2))
        at = match.end()
    pieces.append(_Piece(encoded(text[at:])))
    return [piece for piece in pieces if piece.text]


_STRAY = {
    "{": "this { is never closed; write a part as {slug}",
    "}": "this } has no { before it; write a part as {slug}",
}
_BLANK = "a blank cannot stand in an address; write %20, or ' or ' between two patterns"


def _part(written: str, column: int) -> _Piece:
    name, *filters = written.split("|")
    found = []
    for given in filters:
        if (each := find_filter(given)) is None:
            at = column + written.index("|" + given) + 1
            raise PatternError(f"unknown filter |{given}; {_nearest(given, FILTERS, '|')}", at)
        found.append(each)
    return _Piece(written, _named(name, column), tuple(found))


def _named(name: str, column: int) -> Part:
    if name.startswith(FIELD):
        try:
            return field_part(name.removeprefix(FIELD))
        except ValueError as error:
            raise PatternError(str(error), column) from error
    part = PARTS.get(name)
    if part is None:
        raise PatternError(f"unknown name {{{name}}}; {_nearest(name, PARTS, '')}", column)
    return part


def _nearest(given: str, known: object, mark: str) -> str:
    from difflib import get_close_matches  # imported on use: a mistake is rare

    names = sorted(known)  # type: ignore[call-overload]
    close = get_close_matches(given, names, n=1)
    return (
        f"did you mean {mark}{close[0]}?"
        if close
        else "there are " + ", ".join(mark + name for name in names)
    )


def _value(piece: _Piece, source: Source) -> str:
    if piece.part is None:
        return piece.text
    values = piece.part.values(source)
    if values is None:
        raise MissingPart(piece.text)
    filtered = dict.fromkeys(_filtered(value, piece.filters) for value in values)
    text = "/".join(value for value in filtered if value)
    if not text and not piece.part.may_be_empty:
        raise MissingPart(piece.text)
    return _quoted(text)


def _filtered(value: str, filters: tuple[Callable[[str], str], ...]) -> str:
    for each in filters:
        value = each(value)
    return value


def _quoted(text: str) -> str:
    """Percent-encode as UTF-8; a file's name that is none as its bytes, another lone surrogate as `?`."""
    raw = re.sub("[\ud800-\udc7f\udd00-\udfff]", "?", text).encode("utf-8", "surrogateescape")
    return quote(raw, safe=_PCHAR)


def encoded(text: str) -> str:
    """Return a text of the author's, percent-encoded; an escape that is one stays."""
    return re.sub(
        r"%[0-9A-Fa-f]{2}|[^%]|%",
        lambda match: match[0] if len(match[0]) == 3 else _quoted(match[0]),
        text,
    )
