"""The desk over HTTP: lists and previews by GET, flags by POST and the way back. Needs no JavaScript."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlencode

from feedmill.errors import FeedmillError
from feedmill.server.admin_http import Form, Request, page, redirect, text
from feedmill.server.admin_templates import POLICY
from feedmill.server.csp import page_policy
from feedmill.server.desk.pages import FRAME_POLICY, Here, Pages
from feedmill.server.desk.port import DeskPort
from feedmill.server.desk.query import Query
from feedmill.server.response import Answer

T = TypeVar("T")

_CHANGED_AT_ONCE = 16
"""Changes that may wait for their passes: nobody's takedown waits for somebody else's."""

_SANDBOX = "sandbox; frame-ancestors 'self'"


class DeskPages:
    """Answers for `/-/desk` and what is below it; who may ask is decided before.

    Nothing is looked up or printed in the loop's thread: readers of feeds are answered there.
    """

    def __init__(self, port: DeskPort) -> None:
        self._port = port
        self._pages = Pages(port)
        self._reading = ThreadPoolExecutor(1, "feedmill-desk")
        self._changing = ThreadPoolExecutor(_CHANGED_AT_ONCE, "feedmill-flags")

    def warm(self) -> None:
        """Have at hand what the first look needs."""
        self._reading.submit(self._pages.warm)

    def close(self) -> None:
        """Take no more work, and let go of what is open."""
        for threads in (self._reading, self._changing):
            threads.shutdown(wait=False, cancel_futures=True)
        self._port.close()

    async def show(self, request: Request, form_token: str, state: str) -> Answer:
        """Answer a GET."""
        here = Here(
            base="../" if request.path.startswith("/-/desk/") else "", form_token=form_token, state=state
        )
        query = request.query
        shown: dict[str, Callable[[], Answer]] = {
            "/-/desk": lambda: self._page(self._pages.seeds(Query.of(query), here, query.get("done"))),
            "/-/desk/": lambda: redirect("../desk"),
            "/-/desk/flag": lambda: redirect("../desk"),  # what only a form asks for, asked for again
            "/-/desk/undo": lambda: redirect("../desk"),
            "/-/desk/seed": lambda: self._page(
                self._pages.seed(
                    query.get("path"), query.get("as"), query.get("back"), here, query.get("done")
                )
            ),
            "/-/desk/frame": lambda: self._frame(query.get("path"), query.get("as")),
            "/-/desk/calendar": lambda: self._page(self._pages.calendar(query.get("month"), here)),
            "/-/desk/problems": lambda: self._page(self._pages.problems(here)),
        }
        answer = shown.get(request.path)
        if answer is None:
            return text(404, "There is nothing here.")
        return await self._run(self._reading, answer)

    async def act(self, request: Request, form: Form, form_token: str, state: str) -> Answer:
        """Answer a POST."""
        if request.path == "/-/desk/flag":
            here = Here(base="../", form_token=form_token, state=state)
            return await self._run(self._changing, partial(self._flag, form, here))
        if request.path == "/-/desk/undo":
            return await self._run(self._changing, partial(self._undo, form))
        return text(404, "There is nothing here.")

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], Answer]) -> Answer:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, work)
        except FeedmillError as error:
            return text(503, str(error))
        except (RuntimeError, asyncio.CancelledError):  # the threads take no more work
            return text(503, "The daemon is stopping.")

    def _page(self, body: bytes | None) -> Answer:
        return page(200, body, POLICY) if body is not None else text(404, "No seed is called so.")

    def _frame(self, path: str, form: str) -> Answer:
        """Return a preview for a frame: nothing in it runs, and nobody else may frame it."""
        if form == "html":
            body = self._port.document(path, "html")
            policy = page_policy(body or b"").replace("frame-ancestors 'none'", _SANDBOX)
        else:
            body, policy = self._pages.entry(path), FRAME_POLICY
        return page(200, body, policy) if body is not None else text(404, "There is nothing to show.")

    # What is changed

    def _flag(self, form: Form, here: Here) -> Answer:
        """Set or clear flags: of the one that a button names, of those ticked, or of all that are found."""
        one = form.get("publish") or form.get("unpublish")
        published = "publish" in form or form.get("do") == "publish"
        if not one and form.get("do") == "none":  # Enter on a tick box, without JavaScript
            return self._back(form, {})
        if not one and form.get("do") not in ("publish", "unpublish"):
            return text(400, "Say what is to be done: publish or unpublish.")
        paths = [one] if one else form.all("path")
        if not one and form.get("scope") == "found":
            paths = self._pages.paths(Query.of(form))
            sure = _fingerprint(paths, published=published)
            if form.get("sure") != sure:
                asked = self._pages.confirm(
                    Query.of(form), here, count=len(paths), sure=sure, published=published
                )
                return page(200, asked, POLICY)
        if not paths:
            return self._back(form, {})
        change = self._port.flip(paths, published=published)
        return self._back(form, {"done": str(change.number)})

    def _undo(self, form: Form) -> Answer:
        given = form.get("change")
        change = self._port.undo(int(given)) if re.fullmatch("[0-9]{1,9}", given) else None
        return self._back(form, {"done": str(change.number)} if change is not None else {})

    def _back(self, form: Form, added: dict[str, str]) -> Answer:
        """Return the way to the page that the form was on."""
        if seed := form.get("seed"):
            fields = {"path": seed, "as": form.get("as"), "back": form.get("back"), **added}
            return redirect("seed?" + urlencode({name: value for name, value in fields.items() if value}))
        fields = {**Query.of(form).fields(), **added}
        return redirect("../desk" + (f"?{urlencode(fields)}" if fields else ""))


def _fingerprint(paths: Iterable[str], *, published: bool) -> str:
    """Return what one is sure of: that this is done to these seeds, and to no others."""
    named = "\0".join((str(published), *sorted(paths)))
    return sha256(named.encode("utf-8", "backslashreplace")).hexdigest()
