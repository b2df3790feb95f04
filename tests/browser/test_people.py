"""The reader's way in: subscribing, picking, finding, sorting; each page at each width, in each direction."""

from __future__ import annotations

import json
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import lxml.etree
import pytest

from browser import sample
from browser.conftest import Open, Quiet
from browser.test_reading import OVERFLOW, axe, names
from conformance.opml import faults
from conftest import Require, Start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WIDTHS = (390, 820, 1440)
PAGES = ("index", "topics/grain", "topics/empty", "404")
ADDRESS = "https://feeds.example.org/"


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample site in Arabic."""
    folder = tmp_path_factory.mktemp("arabic")
    sample.write(folder, language="ar")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_every_width_in_both_directions(
    visit: Open, arabic: str, path: str, script: bool
) -> None:
    for at in ("", arabic):
        page = visit(path, at=at, java_script_enabled=script).page
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(OVERFLOW) <= 0, (at, width)
        assert page.locator("html").get_attribute("dir") == ("rtl" if at else None)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (820, "light"), (1440, "dark")])
@pytest.mark.parametrize("path", ["index", "topics/grain", "404"])
def test_axe_finds_nothing_from_right_to_left(
    visit: Open, arabic: str, path: str, width: int, scheme: str
) -> None:
    page = visit(path, at=arabic, width=width, color_scheme=scheme, reduced_motion="reduce").page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert axe(page) == []
    if path == "index":
        page.check(".row input >> nth=0")  # what lies below the tray, axe cannot tell
        assert axe(page, ("violations",)) == []


def test_from_right_to_left_the_page_is_turned_round(visit: Open, arabic: str) -> None:
    for at, side in (("", 1), (arabic, -1)):
        page = visit("topics/grain", at=at, width=1440).page
        hero, box = (page.locator(one).bounding_box() for one in (".hero", ".subscribe"))
        assert hero and box
        assert (box["x"] - hero["x"]) * side > 0


def test_an_entry_is_found_by_its_words_beyond_those_on_the_page(visit: Open) -> None:
    page = visit().page
    last = sample.ENTRIES[-1]
    assert last not in sample.ENTRIES[:7]
    page.fill("#find", last.title.upper())
    page.wait_for_selector(".finds .headline:visible")
    assert page.locator(".finds .headline:visible a").all_text_contents() == [last.title]
    assert page.locator(".finds .headline:visible a").get_attribute("href") == last.link
    assert page.locator(".finds .count").inner_text() == "1"
    page.press("#find", "Escape")
    page.wait_for_selector(".finds", state="hidden")


def test_from_a_disk_the_entries_of_the_page_itself_are_found(visit: Open, site: Path) -> None:
    page = visit(at=f"{site.as_uri()}/").page
    page.fill("#find", sample.ENTRIES[3].title)
    page.wait_for_selector(".finds .headline:visible")
    page.fill("#find", "zebra zebra")
    page.wait_for_selector(".finds", state="hidden")


def test_feeds_are_sorted_by_name_or_by_activity_and_stay_so(visit: Open) -> None:
    page = visit().page
    by_name = names(page)
    page.check("input[value=activity]")
    instants = page.locator("section[aria-labelledby=topic] .row time").evaluate_all(
        "all => all.map(one => one.dateTime)"
    )
    assert instants == sorted(instants, reverse=True)
    by_activity = names(page)
    assert by_activity != by_name
    assert sorted(by_activity) == sorted(by_name)
    page.click(".row:visible .name >> nth=0")
    page.wait_for_selector(".path")
    page.go_back()
    page.wait_for_selector("#find")
    assert names(page) == by_activity
    page.check("input[value=name]")
    assert names(page) == by_name


def picked(page: Any) -> bytes:
    """Return the OPML file that the picker gives."""
    with page.expect_download() as download:
        page.click(".picker a")
    assert download.value.suggested_filename == "feeds.opml"
    return Path(download.value.path()).read_bytes()


def pick(page: Any) -> bytes:
    """Tick two topics and all collections, and return the file."""
    for name in ("Bread", "Soil"):
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()
    page.get_by_role("checkbox", name="Choose all: Collections").check()
    assert page.locator("[data-picked]").inner_text() == "Chosen: 4"
    return picked(page)


WANTED = ("custom/slow", "custom/a-table", "topics/bread", "topics/soil")


def test_ticked_feeds_become_an_opml_file_of_ones_own(visit: Open) -> None:
    page = visit().page
    assert page.locator(".picker:visible").count() == 0
    document = pick(page)
    assert faults(document) == []
    root = lxml.etree.fromstring(document)
    folders = {folder.get("text"): [one.get("xmlUrl") for one in folder] for folder in root.find("body")}
    assert folders == {
        "Collections": [f"{ADDRESS}custom/slow.atom", f"{ADDRESS}custom/a-table.atom"],
        "Topics": [f"{ADDRESS}topics/bread.atom", f"{ADDRESS}topics/soil.atom"],
    }
    bread = root.find(".//outline[@title='Bread']")
    assert bread.get("htmlUrl") == f"{ADDRESS}topics/bread.html"
    assert page.get_by_role("checkbox", name="Choose all: Topics").evaluate("one => one.indeterminate")
    page.get_by_role("button", name="Clear").click()
    assert page.locator(".picker:visible").count() == 0
    assert page.locator("input:checked[type=checkbox]").count() == 0


def test_a_whole_kind_is_ticked_as_far_as_it_is_shown(visit: Open) -> None:
    page = visit().page
    page.fill("#find", "bre")
    page.get_by_role("checkbox", name="Choose all: Topics").click()
    page.fill("#find", "")
    assert page.locator("input:checked[type=checkbox]").count() == 1
    assert b"topics/bread.atom" in picked(page)


def test_the_picker_works_by_keyboard_alone(visit: Open) -> None:
    page = visit().page
    page.focus("input[value=name]")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "Choose all: Collections"
    page.keyboard.press("Space")
    reached = 0
    while not page.evaluate("document.activeElement.matches('.picker a')"):
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Tab")
        reached += 1
        assert reached < 300
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert b"custom/slow.atom" in Path(download.value.path()).read_bytes()


def test_readers_import_the_picked_file(visit: Open, tmp_path: Path, require: Require) -> None:
    newsboat = require("newsboat")
    file = tmp_path / "mine.opml"
    file.write_bytes(pick(visit().page))
    urls = tmp_path / "urls"
    subprocess.run(
        [newsboat, "-u", str(urls), "-c", str(tmp_path / "cache.db"), "-i", str(file)],
        check=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
    )
    lines = urls.read_text("utf-8").splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(f"{ADDRESS}{path}.atom" for path in WANTED)
    assert any('"Topics"' in line for line in lines)
    from reader.opml import parse

    with file.open("rb") as opened:
        found = [feed.url for feed in parse(opened)]
    assert sorted(found) == sorted(f"{ADDRESS}{path}.atom" for path in WANTED)


def test_the_pages_are_small_and_one_request_each(tmp_path: Path, chromium: Any) -> None:
    folder = tmp_path / "large"
    sample.write_large(folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            for name in ("index", "all"):
                assert (folder / f"{name}.html").stat().st_size < 100_000, name
                asked: list[str] = []
                page = chromium.new_page()
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html", wait_until="load")
                assert len(asked) == 1, asked
                page.context.close()
        finally:
            server.shutdown()
            thread.join()


SEED = """---
title: One & only
webUrl: https://x.org/1
publishedDateTime: 2026-01-01
excerpt: It is.
topics: [A]
---
Well.
"""
TITLES = """[...document.querySelectorAll('item > title, entry > title')]
    .map(one => [one.textContent, one.getClientRects().length])"""
MARKUP = """[...document.getElementsByTagNameNS('*', 'encoded'), ...document.querySelectorAll('content, id')]
    .every(one => !one.getClientRects().length)"""


@pytest.fixture
def daemon(tmp_path: Path, start_feedmill: Start) -> str:
    """The address of a running daemon's origin."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/one.md").write_text(SEED)
    (tmp_path / "config.yaml").write_text("server: {port: 0}\nadmin: {enabled: false}\nlog: {format: json}\n")
    process = start_feedmill("run", cwd=tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        found = json.loads(line) if line.startswith("{") else {}
        if found.get("message") == "ready":
            return str(found["server"])
    raise AssertionError("the daemon ended before it was ready")


def test_feeds_opened_by_a_browser_say_what_they_are(daemon: str, chromium: Any) -> None:
    for path in ("all.rss", "all.atom", "topics/a.rss", "topics/a.atom"):
        said: list[str] = []
        page = chromium.new_page()
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(daemon + path, wait_until="load")
        root = "rss" if path.endswith("rss") else "feed"
        told = page.evaluate(f"getComputedStyle(document.querySelector('{root}'), '::before').content")
        assert "This is a feed" in told
        assert "copy the address of this page" in told
        assert page.evaluate(TITLES) == [["One & only", 1]]
        assert page.evaluate(MARKUP)
        assert said == []
        page.context.close()
    with urllib.request.urlopen(daemon + "all.rss", timeout=10) as reply:
        assert reply.headers["content-type"] == "application/rss+xml; charset=utf-8"


def test_where_nothing_is_a_person_is_led_on(daemon: str, chromium: Any) -> None:
    page = chromium.new_page()
    reply = page.goto(f"{daemon}topics/no/such/thing", wait_until="load")
    assert reply is not None
    assert reply.status == 404
    assert page.locator("h1").inner_text() == "There is nothing here"
    page.click(".button >> nth=0")
    page.wait_for_url("**/index.html")
    assert page.locator(".latest h3").inner_text() == "One & only"
    page.context.close()
