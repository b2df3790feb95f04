"""The keys of a mirror: a bucket or a folder that follows what is published."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from feedmill.config.kinds import key, section
from feedmill.config.scalar_types import string
from feedmill.config.scalars import REGION, SECRET, URL
from feedmill.model.settings import MirrorSettings

_SCHEMES = ("s3", "gs", "az", "file")
_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,61})[a-z0-9]")


def parse_mirror(text: str) -> str:
    """Return the place without a slash at its end.

    Raises:
        ValueError: another scheme, no bucket, a user name, a query, a path with odd parts.
    """
    text = text.strip()
    if any(char.isspace() or not char.isprintable() for char in text):
        raise ValueError("which holds white space or control characters")
    if "://" not in text:
        raise ValueError("without its scheme")
    if "?" in text or "#" in text:
        raise ValueError("with a query or fragment")
    parts = urlsplit(text)
    if parts.scheme not in _SCHEMES:
        raise ValueError("of another kind")
    if "@" in parts.netloc:
        raise ValueError("with a user name, which everybody would see")
    path = parts.path.strip("/")
    if any(segment in ("", ".", "..") for segment in path.split("/")) and path:
        raise ValueError("with an empty part, . or ..")
    if parts.scheme == "file":
        if parts.netloc:
            raise ValueError("which names another machine; a folder here is file:///srv/www")
        if not path:
            raise ValueError("which is the whole file system")
    elif not _BUCKET.fullmatch(parts.netloc):
        raise ValueError("with a bucket that is none (3 to 63 small letters, digits, dots, hyphens)")
    return f"{parts.scheme}://{parts.netloc}{'/' + path if path else ''}"


_PLACE = string(
    "address of a bucket or folder",
    "an address like s3://bucket/feeds, gs://bucket, az://container or file:///srv/www",
    parse_mirror,
    "^(?:s3|gs|az|file)://",
)
MIRROR = section(
    MirrorSettings,
    shorthand="url",
    url=key(
        _PLACE, "Where it is; below a prefix, nothing else is touched.", "s3://bucket/feeds", required=True
    ),
    endpoint=key(URL, "The service, where it is not the usual one.", "https://s3.example.org/"),
    region=key(REGION, "The region of the bucket.", "eu-central-1"),
    access_key=key(
        SECRET,
        "The name of the key; at Azure of the account.",
        "env:MIRROR_KEY",
        instead="from the environment, or the role that the machine has",
    ),
    secret_key=key(
        SECRET,
        "The key itself; at Google the service account's JSON.",
        "env:MIRROR_SECRET",
        instead="from the environment, or the role that the machine has",
    ),
)
