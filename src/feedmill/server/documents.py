"""The library: published documents as bytes, in each coding, verified against their digest, bounded."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from feedmill.errors import StoreError
from feedmill.model.artifact import Digest, Published
from feedmill.server.csp import page_policy
from feedmill.server.encode import IDENTITY, encode
from feedmill.server.media import is_page
from feedmill.store import Bodies

Key = tuple[Digest, str]
"""A document's digest and a content coding."""


class Superseded(StoreError):
    """The store has another document than this generation names: a newer pass is being published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is known of a document in one coding, kept longer than its bytes: enough for a 304.

    `etag` has its quotes and is made from the bytes sent, since builds of zlib differ.
    `policy` is a page's content security policy, "" for feeds.
    """

    etag: bytes
    size: int
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A form with its bytes."""

    form: Form
    body: bytes


def load(bodies: Bodies, record: Published, coding: str) -> Loaded:
    """Read and encode one document; blocking, for a thread.

    Raises:
        Superseded: the document is missing, or not the one that `record` names.
    """
    body = bodies(record.path, record.digest)
    if body is None:
        raise Superseded(record.path)
    policy = page_policy(body) if is_page(record.form) else ""
    sent = encode(body, coding)
    tag = record.digest if coding == IDENTITY else hashlib.blake2b(sent, digest_size=16).hexdigest()
    return Loaded(form=Form(etag=f'"{tag}"'.encode(), size=len(sent), policy=policy), body=sent)


class DocumentCache:
    """A bounded cache by content: an unchanged document stays, whatever generation names it.

    Only the loop's thread touches it. Forms are bounded by number, bodies by bytes; the least
    recently used go first.
    """

    def __init__(self, max_bytes: int, max_forms: int = 1 << 16) -> None:
        self.max_bytes = max_bytes
        self.max_forms = max_forms
        self.bytes = 0
        self._forms: OrderedDict[Key, Form] = OrderedDict()
        self._bodies: OrderedDict[Key, bytes] = OrderedDict()

    def form(self, key: Key) -> Form | None:
        """Return what is known of a document in a coding, if it was ever loaded."""
        return self._forms.get(key)

    def body(self, key: Key) -> bytes | None:
        """Return the bytes, if they are still here."""
        body = self._bodies.get(key)
        if body is not None:
            self._bodies.move_to_end(key)
        return body

    def keep(self, key: Key, loaded: Loaded) -> None:
        """Remember a loaded document, and forget what has been longest unused."""
        self._forms[key] = loaded.form
        if len(self._forms) > self.max_forms:
            self._forms.popitem(last=False)
        if key in self._bodies:
            return
        self._bodies[key] = loaded.body
        self.bytes += len(loaded.body)
        while self.bytes > self.max_bytes and len(self._bodies) > 1:
            _, dropped = self._bodies.popitem(last=False)
            self.bytes -= len(dropped)
