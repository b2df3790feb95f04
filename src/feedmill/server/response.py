"""Answers: status, head and body as the bytes that go out, made once and sent many times."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

Fields = Mapping[bytes, bytes]
"""Request header fields: lower-case names; the values of a repeated field joined with ", "."""

SAFE_METHODS = "GET, HEAD"

BY_AUDIENCE = "Accept, Accept-Encoding"
"""The Vary field of what is a page for people and a line of text for programs."""


class Answer(NamedTuple):
    """One whole answer.

    `head` is the status line and every header line, ended by the empty line; `Connection` is
    the protocol's to add. `body` is empty for HEAD and 304. `coding` is the content coding.
    """

    status: int
    head: bytes
    body: bytes
    coding: str = "identity"

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the header lines as pairs, as ASGI wants them."""
        lines = self.head[:-4].split(b"\r\n")[1:]
        return [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]


@lru_cache(maxsize=4096)
def http_date(second: int) -> str:
    """Return `second` (since 1970) as an IMF-fixdate (RFC 9110, 5.6.7)."""
    return formatdate(second, usegmt=True)


def status_line(status: int) -> str:
    """Return `HTTP/1.1 404 Not Found` and its line end."""
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"


def head_bytes(status: int, lines: Mapping[str, str]) -> bytes:
    """Return a whole head; a line end inside a value would be our bug, so it is refused."""
    text = status_line(status) + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    assert text.count("\n") == len(lines) + 2, lines
    return text.encode("latin-1")


_MESSAGES = {
    202: "Accepted; the callback will be asked whether it wants this.",
    400: "The request is malformed.",
    404: "There is nothing here.",
    405: "Only GET and HEAD are answered here.",
    406: "No acceptable content coding; br, gzip and identity are available.",
    408: "The request took too long to arrive.",
    410: "This feed has been retired.",
    412: "The precondition does not hold.",
    413: "The request body is too large.",
    414: "The request target is too long.",
    431: "The request header fields are too large.",
    500: "Something went wrong here.",
    503: "Not available just now; please try again.",
}


def plain(
    status: int,
    second: int,
    *,
    method: bytes = b"GET",
    message: str = "",
    cache: str = "no-store",
    extra: Mapping[str, str] | None = None,
) -> Answer:
    """Return a short plain-text answer that says nothing about files or code.

    An error is never status 200: readers would take it for the feed and forget their validator.
    """
    body = f"{message or _MESSAGES[status]}\n".encode()
    lines = {
        "date": http_date(second),
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        "cache-control": cache,
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'",
        **(extra or {}),
    }
    return Answer(status, head_bytes(status, lines), b"" if method == b"HEAD" else body)


def page(status: int, second: int, body: bytes, *, method: bytes, lines: Mapping[str, str]) -> Answer:
    """Return `body`, an HTML document in the coding that `lines` name, as the answer of an error."""
    lines = {
        "date": http_date(second),
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(body)),
        "vary": BY_AUDIENCE,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        **lines,
    }
    return Answer(
        status,
        head_bytes(status, lines),
        b"" if method == b"HEAD" else body,
        lines.get("content-encoding", "identity"),
    )
