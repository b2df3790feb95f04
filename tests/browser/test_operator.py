"""The operator's page of a running daemon: signing in, rebuilding with a live result, axe, dark, phone."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser.test_reading import axe
from conftest import Start
from feedmill.server.admin_page import status_page
from feedmill.server.subscribers import Readership

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SEED = "---\ntitle: One\nwebUrl: https://x.org/1\npublishedDateTime: 2026-01-01\n---\n"
BROKEN = "---\ntitle: Two\npublishedDateTime: someday\nwebUrl: /two\n---\n"
LATER = "---\ntitle: Three\npublishedDateTime: 2099-01-01\nwebUrl: https://x.org/3\n---\n"


@pytest.fixture
def desk(tmp_path: Path, start_feedmill: Start) -> Iterator[tuple[str, str]]:
    """Address and token of the operator's page of a daemon with a good, a broken and a scheduled seed."""
    (tmp_path / "seeds").mkdir()
    for name, text in (("one.md", SEED), ("two.md", BROKEN), ("three.md", LATER)):
        (tmp_path / "seeds" / name).write_text(text)
    (tmp_path / "config.yaml").write_text("server: {port: 0}\nadmin: {port: 0}\nlog: {format: json}\n")
    process = start_feedmill("run", cwd=tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        found = json.loads(line) if line.startswith("{") else {}
        if found.get("message") == "ready":
            yield found["admin"], (tmp_path / ".feedmill/token").read_text().strip()
            return
    raise AssertionError("the daemon ended before it was ready")


def test_without_the_token_there_is_a_door_and_nothing_else(desk: tuple[str, str], chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(desk[0] + "-/")
    assert page.locator("#token").count() == 1
    assert "two.md" not in page.content()
    page.fill("#token", desk[1])
    page.get_by_role("button", name="Open").click()
    page.wait_for_selector("#rebuild")
    assert desk[1] not in page.url
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "dark")])
def test_the_page_tells_and_axe_finds_nothing(
    desk: tuple[str, str], chromium: Browser, width: int, scheme: Any
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{desk[0]}-/?token={desk[1]}")
    assert "token" not in page.url
    text = page.inner_text("main")
    for told in ("two.md:3", "three.md", "2099-01-01", "invalid"):
        assert told in text, told
    assert page.locator("svg").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # On a phone the tables scroll sideways: of what is out of sight axe cannot tell the contrast.
    assert axe(page, ("violations", "incomplete") if width > 1000 else ("violations",)) == []
    assert complaints == []
    context.close()


def test_the_button_rebuilds_and_shows_the_result(desk: tuple[str, str], chromium: Browser) -> None:
    def passes() -> int:
        with urllib.request.urlopen(desk[0] + "metrics", timeout=10) as answer:
            return sum(int(n) for n in re.findall(rb'passes_total\{trigger="admin"\} (\d+)', answer.read()))

    page = chromium.new_page()
    page.goto(f"{desk[0]}-/?token={desk[1]}")
    before = passes()
    page.get_by_role("button", name="Rebuild now").click()
    result = page.locator("#result")
    deadline = time.monotonic() + 30
    while not (told := result.inner_text().strip()) or re.search("working|running|…", told, re.IGNORECASE):
        assert time.monotonic() < deadline, told
        page.wait_for_timeout(50)
    assert passes() == before + 1
    page.close()


def test_the_button_works_without_javascript(desk: tuple[str, str], chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk[0]}-/?token={desk[1]}")
    page.get_by_role("button", name="Rebuild now").click()
    page.wait_for_load_state()
    assert "admin" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("trouble", [None, "the database feeds at db.internal:5432: connection refused"])
def test_the_nodes_of_a_shared_store_fit_and_axe_finds_nothing(
    chromium: Browser, width: int, scheme: Any, trouble: str | None
) -> None:
    names = [f"feeds-{number}.cluster.internal/{4000 + number}/ab12cd" for number in range(3)]
    kinds: tuple[tuple[str, int | None, int], ...] = (
        ("lead", 7, 0),
        ("standby", None, 0),
        ("standby", None, 3),
    )
    nodes = [
        {"name": name, "role": role, "purpose": "run", "epoch": epoch, "serial": 1240 - lag, "lag": lag}
        | {"current": True, "silent": 0.4 + 20 * lag}
        for name, (role, epoch, lag) in zip(names, kinds, strict=True)
    ]
    store = {"url": "postgresql://***@db.internal/feeds", "name": names[1], "serial": 1240}
    counts = {"total": 3, "eligible": 1, "withheld": {"invalid": 2}}
    status = {"store": {**store, "trouble": trouble, "nodes": nodes}, "counts": counts}
    told = status_page(status, readership=Readership(), form_token="")
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_content(told.decode())
    assert page.get_by_role("region", name="The nodes that share the database").count() == 1
    assert page.get_by_text("The database is away").count() == (trouble is not None)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page, ("violations", "incomplete") if width > 1000 else ("violations",)) == []
    context.close()
