"""The operator's listener: status page, desk, metrics, rebuild. Only the token opens it, never an address."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from feedmill.errors import FeedmillError, GuardHeld
from feedmill.model.host import is_loopback
from feedmill.model.settings import AdminSettings
from feedmill.server import admin_page
from feedmill.server.admin_http import Form, Request, document, page, plain, redirect, session_cookie, text
from feedmill.server.app import Origin, Receive, Send
from feedmill.server.auth import SESSION_SECONDS, Auth
from feedmill.server.changes import Changes
from feedmill.server.desk import DeskPages, DeskPort
from feedmill.server.metrics import Traffic, Value
from feedmill.server.response import Answer
from feedmill.server.subscribers import Readership

logger = logging.getLogger(__name__)

_TRUE = frozenset({"1", "on", "true", "yes"})
_NEXT = {"": "./", "desk": "desk"}
"""Where who signs in wanted to go."""


class AdminView(Protocol):
    """What the operator's page shows and may ask for; the daemon implements it.

    `status`, `state` and `metrics` are called in the loop's thread: they must be quick and safe there.
    """

    def status(self) -> Mapping[str, Any]:
        """Return the document of `status --json`, and `passes`: the last passes, oldest first."""

    def state(self) -> str:
        """Return the daemon's state."""

    def metrics(self) -> Mapping[str, Value]:
        """Return numbers by the names in `metrics.FAMILIES`; a mapping is by the family's label."""

    async def rebuild(self, *, full: bool, force: bool) -> Mapping[str, Any]:
        """Run a pass and return its report, as `rebuild --json` prints it.

        Raises:
            FeedmillError: the pass failed; the message is for the operator.
        """


