"""How the address of a database is written, and shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from feedmill.model.secret import Secret

_SCHEMES = ("postgresql", "postgres")
_PASSWORDS = re.compile(r"(?<=[?&])((?:ssl)?password)=[^&]*")
_ENCODE = "with a port or host that is none (in a password write : / ? # @ percent-encoded)"


def parse_database(text: str) -> str:
    """Return the address of a PostgreSQL database: `postgresql://user:password@host/name`.

    Raises:
        ValueError: another scheme, white space, a port that is none, no database. It tells no secret.
    """
    if any(char.isspace() or not char.isprintable() for char in text):
        raise ValueError("which holds white space or control characters")
    try:
        parts = urlsplit(text)
        odd = parts.port == 0 or parts.netloc.count("@") > 1
    except ValueError:
        raise ValueError(_ENCODE) from None
    if parts.scheme not in _SCHEMES or "://" not in text:
        raise ValueError("of another kind" if "://" in text else "without its scheme")
    if odd:
        raise ValueError(_ENCODE)
    if not parts.path.strip("/") or parts.fragment:
        raise ValueError("without the name of a database")
    return text


def show_address(secret: Secret) -> str:
    """Return an address without its user and passwords."""
    scheme, _, rest = secret.reveal().partition("://")
    _, at, place = rest.rpartition("@")
    return _PASSWORDS.sub(r"\1=***", f"{scheme}://{'***@' if at else ''}{place}")
