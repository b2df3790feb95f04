"""The parts of an address: what each name in a pattern's braces stands for, for one seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType

from feedmill.model.instant import in_zone

FIELD = "field:"
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}-(?=.)")
_OFFSET = re.compile(r"[0-9][ \t]*(?:([Zz])|([+-])([0-9]{1,2})(?::?([0-9]{2}))?)$")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

FieldGetter = Callable[[str], object]
"""`getter("extra.release")`: the value that the front matter has under a (dotted) name, None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an address can be made of.

    `path` is relative to `seeds.dir`, with `/`. `published` is an instant, `zone` that of `seeds.timezone`;
    `written_zone` is the offset that the author wrote behind the date, where there is one
    (`written_offset`).
    """

    path: str
    get: FieldGetter
    title: str | None = None
    published: datetime | None = None
    zone: tzinfo = UTC
    written_zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """`values` are a seed's texts for it (several become several segments), None where it has none."""

    values: Callable[[Source], tuple[str, ...] | None]
    may_be_empty: bool = False


def field_part(name: str) -> Part:
    """Return the part `{field:name}`.

    Raises:
        ValueError: no name, or `secured` (docs/seeds.md, Fields); says what would be right.
    """
    if not name.strip("."):
        raise ValueError("name a field, as in {field:extra.release}")
    if re.sub("[-_]", "", name.partition(".")[0]).casefold() == "secured":
        raise ValueError("'secured' is never read; name another field")
    return Part(lambda source: _texts(source.get(name)))


def written_offset(date: str) -> tzinfo | None:
    """Return the offset that a date's text ends with, None where it has none."""
    from datetime import timedelta, timezone

    match = _OFFSET.search(date.strip()) if ":" in date else None
    if match is None:
        return None
    if match[1]:
        return UTC
    offset = timedelta(hours=int(match[3]), minutes=int(match[4] or 0))
    return timezone(-offset if match[2] == "-" else offset) if offset < timedelta(days=1) else None


def stem(path: str) -> str:
    """Return a file's name without suffix; of `index.md`, and `index.de.md`, that of its folder."""
    folders, name = _split(path)
    return folders[-1] if folders and name.partition(".")[0] == "index" else name


def name(path: str) -> str:
    """Return the stem without the date that it begins with."""
    return _DATE.sub("", stem(path), count=1)


def folder(path: str) -> str:
    """Return the name of the folder that an article lies in, "" where there is none."""
    return next(reversed(_folders(path)), "")


def _split(path: str) -> tuple[list[str], str]:
    *folders, file = path.split("/")
    return folders, file.rpartition(".")[0] or file


def _folders(path: str) -> list[str]:
    """The folders that an article lies in; that of an `index.md` is the article itself."""
    folders, file = _split(path)
    return folders[:-1] if file.partition(".")[0] == "index" else folders


def _texts(value: object) -> tuple[str, ...] | None:
    if isinstance(value, (list, tuple)):
        return tuple(text for each in value for text in _texts(each) or ()) or None
    if value is None or isinstance(value, (bool, dict)):
        return None
    return (str(value).strip(),) if str(value).strip() else None


def _categories(source: Source) -> tuple[str, ...]:
    found: list[str] = []
    for key in ("categories", "category"):
        value = source.get(key)
        # As in Jekyll, `categories: a b` are two and `category: a b` is one.
        found += value.split() if key == "categories" and isinstance(value, str) else _texts(value) or ()
    return tuple(dict.fromkeys(found))


def _jekyll_categories(source: Source) -> tuple[str, ...]:
    """The folders above `_posts`, then the categories; one that is both counts once."""
    folders = _split(source.path)[0]
    above = folders[: folders.index("_posts")] if "_posts" in folders else []
    return (*above, *_categories(source))


def _moment(source: Source) -> datetime | None:
    return in_zone(source.published, source.zone) if source.published else None


def _written(source: Source) -> datetime | None:
    return in_zone(source.published, source.written_zone or source.zone) if source.published else None


_DATES: Mapping[str, Callable[[datetime], str]] = {
    "year": lambda moment: f"{moment.year:04}",
    "short_year": lambda moment: f"{moment.year % 100:02}",
    "month": lambda moment: f"{moment.month:02}",
    "i_month": lambda moment: str(moment.month),
    "short_month": lambda moment: _MONTHS[moment.month - 1][:3],
    "long_month": lambda moment: _MONTHS[moment.month - 1],
    "day": lambda moment: f"{moment.day:02}",
    "i_day": lambda moment: str(moment.day),
    "short_day": lambda moment: _DAYS[moment.weekday()][:3],
    "long_day": lambda moment: _DAYS[moment.weekday()],
    "yday": lambda moment: f"{moment.timetuple().tm_yday:03}",
    "i_yday": lambda moment: str(moment.timetuple().tm_yday),
    "w_year": lambda moment: f"{moment.isocalendar().year:04}",
    "week": lambda moment: f"{moment.isocalendar().week:02}",
    "w_day": lambda moment: str(moment.isoweekday()),
    "i_w_day": lambda moment: str(moment.isoweekday() % 7),
    "hour": lambda moment: f"{moment.hour:02}",
    "minute": lambda moment: f"{moment.minute:02}",
    "second": lambda moment: f"{moment.second:02}",
}
"""English and without a locale: the same bytes everywhere."""
DATE_PARTS = frozenset(_DATES)


def _date_part(of: Callable[[datetime], str], when: Callable[[Source], datetime | None]) -> Part:
    def values(source: Source) -> tuple[str, ...] | None:
        moment = when(source)
        return None if moment is None else (of(moment),)

    return Part(values)


def _slug(source: Source) -> tuple[str, ...]:
    return _texts(source.get("slug")) or (name(source.path),)


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        **{name: _date_part(of, _moment) for name, of in _DATES.items()},
        **{f"{name}@": _date_part(of, _written) for name, of in _DATES.items()},
        "path": Part(lambda source: ("/".join((*_split(source.path)[0], _split(source.path)[1])),)),
        "dir": Part(lambda source: ("/".join(_folders(source.path)),), may_be_empty=True),
        "section": Part(lambda source: tuple(_folders(source.path)[:1]), may_be_empty=True),
        "folder": Part(lambda source: tuple(_split(source.path)[0][-1:]) or None),
        "stem": Part(lambda source: (stem(source.path),)),
        "name": Part(lambda source: (name(source.path),)),
        "slug": Part(_slug),
        "title": Part(lambda source: (source.title,) if source.title else None),
        "categories": Part(_categories, may_be_empty=True),
        "jekyll_categories": Part(_jekyll_categories, may_be_empty=True),
    }
)
"""A date's name with `@` is read in the offset that its author wrote (Hugo, Pelican), where there is one."""