class Admin:
    """An ASGI application. Traffic and readers are read from `origin`; `desk` is what the desk works with."""

    def __init__(
        self,
        view: AdminView,
        token: str,
        settings: AdminSettings,
        *,
        origin: Origin | None = None,
        desk: DeskPort | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.traffic = Traffic()
        self.changes = Changes()
        self._view = view
        self._door = Auth(token, clock)
        self._own_host = settings.host.strip("[]").lower()
        self._loopback = is_loopback(self._own_host)
        self._origin = origin
        self._desk = DeskPages(desk) if desk is not None else None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        assert scope["type"] == "http", scope["type"]
        request = Request(scope, receive)
        answer = await self._answer(request)
        if answer is None:
            self.traffic.count(200, 0)
            await self.changes.follow(receive, send)
            return
        self.traffic.count(answer.status, len(answer.head) + len(answer.body))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers()})
        body = b"" if request.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    def warm(self) -> None:
        """Have at hand what the desk needs, before somebody looks; for any thread."""
        if self._desk is not None:
            self._desk.warm()

    def close(self) -> None:
        """Let go of what the desk reads."""
        if self._desk is not None:
            self._desk.close()

    async def _answer(self, request: Request) -> Answer | None:
        """Return the answer; None: the changes are to be followed."""
        routes: dict[str, tuple[str, Callable[[Request], Awaitable[Answer | None]]]] = {
            "/": ("GET, HEAD", self._home),
            "/-": ("GET, HEAD", self._home),
            "/metrics": ("GET, HEAD", self._metrics),
            "/-/healthz": ("GET, HEAD", self._health),
            "/-/": ("GET, HEAD", self._page),
            "/-/status": ("GET, HEAD", self._status),
            "/-/events": ("GET", self._events),
            "/-/login": ("POST", self._login),
            "/-/logout": ("POST", self._logout),
            "/-/rebuild": ("POST", self._rebuild),
        }
        if not self._expected_host(request):
            return text(421, "Ask by address (127.0.0.1), by localhost or by the name in admin.host.")
        if self._desk is not None and (request.path == "/-/desk" or request.path.startswith("/-/desk/")):
            return await self._at_desk(self._desk, request)
        found = routes.get(request.path)
        if found is None:
            return text(404, "There is nothing here.")
        allowed, handler = found
        if request.method not in allowed.split(", "):
            return text(405, f"Only {allowed} here.", {"allow": allowed})
        return await handler(request)

    def _expected_host(self, request: Request) -> bool:
        """Refuse names that are not ours: a page on the web can point its name at this address.

        /metrics and health are told by name where it listens beyond loopback, as Prometheus asks for them.
        """
        host = request.host
        if host == "localhost" or host == self._own_host or _is_address(host):
            return True
        return request.path in ("/metrics", "/-/healthz") and not self._loopback

    # What anybody may ask

    async def _home(self, request: Request) -> Answer:
        return redirect("-/")

    async def _health(self, request: Request) -> Answer:
        return text(200, "ok")

    async def _metrics(self, request: Request) -> Answer:
        values = dict(self._view.metrics())
        if self._origin is not None:
            values.update(self._origin.metrics())
        return await asyncio.get_running_loop().run_in_executor(None, _exposed, values)

    async def _login(self, request: Request) -> Answer:
        if request.is_from_elsewhere:
            return _foreign()
        form = await request.form()
        if form is None:
            return text(413, "The form is too large.")
        return self._enter(request, form.get("token"), _NEXT.get(form.get("next"), "./"))

    # What takes the token

    async def _page(self, request: Request) -> Answer:
        if "token" in request.query:
            return self._enter(request, request.query.get("token"), "./")
        session = self._session(request)
        if refused := None if session else self._bearer(request):
            return self._gate(request, refused)
        body = admin_page.status_page(
            self._view.status(),
            readership=self._origin.readership() if self._origin else Readership(),
            form_token=self._door.form_token(session) if session else "",
            desk=self._desk is not None,
        )
        return page(200, body, admin_page.POLICY)

    def _gate(self, request: Request, refused: Answer) -> Answer:
        """Ask a person for the token."""
        there = "desk" if request.path.startswith("/-/desk") else ""
        base = "../" if request.path.startswith("/-/desk/") else ""
        body = admin_page.login_page(wrong="wrong" in request.query, base=base, there=there)
        return page(refused.status, body, admin_page.POLICY, _gate_fields(refused))

    async def _status(self, request: Request) -> Answer:
        return self._refusal(request) or document(200, self._view.status())

    async def _events(self, request: Request) -> Answer | None:
        return self._refusal(request)

    async def _at_desk(self, desk: DeskPages, request: Request) -> Answer:
        session, state = self._session(request), self._view.state()
        if request.method == "POST":
            form = await request.form()
            if refused := self._refused_form(request, form):
                return refused
            assert form is not None
            return await desk.act(request, form, self._door.form_token(session) if session else "", state)
        if request.method not in ("GET", "HEAD"):
            return text(405, "Only GET, HEAD and POST here.", {"allow": "GET, HEAD, POST"})
        if refused := None if session else self._bearer(request):
            return self._gate(request, refused)
        return await desk.show(request, self._door.form_token(session) if session else "", state)

    async def _rebuild(self, request: Request) -> Answer:
        form = await request.form()
        if refused := self._refused_form(request, form):
            return refused
        assert form is not None
        try:
            report = await self._view.rebuild(
                full=form.get("full").lower() in _TRUE, force=form.get("force").lower() in _TRUE
            )
        except GuardHeld as error:
            held = self._session(request) and request.wants_html
            return redirect("./") if held else document(409, {"error": str(error)})
        except FeedmillError as error:
            return document(503, {"error": str(error)})
        if self._session(request) and request.wants_html:
            return redirect("./")
        return document(200, report)

    async def _logout(self, request: Request) -> Answer:
        if request.is_from_elsewhere:
            return _foreign()
        session = self._session(request)
        if session is None:
            return redirect("./")
        if refused := self._refused_form(request, await request.form()):
            return refused
        self._door.close_session(session)
        return redirect("./", session_cookie(request.cookie_name, "", 0))

    # The door

    def _enter(self, request: Request, token: str, location: str) -> Answer:
        """Turn the token into a session and leave the address that carried it."""
        if not self._door.knows(token):
            wait = self._door.brake()
            return _busy(wait) if wait else redirect(location + "?wrong")
        session = self._door.open_session()
        return redirect(location, session_cookie(request.cookie_name, session, SESSION_SECONDS))

    def _session(self, request: Request) -> str | None:
        return next(filter(self._door.has_session, request.sessions), None)

    def _refusal(self, request: Request) -> Answer | None:
        return None if self._session(request) else self._bearer(request)

    def _refused_form(self, request: Request, form: Form | None) -> Answer | None:
        """Return None for a form that may be obeyed, else the refusal."""
        if form is None:
            return text(413, "The form is too large.")
        session = self._session(request)
        if session is None:
            return self._bearer(request)
        # A cookie is sent by the browser, whoever made it ask: demand our page's form token too.
        if request.is_from_elsewhere:
            return _foreign()
        if not self._door.is_form_token(session, form.get("form_token")):
            return document(
                403, {"error": "the form is not from this page, or the page is old: load it again"}
            )
        return None

    def _bearer(self, request: Request) -> Answer | None:
        """Return None for the right token in Authorization, else the refusal."""
        scheme, _, given = request.fields.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            if self._door.knows(given.strip()):
                return None
            if wait := self._door.brake():
                return _busy(wait)
        return text(
            401,
            "The token is needed: `feedmill status` prints it.",
            {"www-authenticate": 'Bearer realm="feedmill"'},
        )


def _exposed(values: Mapping[str, Value]) -> Answer:
    """Print metrics, in a thread: the library takes its time when it is imported, and reads /proc."""
    from feedmill.server.exposition import MEDIA_TYPE, exposition

    return plain(200, exposition(values), MEDIA_TYPE)


def _foreign() -> Answer:
    return document(403, {"error": "this request comes from another site"})


def _busy(wait: int) -> Answer:
    return text(429, "Too many wrong tokens; wait a little.", {"retry-after": str(wait)})


def _gate_fields(refused: Answer) -> dict[str, str]:
    kept = (b"www-authenticate", b"retry-after")
    return {name.decode(): value.decode("latin-1") for name, value in refused.headers() if name in kept}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
