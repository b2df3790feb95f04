"""The operator's listener: status page, metrics, rebuild. Only the token opens it, never an address."""

from __future__ import annotations

import ipaddress
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Protocol
from urllib.parse import parse_qs

from feedmill.errors import FeedmillError, GuardHeld
from feedmill.model.settings import AdminSettings
from feedmill.server import admin_page
from feedmill.server.app import Origin, Receive, Send, fold
from feedmill.server.auth import SESSION_SECONDS, Auth
from feedmill.server.metrics import Traffic, Value, exposition
from feedmill.server.response import Answer, Fields, head_bytes, http_date

logger = logging.getLogger(__name__)

COOKIE = "feedmill_session"
MAX_FORM = 8192

_TRUE = frozenset({"1", "on", "true", "yes"})


class AdminView(Protocol):
    """What the operator's page shows and may ask for; the runtime implements it.

    `status` and `metrics` are called in the loop's thread: they must be quick and safe there.
    """

    def status(self) -> Mapping[str, Any]:
        """Return the document of `status --json`, and `passes`: the last passes, oldest first."""

    def metrics(self) -> Mapping[str, Value]:
        """Return numbers by the names in `metrics.FAMILIES`; a mapping is by the family's label."""

    async def rebuild(self, *, full: bool, force: bool) -> Mapping[str, Any]:
        """Run a pass and return its report, as `rebuild --json` prints it.

        Raises:
            FeedmillError: the pass failed; the message is for the operator.
        """


class Admin:
    """An ASGI application. `origin` is where traffic and readers are read from."""

    def __init__(
        self,
        view: AdminView,
        token: str,
        settings: AdminSettings,
        *,
        origin: Origin | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.traffic = Traffic()
        self._view = view
        self._door = Auth(token, clock)
        self._own_host = settings.host.strip("[]").lower()
        self._loopback = _is_loopback(self._own_host)
        self._origin = origin

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        assert scope["type"] == "http", scope["type"]
        request = _Request(scope, receive)
        answer = await self._answer(request)
        self.traffic.count(answer.status, len(answer.head) + len(answer.body))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers()})
        body = b"" if request.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, request: _Request) -> Answer:
        routes: dict[str, tuple[str, Callable[[_Request], Awaitable[Answer]]]] = {
            "/": ("GET, HEAD", self._home),
            "/-": ("GET, HEAD", self._home),
            "/metrics": ("GET, HEAD", self._metrics),
            "/-/": ("GET, HEAD", self._page),
            "/-/status": ("GET, HEAD", self._status),
            "/-/login": ("POST", self._login),
            "/-/logout": ("POST", self._logout),
            "/-/rebuild": ("POST", self._rebuild),
        }
        if not self._expected_host(request):
            return _text(421, "Ask by address (127.0.0.1), by localhost or by the name in admin.host.")
        found = routes.get(request.path)
        if found is None:
            return _text(404, "There is nothing here.")
        allowed, handler = found
        if request.method not in allowed.split(", "):
            return _text(405, f"Only {allowed} here.", {"allow": allowed})
        return await handler(request)

    def _expected_host(self, request: _Request) -> bool:
        """Refuse names that are not ours: a page on the web can point its name at this address.

        /metrics is told by name where it listens beyond loopback, as Prometheus asks for it.
        """
        host = request.host
        if host == "localhost" or host == self._own_host or _is_address(host):
            return True
        return request.path == "/metrics" and not self._loopback

    # What anybody may ask

    async def _home(self, request: _Request) -> Answer:
        return _redirect("-/")

    async def _metrics(self, request: _Request) -> Answer:
        values = dict(self._view.metrics())
        if self._origin is not None:
            values.update(self._origin.metrics())
        return _answer(200, exposition(values), "text/plain; version=0.0.4; charset=utf-8")

    async def _login(self, request: _Request) -> Answer:
        if refused := _from_elsewhere(request):
            return refused
        form = await request.form()
        if form is None:
            return _text(413, "The form is too large.")
        return self._enter(form.get("token", ""), "./")

    # What takes the token

    async def _page(self, request: _Request) -> Answer:
        if "token" in request.query:
            return self._enter(request.query["token"], "./")
        session = self._session(request)
        refused = None if session else self._bearer(request)
        if refused is not None:
            wrong = "wrong" in request.query
            page = admin_page.login_page(wrong=wrong)
            return _answer(refused.status, page, "text/html; charset=utf-8", _gate_fields(refused))
        subscribers = self._origin.subscribers() if self._origin else {}
        readers = self._origin.readers.by_reader() if self._origin else {}
        page = admin_page.status_page(
            self._view.status(),
            traffic=self._origin.traffic if self._origin else Traffic(),
            subscribers=subscribers,
            readers=readers,
            form_token=self._door.form_token(session) if session else "",
        )
        return _answer(200, page, "text/html; charset=utf-8")

    async def _status(self, request: _Request) -> Answer:
        return self._refusal(request) or _json(200, self._view.status())

    async def _rebuild(self, request: _Request) -> Answer:
        session = self._session(request)
        form = await request.form()
        if form is None:
            return _text(413, "The form is too large.")
        if session:
            # A cookie is sent by the browser, whoever made it ask: demand our page's form token too.
            if refused := _from_elsewhere(request):
                return refused
            if not self._door.is_form_token(session, form.get("form_token", "")):
                return _json(
                    403, {"error": "the form is not from this page, or the page is old: load it again"}
                )
        elif refused := self._bearer(request):
            return refused
        try:
            report = await self._view.rebuild(
                full=form.get("full", "").lower() in _TRUE, force=form.get("force", "").lower() in _TRUE
            )
        except GuardHeld as error:
            return _json(409, {"error": str(error)})
        except FeedmillError as error:
            return _json(503, {"error": str(error)})
        if session and request.wants_html:
            return _redirect("./")
        return _json(200, report)

    async def _logout(self, request: _Request) -> Answer:
        session = self._session(request)
        form = await request.form()
        if session and form is not None and self._door.is_form_token(session, form.get("form_token", "")):
            self._door.close_session(session)
        return _redirect("./", {"set-cookie": _cookie("", 0)})

    # The door

    def _enter(self, token: str, location: str) -> Answer:
        """Turn the token into a session and leave the address that carried it."""
        if not self._door.knows(token):
            wait = self._door.brake()
            return _busy(wait) if wait else _redirect(location + "?wrong")
        return _redirect(location, {"set-cookie": _cookie(self._door.open_session(), SESSION_SECONDS)})

    def _session(self, request: _Request) -> str | None:
        session = request.cookie
        return session if session and self._door.has_session(session) else None

    def _refusal(self, request: _Request) -> Answer | None:
        return None if self._session(request) else self._bearer(request)

    def _bearer(self, request: _Request) -> Answer | None:
        """Return None for the right token in Authorization, else the refusal."""
        scheme, _, given = request.fields.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            if self._door.knows(given.strip()):
                return None
            if wait := self._door.brake():
                return _busy(wait)
        return _text(
            401,
            "The token is needed: `feedmill status` prints it.",
            {"www-authenticate": 'Bearer realm="feedmill"'},
        )


