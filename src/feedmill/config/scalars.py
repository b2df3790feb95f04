"""The scalars of config.yaml: what each is called, how it is read and written, what would be right."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from feedmill.config import names, paths, units
from feedmill.config.cron import parse_cron
from feedmill.config.kinds import Scalar
from feedmill.config.scalar_types import any_of, integer, string, text, whole
from feedmill.model.fields import FIELDS, SECRET_FIELDS, canonical, fold
from feedmill.model.slug import MAX_SLUG_BYTES, SERVED_SUFFIXES, term_key

_DASK = "dask://"
_DASK_PORT = 8786


def _parse_workers(value: str) -> int | str:
    """Return a number (0: `auto`), or a Dask scheduler's address as Dask writes it."""
    if value.startswith(_DASK):
        parts = urlsplit(value)
        if not parts.hostname or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("where a host and a port should be all")
        host = names.parse_host(parts.hostname)
        return f"tcp://{f'[{host}]' if ':' in host else host}:{parts.port or _DASK_PORT}"
    return 0 if value == "auto" else whole(value, 1, 256)


def _show_workers(value: int | str) -> int | str:
    return value.replace("tcp://", _DASK) if isinstance(value, str) else value or "auto"


def _parse_label(value: str) -> str:
    label = names.parse_text(value)
    if not term_key(label):
        raise ValueError("which names nothing once spaces, hyphens and underscores are set aside")
    return label


def _parse_field(value: str) -> str:
    _refuse_secret(value)
    found = canonical(value)
    if found is None:
        from feedmill.model.suggest import did_you_mean

        raise ValueError(did_you_mean(value, FIELDS))
    return found


def _parse_source(value: str) -> str:
    _refuse_secret(value)
    return names.parse_text(value)


def _refuse_secret(value: str) -> None:
    if not SECRET_FIELDS.isdisjoint(fold(value).split(".")):
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


def _parse_region(value: str) -> str:
    if not re.fullmatch("[A-Za-z0-9_-]{1,64}", value):
        raise ValueError
    return value


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

HIDDEN = "***"
TEXT = text("text")
UUID = string(
    "UUID",
    "a UUID like 917393e3-1b1e-5cef-ace4-edaa54e1f810",
    _parse_uuid,
    "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
)
TITLE = text("text with {term} in it, and {site} if you like", _parse_title, pattern=r"\{term\}")
LABEL = text("a name with at least one letter or digit", _parse_label, pattern=r"[^\s_-]")
SITE_ID = text("an address or URN like urn:uuid:… without white space", _parse_id, pattern=r"^\s*\S+\s*$")
SEPARATOR = text("a mark that stands in the body, like <!--more-->", _parse_mark)
PATH = string("path", "a path, relative to this file or absolute", paths.parse_path)
GLOB = string("pattern", "a pattern like **/*.md, relative to the seeds folder", paths.parse_glob)
ADDRESS = string(
    "address pattern", "a pattern below site.home like {year}/{month}/{slug}/", paths.parse_address, r"^\S"
)
SITE_URL = string(
    "URL",
    "an absolute URL like https://feeds.example.org/",
    names.parse_site_url,
    "^https?://[^?#]+$",
    format="uri",
)
URL = string(
    "URL", "an absolute URL like https://example.org/icon.png", names.parse_url, "^https?://", format="uri"
)
DATABASE = string(
    "PostgreSQL URL",
    "a URL like postgresql://feedmill@db.example.org/feedmill",
    names.parse_database,
    "^postgres(?:ql)?://",
    format="uri",
)
LANGUAGE = string(
    "language tag", "a language tag like en, de or pt-BR", names.parse_language, f"^(?:{names.LANGUAGE})$"
)
ZONE = string("time zone", "a name like UTC or Europe/Berlin", names.parse_zone)
HOST = string(
    "host", "an address or host name like 127.0.0.1, :: or localhost, without a port", names.parse_host
)
NETWORK = string(
    "address or network", "an address or network like 10.0.0.7 or 10.0.0.0/8", names.parse_network
)
SLUG = text(
    "small letters and digits of any script, single hyphens between, like ai, münchen or c++",
    names.parse_slug,
    pattern=f"^(?:{names.SLUG})$",
    maxLength=MAX_SLUG_BYTES,
    **{"not": {"pattern": _NO_SUFFIX}},
)
SITE_PATH = string(
    "path on the site",
    "a path relative to the site like topics/old.atom",
    paths.parse_site_path,
    r"^[^/?#\\\s][^?#\\\s]*$",
)
COPY = string(
    "path of a file",
    "a path of a file relative to the site like feed.xml",
    paths.parse_copy,
    r"^[^/?#\\\s](?:[^?#\\\s]*[^/?#\\\s])?$",
)
EMAIL = string(
    "e-mail address", "an e-mail address like jane@example.org", names.parse_email, "^[^@ ]+@[^@ ]+$"
)
CRON = string(
    "cron expression",
    'five fields like "0 * * * *" (minute hour day month weekday, 0 = Sunday)',
    parse_cron,
    r"^\s*(?:@[A-Za-z]+|\S+(?:\s+\S+){4})\s*$",
)
SECRET = Scalar(
    "secret",
    "a text, or env:NAME or file:PATH where it is",
    names.parse_text,
    {"type": "string"},
    lambda value: HIDDEN,
    secret=True,
)
REGION = string("region", "a name like eu-central-1", _parse_region, r"^[A-Za-z0-9_-]+$")
BOOL = Scalar(
    "`true` \\| `false`",
    "true or false",
    units.parse_bool,
    any_of({"type": "boolean"}, {"enum": [*units.TRUE_WORDS, *units.FALSE_WORDS]}),
)
NUMBER = Scalar("number", "a number like 60 or 0.5", units.parse_number, {"type": "number"})
PERCENT = Scalar(
    "share",
    "a share like 50% or 0.5",
    units.parse_percent,
    any_of(
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": f"^(?:{units.PERCENT})$"},
    ),
    units.format_percent,
)
WORKERS = Scalar(
    "`auto`, 1 … 256 or `dask://host:port`",
    "auto or a number of processes from 1 to 256, or a Dask scheduler like dask://scheduler:8786",
    _parse_workers,
    any_of(
        {"const": "auto"},
        {"type": "integer", "minimum": 1, "maximum": 256},
        {"type": "string", "pattern": "^dask://"},
    ),
    _show_workers,
)
FIELD = text(
    "one of our field names: " + ", ".join(FIELDS),
    _parse_field,
    enum=sorted({name for field, keys in FIELDS.items() for name in (field, *keys)}),
)
SOURCE = text("the name of a key of your seeds' front matter", _parse_source)
PORT = integer(0, 65535)
