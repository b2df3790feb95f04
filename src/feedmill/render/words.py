"""The pages' own words in the site's language: gettext catalogs, dates and numbers. The one door to Babel.

The catalogs are read as translators write them (`locale/de.po`): nothing compiled that could be older than
its source. Babel's tables reach the pages' bytes, so its version is pinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from importlib.resources import files
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from babel.units import format_unit

from feedmill.errors import RenderError

if TYPE_CHECKING:
    from feedmill.model.instant import Instant

_ENGLISH = Locale("en", "001")
"""The world's English: 21 Nov 2026, and no country's way of writing it."""

_DATE = "yMMMd"
"""Day, month by name, year, in each language's own order (CLDR)."""

_MONTH, _YEAR = "yMMMM", "y"
"""A whole month, its name in full, and a year."""

_UNITS = ("digital-byte", "digital-kilobyte", "digital-megabyte", "digital-gigabyte", "digital-terabyte")
"""Units of sizes, each a thousand of the one before it, by their names in CLDR."""


class Words:
    """What a language makes of the pages' messages, dates and numbers. Its tag has no case (RFC 5646, 2.1.1).

    Ours and the theme's `locale/LANGUAGE.po` count, the theme's first; `de-AT` takes `de` where it has
    nothing of its own, and a language without any catalog is English with its own dates.

    Raises:
        RenderError: a catalog of the theme is broken.
    """

    def __init__(self, language: str, theme: Mapping[str, str]) -> None:
        self._language = language or "en"
        self._theme = theme
        self._dates: dict[tuple[int, int, int], str] = {}
        self._periods: dict[str, str] = {}

    @cached_property
    def locale(self) -> Locale:
        """Babel's locale of the language, English where it knows none."""
        parts = self._language.replace("_", "-").split("-")
        for length in range(len(parts), 0, -1):
            try:
                found = Locale.parse("-".join(parts[:length]), sep="-")
            except (ValueError, UnknownLocaleError):
                continue
            return _ENGLISH if str(found) == "en" else found
        return _ENGLISH

    @cached_property
    def catalog(self) -> NullTranslations:
        """The messages of the language, as gettext has them."""
        found: NullTranslations | None = None
        parts = self._language.lower().replace("_", "-").split("-")
        for length in range(1, len(parts) + 1):
            wanted = f"locale/{'-'.join(parts[:length])}.po"
            themed = ((name, self._theme[name]) for name in sorted(self._theme) if name.lower() == wanted)
            for name, text in ((wanted, _packaged(wanted)), *themed):
                if text is not None:
                    catalog = _read(text, name)
                    if found is not None:
                        catalog.add_fallback(found)
                    found = catalog
        return found or NullTranslations()

    def date(self, instant: Instant) -> str:
        """Return the day of `instant` (UTC) as the language writes it."""
        key = instant.year, instant.month, instant.day
        known = self._dates.get(key)
        if known is None:
            known = self._dates[key] = format_skeleton(_DATE, instant, tzinfo=None, locale=self.locale)
        return known

    def period(self, name: str) -> str:
        """Return what the month `2026-06`, or the year `2026`, is called."""
        known = self._periods.get(name)
        if known is None:
            year, _, month = name.partition("-")
            start = datetime(int(year), int(month or 1), 1, tzinfo=UTC)
            skeleton = _MONTH if month else _YEAR
            known = self._periods[name] = format_skeleton(skeleton, start, tzinfo=None, locale=self.locale)
        return known

    def number(self, value: int) -> str:
        """Return a whole number with the language's separators."""
        return format_decimal(value, locale=self.locale)

    def size(self, count: int) -> str:
        """Return a number of bytes as the language writes it, in thousands: `25.0 MB`, `25,0\u202fMo`."""
        power = min((len(str(count)) - 1) // 3, len(_UNITS) - 1)
        if not power:
            return format_unit(count, _UNITS[0], "long", locale=self.locale)
        return format_unit(count / 1000**power, _UNITS[power], "short", "#,##0.0", locale=self.locale)


def _packaged(name: str) -> str | None:
    file = files("feedmill.render").joinpath(name)
    return file.read_text("utf-8") if file.is_file() else None


def _read(text: str, name: str) -> Translations:
    compiled = BytesIO()
    try:
        write_mo(compiled, read_po(StringIO(text), abort_invalid=True))
        compiled.seek(0)
        return Translations(compiled)
    except (PoFileError, ValueError, SyntaxError) as error:
        raise RenderError("of the theme", None, str(error), template=f"theme/{name}") from error
