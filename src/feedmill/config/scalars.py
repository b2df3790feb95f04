"""The scalars of config.yaml: what each is called, how it is read and written, what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from feedmill.config import names, paths, units
from feedmill.config.cron import parse_cron
from feedmill.config.kinds import Scalar
from feedmill.model.fields import FIELDS, SECRET_FIELDS, canonical
from feedmill.model.slug import MAX_SLUG, SERVED_SUFFIXES, term_key

_TEXT_TYPES = ["string", "number", "boolean"]  # text is taken as written: `title: 2024` is text


def _string(name: str, right: str, parse: Callable[[str], Any], pattern: str = "", **schema: Any) -> Scalar:
    if pattern:
        schema["pattern"] = pattern
    return Scalar(name, right, parse, {"type": "string", **schema})


def _text(right: str, parse: Callable[[str], Any] = names.parse_text, **schema: Any) -> Scalar:
    return Scalar("text", right, parse, {"type": _TEXT_TYPES, **schema})


def _any_of(*schemas: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


def choice(*words: str) -> Scalar:
    """Return the kind of a scalar that is one of `words`."""

    def parse(text: str) -> str:
        if text in words:
            return text
        from feedmill.config.suggest import did_you_mean

        raise ValueError(did_you_mean(text, words))

    name = " \\| ".join(f"`{word}`" for word in words)
    right = " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    return _string(name, right, parse, enum=list(words))


def integer(low: int, high: int) -> Scalar:
    """Return the kind of a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        return _whole(text, low, high)

    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Scalar(f"{low} … {high}", f"a whole number from {low} to {high}", parse, schema)


def duration(low: timedelta = timedelta(), high: timedelta | None = None, *, off: bool = False) -> Scalar:
    """Return the kind of a duration from `low` to `high`; the word `off`, where allowed, gives zero."""

    def parse(text: str) -> timedelta:
        if off and text in (*units.FALSE_WORDS, "never"):
            return timedelta()
        value = units.parse_duration(text)
        if value < low:
            raise ValueError(f"which is less than {units.format_duration(low)}")
        if high is not None and value > high:
            raise ValueError(f"which is more than {units.format_duration(high)}")
        return value

    def write(value: timedelta) -> str:
        return "off" if off and not value else units.format_duration(value)

    schema: dict[str, Any] = {"type": "string", "pattern": f"^(?:{units.DURATION})$"}
    if low <= timedelta():
        schema = _any_of(schema, {"const": 0})
    if off:
        schema = _any_of(schema, {"enum": [False, "off", "never"]})
    right = "a duration like 20ms, 1s, 15m, 2h, 1d or 1h30m" + (", or off" if off else "")
    return Scalar("duration or `off`" if off else "duration", right, parse, schema, write)


def size(low: int, high: int) -> Scalar:
    """Return the kind of a number of bytes from `low` to `high`."""

    def parse(text: str) -> int:
        value = units.parse_size(text)
        if not low <= value <= high:
            raise ValueError(f"which is not within {units.format_size(low)} to {units.format_size(high)}")
        return value

    schema = _any_of(
        {"type": "integer", "minimum": low, "maximum": high},
        {"type": "string", "pattern": f"^(?:{units.SIZE})$"},
    )
    return Scalar("size", "a size like 4 MiB, 64KB or 1048576", parse, schema, units.format_size)


def _whole(text: str, low: int, high: int) -> int:
    number = units.parse_integer(text)
    if not low <= number <= high:
        raise ValueError
    return number


def _parse_workers(value: str) -> int:
    return 0 if value == "auto" else _whole(value, 1, 256)


def _parse_label(value: str) -> str:
    label = names.parse_text(value)
    if not term_key(label):
        raise ValueError("which names nothing once spaces, hyphens and underscores are set aside")
    return label


def _parse_field(value: str) -> str:
    _refuse_secret(value)
    found = canonical(value)
    if found is None:
        from feedmill.config.suggest import did_you_mean

        raise ValueError(did_you_mean(value, FIELDS))
    return found


def _parse_source(value: str) -> str:
    _refuse_secret(value)
    return names.parse_text(value)


def _refuse_secret(value: str) -> None:
    if value.casefold() in SECRET_FIELDS:
        raise ValueError("which is never read, by any name")


def _parse_title(value: str) -> str:
    title = names.parse_text(value)
    rest = title.replace("{term}", "").replace("{site}", "")
    if "{" in rest or "}" in rest:
        raise ValueError("with a brace that is neither {term} nor {site}")
    if "{term}" not in title:
        raise ValueError("which would give every feed one name")
    return title


