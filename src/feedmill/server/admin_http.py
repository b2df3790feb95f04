"""The admin listener's requests and answers, as its handlers need them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from feedmill.server.app import Receive, fold
from feedmill.server.response import Answer, Fields, head_bytes, http_date

MAX_FORM = 1 << 16
MAX_FIELDS = 500


class Form:
    """The fields of a form or a query: each may be there several times."""

    def __init__(self, encoded: bytes = b"") -> None:
        try:
            self._values = parse_qs(
                encoded.decode("latin-1"),
                keep_blank_values=True,
                max_num_fields=MAX_FIELDS,
                errors="replace",
            )
        except ValueError:
            self._values = {}

    def get(self, name: str, default: str = "") -> str:
        """Return a field's last value."""
        return self._values.get(name, [default])[-1]

    def all(self, name: str) -> list[str]:
        """Return every value of a field, each once."""
        return list(dict.fromkeys(self._values.get(name, [])))

    def __contains__(self, name: str) -> bool:
        return name in self._values


class Request:
    """What handlers need of an ASGI request."""

    def __init__(self, scope: dict[str, Any], receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.fields: Fields = fold(scope["headers"])
        self.query = Form(scope["query_string"])
        self.receive = receive

    @property
    def host(self) -> str:
        """The Host without its port, lower-cased, an IPv6 address without brackets."""
        host = self.fields.get(b"host", b"").decode("latin-1").lower()
        if host.startswith("["):
            return host[1:].partition("]")[0]
        return host.partition(":")[0]

    @property
    def cookie_name(self) -> str:
        """What the session's cookie is called: every port of a host is sent it (RFC 6265, 8.5)."""
        port = self.fields.get(b"host", b"").decode("latin-1").rpartition("]")[2].partition(":")[2]
        return f"feedmill_session_{port}" if port else "feedmill_session"

    @property
    def sessions(self) -> list[str]:
        """What may be sessions: the browser sends all cookies of that name that anybody set on this host."""
        pairs = self.fields.get(b"cookie", b"").decode("latin-1").split(";")
        named = (pair.strip().partition("=") for pair in pairs)
        return [value.strip('"') for name, _, value in named if name == self.cookie_name]

    @property
    def wants_html(self) -> bool:
        """Whether a browser asks for a page."""
        return b"text/html" in self.fields.get(b"accept", b"")

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether another site sent this form (the browser says so)."""
        site = self.fields.get(b"sec-fetch-site", b"same-origin")
        origin = self.fields.get(b"origin", b"null").decode("latin-1").lower()
        host = self.fields.get(b"host", b"").decode("latin-1").lower()
        # Our pages send no Referer, and browsers then write "Origin: null": the form token decides.
        same = origin in ("null", f"http://{host}", f"https://{host}")
        return site not in (b"same-origin", b"none") or not same

    async def form(self) -> Form | None:
        """Return the form's fields, or None when it is too large. A client that leaves sends nothing."""
        body = b""
        while True:
            message = await self.receive()
            body += message.get("body", b"")
            if len(body) > MAX_FORM:
                return None
            if message["type"] != "http.request" or not message.get("more_body", False):
                return Form(body)


def session_cookie(name: str, session: str, seconds: int) -> dict[str, str]:
    """Return the field that sets a session: for the operator's pages alone, sent from nowhere else."""
    return {"set-cookie": f"{name}={session}; Max-Age={seconds}; Path=/-/; HttpOnly; SameSite=Strict"}


def head_lines(media: str, policy: str = "default-src 'none'") -> dict[str, str]:
    """Return the header lines of every answer: nothing is kept anywhere, nothing is told elsewhere."""
    return {
        "date": http_date(int(time.time())),
        "content-type": media,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": policy,
    }


def page(status: int, body: bytes, policy: str, extra: Mapping[str, str] | None = None) -> Answer:
    """Return a page under its policy."""
    return _answer(status, body, head_lines("text/html; charset=utf-8", policy), extra)


def text(status: int, message: str, extra: Mapping[str, str] | None = None) -> Answer:
    """Return a sentence."""
    return plain(status, f"{message}\n".encode(), "text/plain; charset=utf-8", extra)


def plain(status: int, body: bytes, media: str, extra: Mapping[str, str] | None = None) -> Answer:
    """Return what is no page."""
    return _answer(status, body, head_lines(media), extra)


def document(status: int, value: Mapping[str, Any]) -> Answer:
    """Return JSON."""
    body = json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
    return plain(status, body + b"\n", "application/json; charset=utf-8")


def redirect(location: str, extra: Mapping[str, str] | None = None) -> Answer:
    """Return the way to another page, to be asked for with GET."""
    return text(303, "See there.", {"location": location, **(extra or {})})


def _answer(status: int, body: bytes, lines: dict[str, str], extra: Mapping[str, str] | None) -> Answer:
    lines |= {"content-length": str(len(body)), **(extra or {})}
    return Answer(status, head_bytes(status, lines), body)
