"""What hub, subscriber and publisher say to each other (W3C WebSub, 2018): values in, values out, no I/O."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

MAX_BODY = 8 << 10
"""Bytes of a request to the hub; what is longer is refused unread."""

MIN_LEASE, MAX_LEASE = timedelta(days=1), timedelta(days=15)
"""A lease of a second makes a hub a load, one of a year keeps the dead subscribed."""

FORM = "application/x-www-form-urlencoded"
_MAX_URL = 2_048
_MAX_SECRET = 200
_MAX_FIELDS = 64
_SECONDS = re.compile(r"[0-9]{1,12}")
_VISIBLE = re.compile(r"[!-~]+")
"""What an address consists of (RFC 3986, 2): printable ASCII, no blank."""


class Mode(StrEnum):
    """`hub.mode` of a request, and of what the hub tells a subscriber."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A subscriber's request (WebSub, 5.1), not verified yet.

    `topic` is the address as it was given: it is sent back so. `lease` is within the hub's bounds.
    `secret` signs deliveries, b"" for none. `verify_token` is PubSubHubbub 0.3's, echoed where given.
    """

    mode: Mode
    callback: str
    topic: str
    lease: timedelta
    secret: bytes = field(default=b"", repr=False)
    verify_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is not taken: an HTTP status, and a sentence in plain text (WebSub, 5.1.2)."""

    status: int
    reason: str


def parse_wish(content_type: str, body: bytes, *, lease: timedelta) -> Wish | Refusal:
    """Return what a POST to the hub asks for; `lease` is what one gets who names none.

    Parameters that the hub does not know are ignored (WebSub, 5.1).
    """
    if content_type.partition(";")[0].strip().lower() != FORM:
        return Refusal(status=415, reason=f"send the request as {FORM}")
    if len(body) > MAX_BODY:
        return Refusal(status=413, reason=f"a request has at most {MAX_BODY:,} bytes")
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        return Refusal(status=400, reason="the form is not UTF-8, or has too many fields")
    fields: dict[str, str] = {}
    for name, value in pairs:
        if fields.setdefault(name, value) != value and name.startswith("hub."):
            return Refusal(status=400, reason=f"{name[:40]} is given twice")
    return _wish(fields, lease)


def _wish(fields: dict[str, str], lease: timedelta) -> Wish | Refusal:
    try:
        mode = Mode(fields.get("hub.mode", ""))
    except ValueError:
        mode = Mode.DENIED
    if mode is Mode.DENIED:
        return Refusal(status=400, reason="hub.mode is subscribe or unsubscribe")
    for name in ("hub.callback", "hub.topic"):
        if fault := _fault(fields.get(name, "")):
            return Refusal(status=400, reason=f"{name} {fault}")
    asked = fields.get("hub.lease_seconds", "")
    if asked and not _SECONDS.fullmatch(asked):
        return Refusal(status=400, reason="hub.lease_seconds is a number of seconds")
    secret = fields.get("hub.secret", "").encode()
    if len(secret) >= _MAX_SECRET:
        return Refusal(status=400, reason=f"hub.secret has less than {_MAX_SECRET} bytes")
    wanted = timedelta(seconds=int(asked)) if asked and len(asked) < 10 else MAX_LEASE if asked else lease
    return Wish(
        mode=mode,
        callback=fields["hub.callback"],
        topic=fields["hub.topic"],
        lease=min(max(wanted, MIN_LEASE), MAX_LEASE),
        secret=secret,
        verify_token=fields.get("hub.verify_token", ""),
    )


def _fault(url: str) -> str:
    """Return what is wrong with an address, "" for nothing."""
    if not url:
        return "is missing"
    if len(url) > _MAX_URL:
        return f"has more than {_MAX_URL:,} characters"
    if not _VISIBLE.fullmatch(url):
        return "is no address: write blanks and other than ASCII characters as %XX"
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return "is no absolute http or https address"
    if parts.username is not None or parts.password is not None:
        return "has a user name or password in it"
    if parts.fragment:
        return "has a fragment"
    return ""


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def host_of(url: str) -> str:
    """Return the host of a checked address, in lower case: what limits are counted by."""
    return (urlsplit(url).hostname or "").rstrip(".")


def without_query(url: str) -> str:
    """Return a checked address as far as others may see it: who it is for is mostly in the query."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


def verification(wish: Wish, challenge: str) -> str:
    """Return the address at which the subscriber confirms its intent (WebSub, 5.3).

    The callback's own query stays; `hub.lease_seconds` is what the subscriber really gets.
    """
    asked = {"hub.mode": wish.mode.value, "hub.topic": wish.topic, "hub.challenge": challenge}
    if wish.mode is Mode.SUBSCRIBE:
        asked["hub.lease_seconds"] = str(int(wish.lease.total_seconds()))
    if wish.verify_token:
        asked["hub.verify_token"] = wish.verify_token
    return _with_query(wish.callback, asked)


def denial(callback: str, topic: str, reason: str) -> str:
    """Return the address that tells a subscriber that it gets nothing, or nothing more (WebSub, 5.2)."""
    return _with_query(callback, {"hub.mode": Mode.DENIED.value, "hub.topic": topic, "hub.reason": reason})


def confirms(status: int, body: bytes, challenge: str) -> bool:
    """Tell whether an answer confirms the intent: 2xx, and the challenge and no more (WebSub, 5.3.1)."""
    return 200 <= status < 300 and hmac.compare_digest(body.strip(), challenge.encode("ascii"))


def _with_query(url: str, fields: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = urlencode(fields)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


def delivery_fields(media_type: str, hub: str, topic: str, body: bytes, secret: bytes) -> dict[str, str]:
    """Return the header fields of a delivery (WebSub, 7 and 7.1): `body` is the topic's document, whole.

    `media_type` is the very string that the origin sends. Signed where there is a secret, and only then.
    """
    fields = {"Content-Type": media_type, "Link": link_field(hub, topic)}
    if secret:
        fields["X-Hub-Signature"] = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    return fields


def link_field(hub: str, topic: str) -> str:
    """Return the Link field by which a document is discovered as a topic (WebSub, 4; RFC 8288)."""
    return f'<{hub}>; rel="hub", <{topic}>; rel="self"'


def ping(topics: list[str]) -> bytes:
    """Return the form that tells another hub of changed topics.

    The Recommendation leaves this open; the hubs that are there take PubSubHubbub 0.4's (section 7.1).
    """
    return urlencode([("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)]).encode()
