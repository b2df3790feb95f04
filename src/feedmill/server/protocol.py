"""The protocol: uvicorn's for httptools, with the defences that it lacks and a path without tasks."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NoReturn

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feedmill.server.connections import Connections
from feedmill.server.response import SAFE_METHODS, Answer, plain

logger = logging.getLogger(__name__)

_AUTHORITY = rb"(?:\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z._~!$&'()*+,;=%-]{1,255})(?::[0-9]{0,5})?"
_HOST = re.compile(_AUTHORITY)
_ABSOLUTE = re.compile(rb"https?://" + _AUTHORITY + rb"(?=[/?]|\Z)", re.IGNORECASE)
_UNKNOWN_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [\x21-\x7e]+ HTTP/1\.[01]\r\n")


class _Refused(Exception):
    """Raised in a parser's callback to stop it; the answer is already decided."""


class _Transport:
    """A connection's transport that drops what is written to a client that has gone.

    Pipelined answers are written one after the other; the loop's own transport raises for each of them once
    the client has closed, and every raise would be a traceback in the log.
    """

    def __init__(self, transport: asyncio.Transport, gone: Callable[[], None]) -> None:
        self._transport = transport
        self._gone = gone

    def write(self, data: bytes) -> None:
        """Write, where somebody is still there."""
        if self._is_open():
            self._transport.write(data)

    def writelines(self, parts: Iterable[bytes]) -> None:
        """Write, where somebody is still there."""
        if self._is_open():
            self._transport.writelines(parts)

    def write_eof(self) -> None:
        """Close our side, where it is open."""
        if self._is_open():
            self._transport.write_eof()

    def _is_open(self) -> bool:
        if self._transport.is_closing():
            self._gone()
            return False
        return True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class GuardedProtocol(HttpToolsProtocol):
    """One connection. A subclass with its `gate` serves one listener.

    What uvicorn does not: a time limit for receiving a request, limits on target, header fields
    and body, exactly one valid Host, absolute-form targets, the parser without leniency, an end for
    clients that do not read, and room for new connections when all places are taken.

    A request that `gate.answer` can answer at once is answered inside the parser's callback; any
    other becomes a task of the ASGI application, by uvicorn's own code, which also keeps
    pipelined requests in order.
    """

    gate: ClassVar[Connections]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False  # a line per request would keep what readers ask for
        self.parser = httptools.HttpRequestParser(self)  # without uvicorn's leniency
        # By the gate's clock: since when we wait for the client, lead it out, or write to it.
        self.waiting_since = 0.0
        self._leaving_since: float | None = None
        self._writing_since: float | None = None
        self._moved_since = 0.0
        self._unsent = 0
        self._known = False
        self._deaf = False
        # The request that is being received.
        self._receiving = False
        self._at_once = False
        self._in_head = False
        self._late_bytes = 0
        self._head_size = 0
        self._body_left = 0
        self._has_body = False
        self._version = ""
        self._refusal = 0
        self._fields: dict[bytes, bytes] = {}
        self._pairs: list[tuple[bytes, bytes]] = []

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Enter the gate."""
        super().connection_made(_Transport(transport, self.gate.note_departure))  # type: ignore[arg-type]
        self.gate.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the gate."""
        self.gate.forget(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client may say that it has asked all it will ask, and still wait for the answer."""
        if not self._busy or self._leaving_since is not None:
            return False
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what it or a limit refuses ends the connection."""
        if self._deaf:
            return
        begun = self._in_head
        try:
            while data:
                try:
                    self.parser.feed_data(data)
                    break
                except httptools.HttpParserUpgrade as upgrade:
                    data = data[upgrade.args[0] :]  # we speak nothing else: answered as HTTP/1.1
        except httptools.HttpParserInvalidMethodError:
            unknown = not begun and _UNKNOWN_METHOD.match(data)
            self._refuse(405 if unknown else 400)
        except httptools.HttpParserError:
            self._refuse(self._refusal or 400, self.parser.get_method())
        else:
            if begun and self._in_head:
                # The parser keeps a field to itself until its end, so bytes are counted too.
                self._late_bytes += len(data)
                limits = self.gate.limits
                if self._late_bytes > limits.target + limits.head + 4 * limits.fields:
                    self._refuse(431, self.parser.get_method())

    # The parser's callbacks

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.url = b""
        self._fields = {}
        self._pairs = []
        self._head_size = self._late_bytes = 0
        self._in_head = self._receiving = True
        self._at_once = False
        self.waiting_since = self.gate.now

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self.url += url
        if len(self.url) > self.gate.limits.target:
            self._stop(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header field."""
        name = name.lower()
        self._pairs.append((name, value))
        self._head_size += len(name) + len(value)
        if self._head_size > self.gate.limits.head:
            self._stop(431)
        fields = self._fields
        if name in fields:
            if name == b"host":
                self._stop(400)
            value = fields[name] + b", " + value
        fields[name] = value

    def on_headers_complete(self) -> None:
        """Check the head, and answer at once where that is possible."""
        self._in_head = False
        gate, fields = self.gate, self._fields
        if len(self._pairs) > gate.limits.fields:
            self._stop(431)
        self._version = self.parser.get_http_version()
        if self._version != "1.1" and self._version != "1.0":
            self._stop(400)
        self._check_host(fields.get(b"host"))
        if self.url[:1] != b"/":
            self.url = self._origin_form(self.url)
        self._has_body = b"content-length" in fields or b"transfer-encoding" in fields
        if self._has_body:
            self._check_body()
        if gate.answer is not None and not self._busy and not self.flow.write_paused:
            answer = self._try_at_once()
            if answer is not None:
                self._at_once = True
                self._send(answer)
                return
        self._hand_over()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body that the application may want."""
        self._body_left -= len(body)
        if self._body_left < 0:
            self._stop(413)
        if not self._at_once:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._receiving = False
        self._known = True
        if not self._at_once:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """An application's answer is out; uvicorn then begins the next pipelined request."""
        super().on_response_complete()
        self._unset_keepalive_if_required()  # the gate's sweep does this, without a timer each
        self.waiting_since = self.gate.now

    # Answering

    @property
    def _busy(self) -> bool:
        """Is the application still making an answer?"""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _try_at_once(self) -> Answer | None:
        assert self.gate.answer is not None
        method = self.parser.get_method()
        try:
            return self.gate.answer(method, self.url, self._fields)
        except Exception:
            logger.exception("a request failed")
            return self.gate.count(plain(500, self.gate.second(), method=method))

    def _send(self, answer: Answer) -> None:
        """Write an answer. A body that nobody reads ends the connection, as does HTTP/1.0."""
        if self._has_body or self._version != "1.1" or not self.parser.should_keep_alive():
            self.transport.writelines((answer.head[:-2], b"connection: close\r\n\r\n", answer.body))
            self._leave()
        elif answer.body:
            self.transport.writelines((answer.head, answer.body))
        else:
            self.transport.write(answer.head)

    def _hand_over(self) -> None:
        """Let uvicorn make a task of the request: it builds the scope, and queues pipelined ones."""
        target = self.url
        super().on_message_begin()
        self.url = target
        self.headers.extend(self._pairs)
        self.expect_100_continue = self._fields.get(b"expect", b"").lower() == b"100-continue"
        super().on_headers_complete()
        if self._has_body and self.gate.answer is not None:
            self.cycle.keep_alive = False  # as in `_send`

    # Refusing

    def _check_host(self, host: bytes | None) -> None:
        """Demand exactly one valid Host; HTTP/1.0 may go without (RFC 9112, 3.2)."""
        if host is None:
            if self._version != "1.0":
                self._stop(400)
        elif not _HOST.fullmatch(host):
            self._stop(400)

    def _check_body(self) -> None:
        """Refuse a body that is too large, or whose end not everybody would see at the same place."""
        self._body_left = self.gate.limits.body
        coding = self._fields.get(b"transfer-encoding")
        if coding is not None and (coding.lower() != b"chunked" or self._version == "1.0"):
            self._stop(400)
        if int(self._fields.get(b"content-length", b"0")) > self._body_left:
            self._stop(413)

    def _origin_form(self, target: bytes) -> bytes:
        """Return an absolute-form target (RFC 9112, 3.2.2) without scheme and authority."""
        found = _ABSOLUTE.match(target)
        if found is None:
            self._stop(405 if target == b"*" else 400)
        rest = target[found.end() :]
        return rest if rest.startswith(b"/") else b"/" + rest

    def _stop(self, status: int) -> NoReturn:
        self._refusal = status
        raise _Refused

    def _refuse(self, status: int, method: bytes = b"GET") -> None:
        """Say why, and lead the client out; answers still being made go out first, and none after them.

        `method`: of what is refused, where it is known; HEAD gets no body (RFC 9110, 9.3.2).
        """
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = True
        # An application that waits for the body of its request makes no answer: it hears of the end.
        starved = self._receiving and not self._in_head and not self.pipeline
        if self._busy and not starved:
            self.cycle.keep_alive = False
            return
        extra = {"connection": "close", **({"allow": SAFE_METHODS} if status == 405 else {})}
        answer = self.gate.count(plain(status, self.gate.second(), method=method, extra=extra))
        self.transport.writelines((answer.head, answer.body))
        self._leave()

    def _leave(self) -> None:
        """Close our side and let the client read on: to close over unread bytes would cut the answer off."""
        self._leaving_since = self.gate.now
        self._deaf = True
        self._receiving = False
        self.transport.write_eof()

    # Time

    @property
    def idle(self) -> bool:
        """Do we owe this client nothing?"""
        return not self._busy and not self.transport.get_write_buffer_size()

    def overdue(self, now: float) -> bool:
        """Has something taken too long? Asked by the gate's sweep."""
        limits = self.gate.limits
        unsent = self.transport.get_write_buffer_size()
        if unsent:
            if self._writing_since is None:
                self._writing_since = now
            if unsent != self._unsent:
                self._unsent, self._moved_since = unsent, now
            slow = now - self._moved_since > limits.stalled_seconds
            return slow or now - self._writing_since > limits.answer_seconds
        self._writing_since, self._unsent = None, 0
        waited = now - self.waiting_since
        if self._receiving and not self.flow.read_paused:
            return waited > limits.request_seconds
        if self._leaving_since is not None:
            return now - self._leaving_since > limits.linger_seconds
        if self._busy:
            return False
        return waited > (limits.idle_seconds if self._known else limits.request_seconds)

    def time_out(self) -> None:
        """End a connection that is overdue: with 408 where half a request has come."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        elif self._receiving:
            self._refuse(408, self.parser.get_method() if self.url else b"GET")
        else:
            self.transport.close()
