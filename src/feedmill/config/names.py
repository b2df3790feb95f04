"""How addresses and names are written: URLs, hosts, networks, zones, languages, slugs."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from feedmill.model.host import ascii_host
from feedmill.model.slug import MAX_SLUG_BYTES, SERVED_SUFFIXES, Slug, natural_slug, term_key

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_QUERIED = re.compile(r"(?<=[?&])([^=&\s]+)=[^&\s]+")
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_HOSTNAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?")
LANGUAGE = r"(?:[A-Za-z]{2,8}|[xXiI](?=-))(?:-[A-Za-z0-9]{1,8})*"
_LANGUAGE = re.compile(LANGUAGE)
SLUG = r"""(?![.-])(?!.*--)[^\x00- A-Z_"#%*/:;<>?\[\\\]^`{|}\x7f-\xa0]+(?<![.-])"""
"""As far as a pattern can tell that knows no script: `natural_slug` decides."""
_URL_SAFE = "/:@!$&'()*+,;=%~-._?"


def parse_text(text: str) -> str:
    """Return text for people: on one line, white space collapsed.

    Raises:
        ValueError: it holds a control character, which no feed format can carry.
    """
    found = _CONTROL.search(text)
    if found is not None:
        raise ValueError(f"which holds the control character U+{ord(found[0]):04X}")
    return " ".join(text.split())


def parse_url(text: str) -> str:
    """Return an absolute http(s) URL in ASCII: an IDN as punycode, other characters percent-encoded.

    Raises:
        ValueError: another scheme, no host, a user name, a port or host that is none.
    """
    text = text.strip()
    if _CONTROL.search(text) or any(char.isspace() for char in text):
        raise ValueError("which holds white space or control characters")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"which is no URL ({error})") from error
    if parts.scheme not in {"http", "https"}:
        if "://" not in text and _HOSTNAME.fullmatch(text.partition("/")[0]) and "." in text:
            raise ValueError(f"without its scheme (https://{text} ?)")
        raise ValueError
    if parts.username is not None or parts.password is not None:
        raise ValueError("with a user name, which everybody would see")
    netloc = _ascii_host(host)
    if port is not None:
        netloc += f":{port}"
    return urlunsplit(
        (
            parts.scheme,
            netloc,
            quote(parts.path, _URL_SAFE),
            quote(parts.query, _URL_SAFE),
            quote(parts.fragment, _URL_SAFE),
        )
    )


def parse_site_url(text: str) -> str:
    """Return an absolute http(s) URL that ends with a slash: what feed addresses are joined to.

    Raises:
        ValueError: no such URL, or one with a query or a fragment.
    """
    url = parse_url(text)
    if "?" in url or "#" in url:
        raise ValueError("with a query or fragment, to which no path can be joined")
    return url if url.endswith("/") else url + "/"


def parse_database(text: str) -> str:
    """Return the URL of a PostgreSQL database, as it is.

    Raises:
        ValueError: another scheme.
    """
    text = text.strip()
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError
    return text


def hide_userinfo(text: str) -> str:
    """Return the text with the user name and passwords of every URL in it replaced by `***`.

    A key of a query is one of a password by its end, as libpq reads it: percent-decoded.
    """
    return _QUERIED.sub(_hide_password, _USERINFO.sub("***@", text))


def _hide_password(found: re.Match[str]) -> str:
    return f"{found[1]}=***" if unquote(found[1]).lower().endswith("password") else found[0]


def parse_host(text: str) -> str:
    """Return an address or a host name to listen on, IPv6 without brackets.

    Raises:
        ValueError: neither.
    """
    if text == "*":
        raise ValueError("where every address would be 0.0.0.0 (or :: for IPv6)")
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if ":" in bare:
        return str(_address(bare))
    if not _HOSTNAME.fullmatch(bare):
        raise ValueError
    if re.fullmatch(r"[0-9.]+", bare):
        return str(_address(bare))
    return bare.lower()


def parse_network(text: str) -> str:
    """Return an IP address or a network in CIDR notation, as `ipaddress` writes it.

    Raises:
        ValueError: neither.
    """
    from ipaddress import ip_address, ip_network

    if "/" not in text:
        try:
            return str(ip_address(text))
        except ValueError:
            raise ValueError from None
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError from None
    if str(network.network_address) != text.partition("/")[0].lower():
        raise ValueError(f"with bits set beyond its mask (the network would be {network})")
    return str(network)


def parse_language(text: str) -> str:
    """Return a language tag (RFC 5646, section 2.1): `en`, `pt-BR`, `zh-Hant-TW`.

    Raises:
        ValueError: not of that form.
    """
    if "_" in text and _LANGUAGE.fullmatch(text.replace("_", "-")):
        raise ValueError(f"where a hyphen belongs ({text.replace('_', '-')})")
    if not _LANGUAGE.fullmatch(text):
        raise ValueError
    return text


def parse_zone(text: str) -> str:
    """Return the name of a time zone in the installed tzdata package, never the machine's own.

    Raises:
        ValueError: tzdata has none of that name.
    """
    if text == "UTC" or text in zones():
        return text
    from feedmill.model.suggest import did_you_mean

    raise ValueError("which tzdata does not have" + did_you_mean(text, zones()))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the names of all time zones of the tzdata package."""
    from importlib.resources import files

    names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return tuple(name for name in names if name != "Factory")


def parse_slug(text: str) -> Slug:
    """Return a slug that some term could have without a hash: fit for a URL, and never equal to a hashed one.

    Raises:
        ValueError: other characters, too long, or a suffix that the origin serves.
    """
    text = normalize("NFC", text)
    if len(text.encode()) > MAX_SLUG_BYTES:
        raise ValueError(f"which is longer than {MAX_SLUG_BYTES} bytes")
    if text.endswith(SERVED_SUFFIXES):
        raise ValueError(f"which ends like a document ({', '.join(SERVED_SUFFIXES)})")
    if natural_slug(term_key(text)) != text:
        raise ValueError
    return Slug(text)


def parse_email(text: str) -> str:
    """Return an e-mail address, checked for its shape alone.

    Raises:
        ValueError: no `name@host`.
    """
    local, _, host = text.rpartition("@")
    if not local or "@" in local or any(char.isspace() for char in text) or not _HOSTNAME.fullmatch(host):
        raise ValueError
    return parse_text(text)


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{_address(host)}]"
    try:
        host = ascii_host(host)
    except ValueError as error:
        raise ValueError(f"with the impossible host {host!r}") from error
    if not _HOSTNAME.fullmatch(host):
        raise ValueError(f"with the impossible host {host!r}" if host else "without a host")
    return host


def _address(text: str) -> object:
    from ipaddress import ip_address

    try:
        return ip_address(text)
    except ValueError:
        raise ValueError(f"which is no IP address: {text}") from None
