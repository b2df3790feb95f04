"""Host names: those beyond ASCII, the same wherever one is written, and those that are nobody's."""

from __future__ import annotations

import re
import unicodedata

_DOTS = re.compile("[.\u3002\uff0e\uff61]")

_NO_HOST = frozenset("/?#@:[]\\%")
"""What would end a host, or mean something else in an address; compatibility forms fold to some of these."""

_EXAMPLES = ("example", "example.org", "example.com", "example.net")


def is_example(host: str) -> bool:
    """Whether a host in small letters is one that documents use (RFC 2606)."""
    return host in _EXAMPLES or host.endswith(tuple(f".{name}" for name in _EXAMPLES))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host: 127.0.0.0/8, ::1, `localhost`."""
    from ipaddress import ip_address  # on use: few commands ask

    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def ascii_host(host: str) -> str:
    """Return a host name in ASCII, as browsers look it up (IDNA 2008 by UTS 46, non-transitional).

    `ß` stays itself: `straße.de` is `xn--strae-oqa.de`. A name in ASCII stays as it is.

    Raises:
        ValueError: no domain name can be so, to be read after "the field's name".
    """
    if host.isascii():
        return host
    return ".".join(_ascii_label(label) for label in _DOTS.split(host))


def _ascii_label(label: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).lower())
    if any(character in _NO_HOST for character in folded):
        raise ValueError(f"has {label[:80]!r} in its host, which no domain name can have")
    if folded.isascii():
        return folded
    if len(folded) > 63 or any(unicodedata.category(character)[0] in "CZ" for character in folded):
        raise ValueError(f"has {label[:80]!r} in its host, which no domain name can have")
    return "xn--" + folded.encode("punycode").decode("ascii")
