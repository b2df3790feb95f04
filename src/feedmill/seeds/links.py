"""Addresses: what an author wrote as a link, as a URI that every validator takes, and identities."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urljoin
from uuid import NAMESPACE_URL

from feedmill.model.address import folded
from feedmill.model.host import ascii_host
from feedmill.model.seed import EntryId

NOWHERE = "about:invalid"
"""The address of a link that leads nowhere: the sanitiser shows its text and no link."""

MAX_LENGTH = 4096
"""Characters of a cleaned address; readers and proxies refuse longer ones."""

_PLAIN = re.compile(
    r"https?://(?=[a-z0-9.\-]{1,63}+(?:[/?#]|\Z))[a-z0-9]++(?:(?:-++|\.)[a-z0-9]++)*+"
    r"(?:[/?][A-Za-z0-9\-._~!$&'()*+,;=:@/?]*+)?+(?:#[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*+)?+"
)
"""An address that needs no cleaning (RFC 3986): the ordinary case."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*(?=:)")
_HTTP = re.compile(r"(https?):[/\\]{2}([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r":([0-9]*)\Z")
_IPV6 = re.compile(r"\[[0-9A-Fa-f:.]{2,45}\]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_BREAKS = re.compile(r"[\t\r\n]+")
_UNSAFE = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?#%]")
_IRI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.\-]*:"
    r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2}"
    "|[\xa0-\u200d\u2010-\u2027\u202f-\u2065\u2070-\ud7ff\uf900-\ufdcf\ufdf0-\uffef]|[\U00010000-\U000efffd])+"
)
"""`scheme:rest` (RFC 3987, section 2.2), without the bidirectional formatting that section 4.1 forbids."""
_NAMESPACE = NAMESPACE_URL.bytes


def http_url(raw: str) -> str:
    """Return the absolute http(s) address `raw` as a URI (RFC 3986), otherwise as written.

    Blanks around it and line breaks within are dropped, blanks and characters that a URI cannot have
    are percent-encoded as UTF-8, a host beyond ASCII becomes Punycode. Nothing that is right already is
    changed: neither case nor a default port nor dots.

    Raises:
        ValueError: what is wrong with it and what would be right, to be read after the field's name.
    """
    if len(raw) <= MAX_LENGTH and _PLAIN.fullmatch(raw):
        return raw
    url = _BREAKS.sub("", raw.strip(" \t\r\n\f\v\xa0\ufeff"))
    if not url:
        raise ValueError("is empty; write an address such as https://example.org/article")
    if len(url) > MAX_LENGTH:
        raise ValueError(f"is {len(url):,} characters long; {MAX_LENGTH:,} is the most")
    match = _HTTP.fullmatch(url)
    if match is None:
        raise ValueError(_why_not_http(url))
    scheme, authority, rest = match.groups()
    cleaned = f"{scheme.lower()}://{_authority(authority)}{clean(rest)}"
    if len(cleaned) > MAX_LENGTH:
        raise ValueError(f"is {len(cleaned):,} characters long; {MAX_LENGTH:,} is the most")
    return cleaned


def absolute(raw: str, base: str) -> str | None:
    """Return `raw` resolved against the absolute address `base` (RFC 3986, 5.2); None if no http(s)."""
    url = _BREAKS.sub("", raw.strip(" \t\r\n\f\v\xa0\ufeff"))
    try:
        if len(url) <= MAX_LENGTH and not _SCHEME.match(url):
            url = urljoin(base, url.replace("\\", "/"))
        return http_url(url)
    except ValueError:
        return None


def clean(rest: str) -> str:
    """Return a path, query and fragment with everything percent-encoded that a URI cannot have.

    A backslash in the path is the slash that browsers take it for.
    """
    rest, hash_, fragment = rest.partition("#")
    path, mark, query = rest.partition("?")
    cleaned = _UNSAFE.sub(_percent, path.replace("\\", "/")) + mark + _UNSAFE.sub(_percent, query)
    return cleaned + hash_ + _UNSAFE.sub(_percent, fragment).replace("#", "%23") if hash_ else cleaned


def entry_id(*, explicit: str | None, link: str) -> EntryId:
    """Return what names an entry for good (RFC 4287, 4.2.6).

    An `explicit` id that is an absolute IRI is used as it is. Any other one, or else the link with
    its scheme folded to https, its host lower-cased and a default port dropped, becomes `urn:uuid:`
    and its UUIDv5 in the URL namespace: so a new title, file name, site address or a move to https never
    shows an entry to its readers a second time.

    Raises:
        ValueError: there is neither.
    """
    if explicit:
        if _IRI.fullmatch(explicit):
            return EntryId(explicit)
        return _urn(explicit)
    if not link:
        raise ValueError("an entry needs an id or a link")
    return _urn(folded(link))


def _urn(name: str) -> EntryId:
    """`urn:uuid:` and `uuid.uuid5(NAMESPACE_URL, name)`, five times as fast (RFC 9562, 5.5)."""
    digest = hashlib.sha1(
        _NAMESPACE + name.encode("utf-8", "surrogatepass"), usedforsecurity=False
    ).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return EntryId(
        f"urn:uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"
    )


def _why_not_http(url: str) -> str:
    scheme = _SCHEME.match(url)
    if scheme is None:
        return "is not absolute; write the whole address, https://…"
    if scheme[0].lower() in ("http", "https"):
        return f"lacks the two slashes after {scheme[0]}:; write {scheme[0].lower()}://…"
    return f"starts with {scheme[0][:40]}:, which no feed may link to; use http:// or https://"


def _authority(authority: str) -> str:
    user, at, host = authority.rpartition("@")
    port = _PORT.search(host)
    if port:
        host = host[: port.start()]
        if port[1] and (len(port[1]) > 5 or not 0 < int(port[1]) < 65536):
            raise ValueError(f"has the port {port[1][:20]}; a port is a number from 1 to 65535")
    return f"{_UNSAFE.sub(_percent, user).replace('@', '%40')}{at}{_host(host)}{port[0] if port else ''}"


def _host(host: str) -> str:
    if not host:
        raise ValueError("has no host; write the whole address, https://example.org/…")
    if host.startswith("["):
        if _IPV6.fullmatch(host) and _is_ipv6(host[1:-1]):
            return host
        raise ValueError(f"has the host {host[:80]}, which is no IPv6 address")
    host = ascii_host(host)
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"has the host {host[:80]!r}; a host is made of letters, digits, dots and hyphens")
    return host


def _is_ipv6(text: str) -> bool:
    import ipaddress  # imported on use: nobody links to one

    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))
