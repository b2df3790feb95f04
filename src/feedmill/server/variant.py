"""One document in one coding as it is served: its answers are printed once a second, not once a request."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta
from posixpath import splitext
from typing import NamedTuple

from feedmill.model.artifact import Published
from feedmill.model.instant import EPOCH, Instant, floor_second, to_seconds
from feedmill.server.documents import Form, Key
from feedmill.server.encode import IDENTITY
from feedmill.server.media import NO_HUBS, OPENED, Discovery, is_page, is_styled, link_field, media_type
from feedmill.server.response import Answer, head_bytes, http_date

_OPENED_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Seconds that anybody, and that shared caches, may keep a document (RFC 9111, 5.2.2)."""

    max_age: int
    shared_max_age: int

    def cache_control(self, left: int | None) -> str:
        """Return the Cache-Control of a document that is planned to change in `left` seconds.

        Never past that change, and at least a second: a change that is due is being published. An answer that
        is stale may stand in for an error (RFC 5861, 4) no longer than shared caches may keep it: what was
        withdrawn must not come back from one.
        """
        longest = self.max_age if left is None else min(self.max_age, left)
        shared = self.shared_max_age if left is None else min(self.shared_max_age, left)
        ages = f"max-age={max(longest, 1)}, s-maxage={max(shared, 1)}"
        return f"public, {ages}, stale-if-error={self.shared_max_age}"

    @property
    def of_errors(self) -> str:
        """Cache-Control of 404 and 410: short, for a feed may come into being any moment."""
        return f"public, max-age={max(self.shared_max_age, 1)}"

    @property
    def of_redirects(self) -> str:
        """Cache-Control of redirects."""
        return f"public, max-age={max(self.max_age, 1)}"


class Surroundings(NamedTuple):
    """What documents are served with: which there are, how long each may be kept, what they name."""

    documents: Container[str]
    freshness: Freshness
    discovery: Discovery = NO_HUBS


class Variant:
    """A document in a coding: its validators and, for the current second, its answers.

    `opened`: an XML feed as a browser gets it that opens it. The bytes are the same under another media type,
    so it has a validator of its own (RFC 9110, 8.8.1).
    """

    __slots__ = (
        "_fixed",
        "_freshness",
        "_next_change",
        "_of_body",
        "coding",
        "dated",
        "etag",
        "feed",
        "key",
        "modified",
        "not_modified",
        "since",
        "size",
        "suffix",
        "until",
        "without_body",
    )

    def __init__(
        self,
        record: Published,
        coding: str,
        form: Form,
        around: Surroundings,
        *,
        opened: bool = False,
    ) -> None:
        self.feed, self.suffix = splitext(record.form)
        self.coding = coding
        self.key: Key = (record.digest, coding)
        self.etag = form.etag[:-1] + b'-opened"' if opened else form.etag
        self.size = form.size
        self.modified = to_seconds(record.modified)
        self.since = self.until = EPOCH  # when the answers below hold
        self.dated = False
        self.not_modified = self.without_body = Answer(500, b"", b"")
        self._freshness = around.freshness
        # Floored: a reader that comes back when this ends may be a moment early, never late.
        change = record.next_change
        self._next_change = None if change is None else to_seconds(change)
        self._fixed = {
            "etag": self.etag.decode("ascii"),
            "vary": "Accept-Encoding, Sec-Fetch-Dest"
            if is_styled(record.form, around.documents)
            else "Accept-Encoding",
            "link": link_field(record.form, around.documents, around.discovery, at=record.path),
            "accept-ranges": "none",
            "x-content-type-options": "nosniff",
        }
        if is_page(record.form):
            self._fixed["content-security-policy"] = form.policy
            self._fixed["referrer-policy"] = "no-referrer"
        else:
            self._fixed["access-control-allow-origin"] = "*"
        if opened:
            self._fixed["content-security-policy"] = _OPENED_POLICY
        media = OPENED if opened else media_type(record.form)
        self._of_body = {"content-type": media, "content-length": str(form.size)}
        if coding != IDENTITY:
            self._of_body["content-encoding"] = coding

    def tell(self, now: Instant) -> None:
        """Print the answers for the second of `now`: 304, and 200 without its body.

        Last-Modified is left out while it is not yet past: it must not lie in the future
        (RFC 9110, 8.8.2.1), and within its own second it cannot tell two versions apart.
        """
        second = to_seconds(now)
        left = None if self._next_change is None else self._next_change - second
        lines = {"date": http_date(second), "cache-control": self._freshness.cache_control(left)}
        self.dated = self.modified < second
        if self.dated:
            lines["last-modified"] = http_date(self.modified)
        lines.update(self._fixed)
        self.not_modified = Answer(304, head_bytes(304, lines), b"", self.coding)
        self.without_body = Answer(200, head_bytes(200, {**lines, **self._of_body}), b"", self.coding)
        self.since = floor_second(now)
        self.until = self.since + _SECOND