def _parse_uuid(value: str) -> str:
    if not re.fullmatch("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", value.lower()):
        raise ValueError
    return value.lower()


def _parse_mark(value: str) -> str:
    mark = names.parse_text(value)
    if len(mark) < 3:
        raise ValueError("which is too short to be a mark")
    return mark


def _parse_id(value: str) -> str:
    found = names.parse_text(value)
    if " " in found:
        raise ValueError("which holds white space")
    return found


_NO_SUFFIX = "(?:" + "|".join(suffix.replace(".", r"\.") for suffix in SERVED_SUFFIXES) + ")$"

TEXT = _text("text")
UUID = _string(
    "UUID",
    "a UUID like 917393e3-1b1e-5cef-ace4-edaa54e1f810",
    _parse_uuid,
    "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
)
TITLE = _text("text with {term} in it, and {site} if you like", _parse_title, pattern=r"\{term\}")
LABEL = _text("a name with at least one letter or digit", _parse_label, pattern=r"[^\s_-]")
SITE_ID = _text("an address or URN like urn:uuid:… without white space", _parse_id, pattern=r"^\s*\S+\s*$")
SEPARATOR = _text("a mark that stands in the body, like <!--more-->", _parse_mark)
PATH = _string("path", "a path, relative to this file or absolute", paths.parse_path)
GLOB = _string("pattern", "a pattern like **/*.md, relative to the seeds folder", paths.parse_glob)
ADDRESS = _string(
    "address pattern", "a pattern below site.home like {year}/{month}/{slug}/", paths.parse_address, r"^\S"
)
SITE_URL = _string(
    "URL",
    "an absolute URL like https://feeds.example.org/",
    names.parse_site_url,
    "^https?://[^?#]+$",
    format="uri",
)
URL = _string(
    "URL", "an absolute URL like https://example.org/icon.png", names.parse_url, "^https?://", format="uri"
)
LANGUAGE = _string(
    "language tag", "a language tag like en, de or pt-BR", names.parse_language, f"^(?:{names.LANGUAGE})$"
)
ZONE = _string("time zone", "a name like UTC or Europe/Berlin", names.parse_zone)
HOST = _string(
    "host", "an address or host name like 127.0.0.1, :: or localhost, without a port", names.parse_host
)
NETWORK = _string(
    "address or network", "an address or network like 10.0.0.7 or 10.0.0.0/8", names.parse_network
)
SLUG = _text(
    "small letters and digits, single hyphens or dots between, like ai or top-10",
    names.parse_slug,
    pattern=f"^(?:{names.SLUG})$",
    maxLength=MAX_SLUG,
    **{"not": {"pattern": _NO_SUFFIX}},
)
SITE_PATH = _string(
    "path on the site",
    "a path relative to the site like topics/old.atom",
    paths.parse_site_path,
    r"^[^/?#\\\s][^?#\\\s]*$",
)
COPY = _string(
    "path of a file",
    "a path of a file relative to the site like feed.xml",
    paths.parse_copy,
    r"^[^/?#\\\s](?:[^?#\\\s]*[^/?#\\\s])?$",
)
EMAIL = _string(
    "e-mail address", "an e-mail address like jane@example.org", names.parse_email, "^[^@ ]+@[^@ ]+$"
)
CRON = _string(
    "cron expression",
    'five fields like "0 * * * *" (minute hour day month weekday, 0 = Sunday)',
    parse_cron,
    r"^\s*(?:@[A-Za-z]+|\S+(?:\s+\S+){4})\s*$",
)
BOOL = Scalar(
    "`true` \\| `false`",
    "true or false",
    units.parse_bool,
    _any_of({"type": "boolean"}, {"enum": [*units.TRUE_WORDS, *units.FALSE_WORDS]}),
)
NUMBER = Scalar("number", "a number like 60 or 0.5", units.parse_number, {"type": "number"})
PERCENT = Scalar(
    "share",
    "a share like 50% or 0.5",
    units.parse_percent,
    _any_of(
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": f"^(?:{units.PERCENT})$"},
    ),
    units.format_percent,
)
WORKERS = Scalar(
    "`auto` or 1 … 256",
    "auto or a number of processes from 1 to 256",
    _parse_workers,
    _any_of({"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": 256}),
    lambda value: value or "auto",
)
FIELD = _text(
    "one of our field names: " + ", ".join(FIELDS),
    _parse_field,
    enum=sorted({name for field, keys in FIELDS.items() for name in (field, *keys)}),
)
SOURCE = _text("the name of a key of your seeds' front matter", _parse_source)
PORT = integer(0, 65535)
