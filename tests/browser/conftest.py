"""A site in a folder, served on loopback, and Chromium to look at it; pictures come from the test."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser import sample
from conftest import Require, lacks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

# As root in a closed network: without the last ones Chromium looks up hosts that nobody asked for.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Visit:
    """A page that is open, and what happened on it."""

    page: Page
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sample site."""
    folder = tmp_path_factory.mktemp("site")
    sample.write(folder)
    return folder


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def origin(site: Path) -> Iterator[str]:
    """The address of the sample site, under a prefix that the pages do not know."""
    (site.parent / "prefix").symlink_to(site)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.parent))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/prefix/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium(require: Require) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacks("playwright (pip install -e '.[test]')")
    program = require("chromium", "chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def _fulfil(route: Route) -> None:
    if "broken" in route.request.url:
        route.abort()
    else:
        route.fulfill(content_type="image/svg+xml", body=sample.picture(route.request.url))


@pytest.fixture
def visit(chromium: Browser, origin: str) -> Iterator[Open]:
    """`visit("topics/bread", width=360, color_scheme="dark")` opens a page in a context of its own.

    Other keywords go to Playwright's `new_context`; `at` is another place than the origin; `script`
    runs before the page's own. When the test ends, no page may have complained (CSP, script errors).
    """
    opened: list[Visit] = []

    def start(
        path: str = "index",
        *,
        width: int = 1280,
        height: int = 900,
        at: str = "",
        script: str = "",
        **options: Any,
    ) -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        one = Visit(page)
        opened.append(one)
        page.on("request", lambda request: one.requests.append((request.url, request.headers)))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: one.complaints.append(said.text) if "net::ERR_FAILED" not in said.text else None,
        )
        page.route(re.compile("^https://"), _fulfil)
        page.goto(f"{at or origin}{path}.html", wait_until="load")
        return one

    yield start
    for one in opened:
        one.page.context.close()
    assert [one.complaints for one in opened if one.complaints] == []
