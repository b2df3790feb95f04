"""The origin: published documents over HTTP, from one generation at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from posixpath import splitext
from typing import Any

from feedmill.model.artifact import Generation, Published
from feedmill.model.instant import Instant, to_seconds
from feedmill.model.settings import ServerSettings
from feedmill.server.audience import opens_in_a_browser
from feedmill.server.conditional import Outcome, evaluate
from feedmill.server.documents import DocumentCache, Superseded, load
from feedmill.server.encode import IDENTITY, SMALL, choose
from feedmill.server.media import NO_HUBS, Discovery, is_styled
from feedmill.server.metrics import Traffic, Value
from feedmill.server.resolve import (
    BadTarget,
    Found,
    Gone,
    Missing,
    Moved,
    Resolution,
    Suspended,
    parse_path,
    resolve,
)
from feedmill.server.response import BY_AUDIENCE, SAFE_METHODS, Answer, Fields, page, plain
from feedmill.server.serving import MAX_CACHED, Serving
from feedmill.server.subscribers import Readers, Readership
from feedmill.server.variant import Freshness, Variant
from feedmill.store import Bodies

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

_HUB = b"/hub"
_CACHE_BYTES = 64 << 20
_ATTEMPTS = 3  # a cache too small for what is asked at once may drop a document again
_RETRY = 0.005  # seconds between two looks for the next generation


Door = Callable[[str, bytes], Awaitable[tuple[int, str]]]
"""Takes the content type and body of a request to the hub; returns a status and a sentence."""


class Origin:
    """An ASGI application that serves one `Generation`, its bytes out of the store (`bodies`).

    `answer` is the same without ASGI: our protocol calls it from the parser, so that a request
    costs no task. Everything but `install`, `configure` and `set_ready` belongs to the loop's thread.
    """

    def __init__(
        self,
        bodies: Bodies,
        settings: ServerSettings,
        clock: Callable[[], Instant],
        *,
        discovery: Discovery = NO_HUBS,
        door: Door | None = None,
        patience: timedelta = timedelta(seconds=2),
    ) -> None:
        self.traffic = Traffic()
        self.readers = Readers()
        self._bodies = bodies
        self._clock = clock
        self._patience = patience.total_seconds()
        self._documents = DocumentCache(_CACHE_BYTES)
        self._pool: ThreadPoolExecutor | None = None
        self._loading: dict[tuple[str, str], asyncio.Future[None]] = {}
        self._serving: Serving | None = None
        self._healthy = True
        self._freshness = _freshness(settings)
        self._discovery = discovery
        self._door = door

    def install(self, generation: Generation) -> None:
        """Serve `generation` from the next request on; one assignment, from any thread."""
        self._serving = Serving(generation, self._freshness, self._discovery)

    def configure(self, settings: ServerSettings, discovery: Discovery = NO_HUBS) -> None:
        """Use other settings for freshness and hubs from the next request on; from any thread."""
        self._freshness, self._discovery = _freshness(settings), discovery
        if self._serving is not None:
            self.install(self._serving.generation)

    def set_ready(self, healthy: bool) -> None:
        """Tell `/readyz` whether the last pass succeeded; from any thread."""
        self._healthy = healthy

    @property
    def ready(self) -> bool:
        """Is a generation installed and the last pass not failing?"""
        return self._serving is not None and self._healthy

    def subscribers(self) -> dict[str, int]:
        """Return the subscribers that readers named, by published feed, most first."""
        documents = self._serving.generation.documents if self._serving else {}
        feeds = {splitext(path)[0] for path in documents}
        return {feed: n for feed, n in self.readers.by_feed().items() if feed in feeds}

    def readership(self) -> Readership:
        """Return what was answered, and to whom, for the operator."""
        return Readership(self.traffic, self.subscribers(), self.readers.by_reader())

    def metrics(self) -> dict[str, Value]:
        """Return what was counted, under the names of `metrics.FAMILIES`."""
        return {
            "feedmill_ready": float(self.ready),
            "feedmill_http_cache_bytes": self._documents.bytes,
            **self.traffic.values(),
            "feedmill_subscribers": self.subscribers(),
        }

    def close(self) -> None:
        """Give back the threads; a later request starts them anew."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def answer(
        self, method: bytes, target: bytes, fields: Fields, serving: Serving | None = None
    ) -> Answer | None:
        """Answer a request at once, or return None when a document has to be read first.

        `target` is in origin form, as it was sent; its query is ignored. `serving` is the
        generation that a document was read for, if not the present one.
        """
        now = self._clock()
        if method != b"GET" and method != b"HEAD":
            if self._door is not None and target.partition(b"?")[0] == _HUB:
                return None if method == b"POST" else self._only_post(method, to_seconds(now))
            return self._told(plain(405, to_seconds(now), method=method, extra={"allow": SAFE_METHODS}))
        serving = serving or self._serving
        variant = serving.hot_variant(target, fields) if serving else None
        if variant is None:
            found = self._find(serving, method, target, fields, to_seconds(now))
            if not isinstance(found, Variant):
                return found
            variant = found
        if not variant.since <= now < variant.until:
            variant.tell(now)
        outcome = evaluate(fields, variant.etag, variant.modified, dated=variant.dated)
        traffic = self.traffic
        if outcome is Outcome.NOT_MODIFIED:
            answer = variant.not_modified
        elif outcome is Outcome.FAILED:
            return self._told(plain(412, to_seconds(now), method=method))
        else:
            answer = variant.without_body
            if method == b"GET":
                body = self._documents.body(variant.key)
                if body is None:
                    return None
                answer = Answer(200, answer.head, body, variant.coding)
                traffic.bytes_sent += variant.size
            traffic.codings[variant.coding] += 1
        traffic.statuses[answer.status] += 1
        traffic.bytes_sent += len(answer.head)
        agent = fields.get(b"user-agent")
        if agent is not None:
            self.readers.note(variant.feed, variant.suffix, agent)
        return answer

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        assert scope["type"] == "http", scope["type"]
        method = scope["method"].encode("latin-1")
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        fields = fold(scope["headers"])
        answer = self.answer(method, target, fields)
        if answer is None and method == b"POST":
            answer = await self._subscribe(fields, receive)
        for _ in range(_ATTEMPTS):
            if answer is not None:
                break
            serving = await self._fetch(target, fields)
            if serving is None:
                break
            # From the generation it was read for: when passes follow each other closely, the
            # present one may be another by now.
            answer = self.answer(method, target, fields, serving)
        if answer is None:
            answer = self._told(
                plain(503, to_seconds(self._clock()), method=method, extra={"retry-after": "1"})
            )
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers()})
        await send({"type": "http.response.body", "body": answer.body})

    def _only_post(self, method: bytes, second: int) -> Answer:
        message = "Subscribers POST to this address: https://www.w3.org/TR/websub/"
        return self._told(plain(405, second, method=method, message=message, extra={"allow": "POST"}))

    async def _subscribe(self, fields: Fields, receive: Receive) -> Answer:
        """Hand a request to the hub, whose work is done elsewhere; its body is bounded by our limits."""
        assert self._door is not None
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":  # it left before it had said everything
                return self._told(plain(400, to_seconds(self._clock())))
            body += message.get("body", b"")
            more = bool(message.get("more_body"))
        content_type = fields.get(b"content-type", b"").decode("latin-1")
        status, reason = await self._door(content_type, body)
        extra = {"retry-after": "10"} if status == 503 else {}
        return self._told(plain(status, to_seconds(self._clock()), message=reason, extra=extra))

    async def _fetch(self, target: bytes, fields: Fields) -> Serving | None:
        """Read what `answer` lacked; None: it could not be had within our patience (503).

        While a newer pass is being published the file on disk is ahead of the generation served:
        the next generation then comes within moments.
        """
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            serving = self._serving
            wanted = self._wanted(serving, target, fields)
            if serving is None or wanted is None:
                return serving
            record, coding = wanted
            try:
                await self._load(record, coding)
                return serving
            except TimeoutError:
                logger.warning("%s: reading takes too long", record.path)
                return None
            except Superseded:
                while self._serving is serving:
                    if asyncio.get_running_loop().time() > deadline:
                        logger.warning("%s is not the document that was published", record.path)
                        return None
                    await asyncio.sleep(_RETRY)

    def _told(self, answer: Answer) -> Answer:
        self.traffic.count(answer.status, len(answer.head) + len(answer.body))
        return answer

    def _find(
        self, serving: Serving | None, method: bytes, target: bytes, fields: Fields, second: int
    ) -> Variant | Answer | None:
        """Work out what a target names: a variant, a whole answer, or None where it must be loaded."""
        try:
            path = parse_path(target)
        except BadTarget:
            return self._told(plain(400, second, method=method))
        if path in ("healthz", "readyz"):
            return self._told(self._state(path, method, second))
        if self._door is not None and target.partition(b"?")[0] == _HUB:
            return self._only_post(method, second)
        if serving is None:
            return self._told(plain(503, second, method=method, extra={"retry-after": "1"}))
        freshness = serving.surroundings.freshness
        match resolve(path, serving.generation):
            case Found(record=record):
                coding = self._coding(record, fields)
                if coding is None:
                    return self._told(plain(406, second, method=method))
                return self._variant(serving, record, coding, target, fields)
            case Moved(location=location, permanent=permanent):
                status, message = (301, "Moved for good.") if permanent else (302, "Its page is elsewhere.")
                extra = {"location": location}
                cache = freshness.of_redirects
                return self._told(
                    plain(status, second, method=method, message=message, cache=cache, extra=extra)
                )
            case Suspended():
                return self._told(plain(503, second, method=method, extra={"retry-after": "1"}))
            case Gone() | Missing() as found:
                return self._nothing(serving, found, method, fields, second)

    def _nothing(
        self, serving: Serving, found: Resolution, method: bytes, fields: Fields, second: int
    ) -> Answer | None:
        """Answer 404 or 410: with the site's own page where a person asks, else with a line of text."""
        status, record = serving.page_of(found, fields)
        coding = self._coding(record, fields) if record is not None else None
        cache = serving.surroundings.freshness.of_errors
        if record is None or coding is None:
            extra = {"vary": BY_AUDIENCE} if serving.has_page(status) else {}
            return self._told(plain(status, second, method=method, cache=cache, extra=extra))
        key = (record.digest, coding)
        form, body = self._documents.form(key), self._documents.body(key)
        if form is None or body is None:
            return None
        lines = {"cache-control": cache, "content-security-policy": form.policy}
        if coding != IDENTITY:
            lines["content-encoding"] = coding
        return self._told(page(status, second, body, method=method, lines=lines))

    def _state(self, path: str, method: bytes, second: int) -> Answer:
        if path == "healthz" or self.ready:
            return plain(200, second, method=method, message="ok")
        return plain(503, second, method=method, message="not ready", extra={"retry-after": "1"})

    def _coding(self, record: Published, fields: Fields) -> str | None:
        choice = choose(fields.get(b"accept-encoding"))
        return IDENTITY if record.size < SMALL and choice.plain else choice.coding

    def _variant(
        self, serving: Serving, record: Published, coding: str, target: bytes, fields: Fields
    ) -> Variant | None:
        opened = is_styled(record.form, serving.generation.documents) and opens_in_a_browser(fields)
        variant = serving.variants.get((record.path, coding, opened))
        if variant is None:
            form = self._documents.form((record.digest, coding))
            if form is None:
                return None
            if len(serving.variants) >= MAX_CACHED:
                serving.variants.clear()
            variant = Variant(
                record,
                coding,
                form,
                serving.surroundings,
                opened=opened,
            )
            serving.variants[(record.path, coding, opened)] = variant
        serving.keep(target, fields, variant)
        return variant

    def _wanted(self, serving: Serving | None, target: bytes, fields: Fields) -> tuple[Published, str] | None:
        """The document and coding that a request still lacks, or None if it lacks nothing."""
        if serving is None:
            return None
        found = resolve(parse_path(target), serving.generation)
        if isinstance(found, Gone | Missing):
            record = serving.page_of(found, fields)[1]
        else:
            record = found.record if isinstance(found, Found) else None
        coding = self._coding(record, fields) if record is not None else None
        if record is None or coding is None:
            return None
        lacking = self._documents.body((record.digest, coding)) is None
        return (record, coding) if lacking else None

    async def _load(self, record: Published, coding: str) -> None:
        """Load one document in one coding, once for all who wait for it."""
        key = (record.digest, coding)
        under_way = self._loading.get(key)
        if under_way is None:
            under_way = asyncio.ensure_future(self._read(record, coding))
            self._loading[key] = under_way
            under_way.add_done_callback(lambda done: self._loaded(key, done))
        # Shielded: who gives up must not take the document from the others.
        await asyncio.wait_for(asyncio.shield(under_way), self._patience)

    def _loaded(self, key: tuple[str, str], done: asyncio.Future[None]) -> None:
        del self._loading[key]
        if not done.cancelled():
            done.exception()  # heard here, even when nobody waits any more

    async def _read(self, record: Published, coding: str) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="feedmill-http")
        loop = asyncio.get_running_loop()
        loaded = await loop.run_in_executor(self._pool, load, self._bodies, record, coding)
        self._documents.keep((record.digest, coding), loaded)


def fold(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return ASGI's header pairs as `Fields`."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


def _freshness(settings: ServerSettings) -> Freshness:
    return Freshness(
        max_age=int(settings.max_age.total_seconds()),
        shared_max_age=int(settings.shared_max_age.total_seconds()),
    )