class _Request:
    """What handlers need of an ASGI request."""

    def __init__(self, scope: dict[str, Any], receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.fields: Fields = fold(scope["headers"])
        self._query: bytes = scope["query_string"]
        self._receive = receive

    @property
    def query(self) -> dict[str, str]:
        return _pairs(self._query)

    @property
    def host(self) -> str:
        """The Host without its port, lower-cased, an IPv6 address without brackets."""
        host = self.fields.get(b"host", b"").decode("latin-1").lower()
        if host.startswith("["):
            return host[1:].partition("]")[0]
        return host.partition(":")[0]

    @property
    def cookie(self) -> str | None:
        try:
            jar = SimpleCookie(self.fields.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return None
        return jar[COOKIE].value if COOKIE in jar else None

    @property
    def wants_html(self) -> bool:
        return b"text/html" in self.fields.get(b"accept", b"")

    async def form(self) -> dict[str, str] | None:
        """Return the form's fields, or None when it is too large. A client that leaves sends nothing."""
        body = b""
        while True:
            message = await self._receive()
            body += message.get("body", b"")
            if len(body) > MAX_FORM:
                return None
            if message["type"] != "http.request" or not message.get("more_body", False):
                return _pairs(body)


def _pairs(encoded: bytes) -> dict[str, str]:
    try:
        found = parse_qs(
            encoded.decode("latin-1"), keep_blank_values=True, max_num_fields=20, errors="replace"
        )
    except ValueError:
        return {}
    return {name: values[-1] for name, values in found.items()}


def _from_elsewhere(request: _Request) -> Answer | None:
    """Refuse a form that another site sent (the browser says so)."""
    site = request.fields.get(b"sec-fetch-site", b"same-origin")
    origin = request.fields.get(b"origin", b"null").decode("latin-1").lower()
    host = request.fields.get(b"host", b"").decode("latin-1").lower()
    # Our pages send no Referer, and browsers then write "Origin: null": the form token decides.
    if site not in (b"same-origin", b"none") or origin not in ("null", f"http://{host}", f"https://{host}"):
        return _json(403, {"error": "this request comes from another site"})
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _cookie(session: str, seconds: int) -> str:
    return f"{COOKIE}={session}; Max-Age={seconds}; Path=/-/; HttpOnly; SameSite=Strict"


def _answer(status: int, body: bytes, media: str, extra: Mapping[str, str] | None = None) -> Answer:
    page = media.startswith("text/html")
    lines = {
        "date": http_date(int(time.time())),
        "content-type": media,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": admin_page.POLICY if page else "default-src 'none'",
        **(extra or {}),
    }
    return Answer(status, head_bytes(status, lines), body)


def _text(status: int, message: str, extra: Mapping[str, str] | None = None) -> Answer:
    return _answer(status, f"{message}\n".encode(), "text/plain; charset=utf-8", extra)


def _json(status: int, document: Mapping[str, Any]) -> Answer:
    body = json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
    return _answer(status, body + b"\n", "application/json; charset=utf-8")


def _redirect(location: str, extra: Mapping[str, str] | None = None) -> Answer:
    return _text(303, "See there.", {"location": location, **(extra or {})})


def _busy(wait: int) -> Answer:
    return _text(429, "Too many wrong tokens; wait a little.", {"retry-after": str(wait)})


def _gate_fields(refused: Answer) -> dict[str, str]:
    kept = (b"www-authenticate", b"retry-after")
    return {name.decode(): value.decode("latin-1") for name, value in refused.headers() if name in kept}
