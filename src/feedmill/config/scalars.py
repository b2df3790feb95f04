"""The scalars of config.yaml: what each is called, how it is read, what would be right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from feedmill.config import names, units
from feedmill.config.cron import normalize_cron, parse_cron
from feedmill.config.kinds import Scalar
from feedmill.model.fields import FIELDS, SECRET_FIELDS, canonical, fold
from feedmill.model.slug import MAX_SLUG, SERVED_SUFFIXES, term_key

_TEXT_TYPES = ["string", "number", "boolean"]  # text is taken as written: `title: 2024` is text


def choice(*words: str) -> Scalar:
    """Return the kind of a scalar that is one of `words`."""

    def parse(text: str) -> str:
        if text in words:
            return text
        from feedmill.config.suggest import did_you_mean

        raise ValueError(did_you_mean(text, words))

    return Scalar(
        name=" \\| ".join(f"`{word}`" for word in words),
        right=" or ".join([", ".join(words[:-1]), words[-1]]),
        parse=parse,
        schema={"type": "string", "enum": list(words)},
        words=words,
    )


def integer(low: int, high: int) -> Scalar:
    """Return the kind of a whole number from `low` to `high`."""
    right = f"a whole number from {low} to {high}"
    return Scalar(
        name=f"{low} … {high}",
        right=right,
        parse=_bounded(units.parse_integer, low, high),
        schema={"type": "integer", "minimum": low, "maximum": high},
    )


def duration(low: timedelta, high: timedelta = timedelta.max, *, off: bool = False) -> Scalar:
    """Return the kind of a duration from `low` to `high`; the word `off`, where allowed, gives zero."""

    def parse(text: str) -> timedelta:
        if off and text in (*units.FALSE_WORDS, "never"):
            return timedelta()
        value = units.parse_duration(text)
        if value < low:
            raise ValueError(f"which is less than {units.format_duration(low)}")
        if value > high:
            raise ValueError(f"which is more than {units.format_duration(high)}")
        return value

    schema: dict[str, Any] = {"type": "string", "pattern": f"^(?:{units.DURATION})$"}
    if low <= timedelta():
        schema = {"anyOf": [schema, {"const": 0}]}
    if off:
        schema = {"anyOf": [schema, {"enum": [False, "off", "never"]}]}
    return Scalar(
        name="duration or `off`" if off else "duration",
        right="a duration like 20ms, 1s, 15m, 2h, 1d or 1h30m" + (", or off" if off else ""),
        parse=parse,
        schema=schema,
    )


def size(low: int, high: int) -> Scalar:
    """Return the kind of a number of bytes from `low` to `high`."""

    def parse(text: str) -> int:
        value = units.parse_size(text)
        if not low <= value <= high:
            raise ValueError(f"which is not within {units.format_size(low)} to {units.format_size(high)}")
        return value

    return Scalar(
        name="size",
        right="a size like 4 MiB, 64KB or 1048576",
        parse=parse,
        schema={
            "anyOf": [
                {"type": "integer", "minimum": low, "maximum": high},
                {"type": "string", "pattern": f"^(?:{units.SIZE})$"},
            ]
        },
    )


def text(right: str, parse: Callable[[str], Any] = names.parse_text, **schema: Any) -> Scalar:
    """Return the kind of free text; an empty one counts as absent before it gets here."""
    return Scalar(name="text", right=right, parse=parse, schema={"type": list(_TEXT_TYPES), **schema})


def _bounded(parse: Callable[[str], Any], low: float, high: float) -> Callable[[str], Any]:
    def bounded(value: str) -> Any:
        number = parse(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return bounded


def _parse_cron(value: str) -> str:
    parse_cron(value)
    return normalize_cron(value)


def _parse_workers(value: str) -> int:
    return 0 if value == "auto" else int(_bounded(units.parse_integer, 1, 256)(value))


def _parse_label(value: str) -> str:
    label = names.parse_text(value)
    if not term_key(label):
        raise ValueError("which names nothing once spaces, hyphens and underscores are set aside")
    return label


def _parse_field(value: str) -> str:
    if fold(value) in SECRET_FIELDS:
        raise ValueError("which is never read, by any name")
    found = canonical(value)
    if found is None:
        from feedmill.config.suggest import did_you_mean

        raise ValueError(did_you_mean(value, FIELDS))
    return found


def _parse_source(value: str) -> str:
    if not SECRET_FIELDS.isdisjoint(fold(value).split(".")):
        raise ValueError("which is never read, by any name")
    return names.parse_text(value)


def _parse_id(value: str) -> str:
    found = names.parse_text(value)
    if " " in found:
        raise ValueError("which holds white space")
    return found


TEXT = text("text")
LABEL = text("a name with at least one letter or digit", _parse_label, pattern=r"[^\s_-]")
SITE_ID = text("an address or URN like urn:uuid:… without white space", _parse_id, pattern=r"^\s*\S+\s*$")
PATH = Scalar(
    name="path",
    right="a path, relative to this file or absolute",
    parse=names.parse_path,
    schema={"type": "string"},
)
GLOB = Scalar(
    name="pattern",
    right="a pattern like **/*.md, relative to the seeds folder",
    parse=names.parse_glob,
    schema={"type": "string"},
)
SITE_URL = Scalar(
    name="URL",
    right="an absolute URL like https://feeds.example.org/",
    parse=names.parse_site_url,
    schema={"type": "string", "format": "uri", "pattern": "^https?://[^?#]+$"},
)
URL = Scalar(
    name="URL",
    right="an absolute URL like https://example.org/icon.png",
    parse=names.parse_url,
    schema={"type": "string", "format": "uri", "pattern": "^https?://"},
)
LANGUAGE = Scalar(
    name="language tag",
    right="a language tag like en, de or pt-BR",
    parse=names.parse_language,
    schema={"type": "string", "pattern": f"^(?:{names.LANGUAGE})$"},
)
ZONE = Scalar(
    name="time zone",
    right="a name like UTC or Europe/Berlin",
    parse=names.parse_zone,
    schema={"type": "string"},
)
HOST = Scalar(
    name="host",
    right="an address or host name like 127.0.0.1, :: or localhost, without a port",
    parse=names.parse_host,
    schema={"type": "string"},
)
NETWORK = Scalar(
    name="address or network",
    right="an address or network like 10.0.0.7 or 10.0.0.0/8",
    parse=names.parse_network,
    schema={"type": "string"},
)
SLUG = text(
    "small letters and digits, single hyphens or dots between, like ai or top-10",
    names.parse_slug,
    pattern=f"^(?:{names.SLUG})$",
    maxLength=MAX_SLUG,
    **{"not": {"pattern": "(?:" + "|".join(suffix.replace(".", r"\.") for suffix in SERVED_SUFFIXES) + ")$"}},
)
SITE_PATH = Scalar(
    name="path on the site",
    right="a path relative to the site like topics/old.atom",
    parse=names.parse_site_path,
    schema={"type": "string", "pattern": r"^[^/?#\\\s][^?#\\\s]*$"},
)
EMAIL = Scalar(
    name="e-mail address",
    right="an e-mail address like jane@example.org",
    parse=names.parse_email,
    schema={"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
)
CRON = Scalar(
    name="cron expression",
    right='five fields like "0 * * * *" (minute hour day month weekday, 0 = Sunday)',
    parse=_parse_cron,
    schema={"type": "string", "pattern": r"^\s*(?:@[A-Za-z]+|\S+(?:\s+\S+){4})\s*$"},
)
BOOL = Scalar(
    name="`true` \\| `false`",
    right="true or false",
    parse=units.parse_bool,
    schema={"anyOf": [{"type": "boolean"}, {"enum": [*units.TRUE_WORDS, *units.FALSE_WORDS]}]},
)
NUMBER = Scalar(
    name="number", right="a number like 60 or 0.5", parse=units.parse_number, schema={"type": "number"}
)
PERCENT = Scalar(
    name="share",
    right="a share like 50% or 0.5",
    parse=units.parse_percent,
    schema={
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": f"^(?:{units.PERCENT})$"},
        ]
    },
)
WORKERS = Scalar(
    name="`auto` or 1 … 256",
    right="auto or a number of processes from 1 to 256",
    parse=_parse_workers,
    schema={"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": 256}]},
)
FIELD = text(
    "one of our field names: " + ", ".join(FIELDS),
    _parse_field,
    enum=sorted({name for field, keys in FIELDS.items() for name in (field, *keys)}),
)
SOURCE = text("the name of a key of your seeds' front matter", _parse_source)
PORT = integer(0, 65535)
