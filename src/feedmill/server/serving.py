"""One generation as it is served, with what requests have worked out for it."""

from __future__ import annotations

from feedmill.model.artifact import Generation, Published
from feedmill.server.audience import wants_page
from feedmill.server.media import Discovery
from feedmill.server.resolve import Gone, Resolution
from feedmill.server.response import Fields
from feedmill.server.variant import Freshness, Surroundings, Variant

MAX_CACHED = 4096
"""Variants of each kind that a generation remembers; they are cheap to make anew."""

_MAX_KEY = 512
"""Bytes of what a client sent that are worth remembering."""


class Serving:
    """One generation, with what was worked out for it; replaced as a whole."""

    __slots__ = ("generation", "hot", "surroundings", "variants")

    def __init__(self, generation: Generation, freshness: Freshness, discovery: Discovery) -> None:
        self.generation = generation
        self.surroundings = Surroundings(generation.documents, freshness, discovery)
        self.hot: dict[tuple[bytes, bytes | None, bytes | None], Variant] = {}
        self.variants: dict[tuple[str, str, bool], Variant] = {}

    def keep(self, target: bytes, fields: Fields, variant: Variant) -> None:
        """Remember which variant a request leads to, unless it is a client's whim."""
        accept, purpose = fields.get(b"accept-encoding"), fields.get(b"sec-fetch-dest")
        if b"?" in target or len(target) + len(accept or b"") + len(purpose or b"") > _MAX_KEY:
            return
        if len(self.hot) >= MAX_CACHED:
            self.hot.clear()
        self.hot[(target, accept, purpose)] = variant

    def hot_variant(self, target: bytes, fields: Fields) -> Variant | None:
        """Return the variant that such a request led to, if one did."""
        return self.hot.get((target, fields.get(b"accept-encoding"), fields.get(b"sec-fetch-dest")))

    def page_of(self, found: Resolution, fields: Fields) -> tuple[int, Published | None]:
        """Return the status of what is not there, and the page that says so to who wants a page."""
        status = 410 if isinstance(found, Gone) else 404
        asked = wants_page(fields) and self.has_page(status)
        return status, self.generation.documents[f"{status}.html"] if asked else None

    def has_page(self, status: int) -> bool:
        """Is there a page for people behind an error?"""
        path = f"{status}.html"
        return path in self.generation.documents and path not in self.generation.suspended
