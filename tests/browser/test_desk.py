"""The desk in a browser: axe at three widths in both schemes, without JavaScript, by the keyboard alone."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from browser.test_reading import axe
from operated.daemon import Daemon, Folder, Operator, eventually, fair

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

LISTENS = "server: {port: 0}\nadmin: {port: 0}\nguard: {min_entries: 5}\nfeeds: {html: true}"
PAGES = (
    "desk",
    "desk?q=seed&topic=Bread&problem=any",
    "desk?state=unpublished",
    "desk/seed?path=out-1.md",
    "desk/seed?path=draft-1.md&as=atom",
    "desk/seed?path=broken-1.md",
    "desk/calendar",
    "desk/problems",
    "",
)


def _seed(title: str, more: str) -> str:
    link = f"https://example.org/{title.replace(' ', '-')}"
    return (
        f"---\ntitle: {title}\nwebUrl: {link}\ntopics: [Bread, Orchards]\nprovider: Acme\n{more}---\nText.\n"
    )


def _fill(folder: Folder) -> None:
    for number in range(60):
        folder.write(f"out-{number}.md", _seed(f"Out {number}", f"date: 2026-01-{number % 28 + 1:02}\n"))
    for number in range(4):
        day = f"date: 2026-02-{number + 1:02}\n"
        folder.write(f"draft-{number}.md", _seed(f"Draft {number}", f"{day}published: false\n"))
        folder.write(f"broken-{number}.md", _seed(f"Broken {number}", "date: someday\n"))
        folder.write(f"later-{number}.md", _seed(f"Later {number}", f"date: 2099-01-0{number + 1}\n"))


@pytest.fixture(scope="module")
def runs() -> Iterator[Operator]:
    found = Operator(str(Path(sys.executable).with_name("feedmill")))
    yield found
    found.end()


@pytest.fixture(scope="module")
def daemon(runs: Operator) -> Iterator[Daemon]:
    root = Path(tempfile.mkdtemp(prefix="feedmill-test-"))
    folder = Folder(root / "site", LISTENS)
    _fill(folder)
    yield runs.run(folder)
    shutil.rmtree(root, ignore_errors=True)


def admin(daemon: Daemon) -> str:
    address: str = daemon.status()["daemon"]["listening"]["admin"]
    return f"{address}-/"


class Visitor:
    """A browser's page that is signed in, and what it complained of."""

    def __init__(self, browser: Browser, daemon: Daemon, **options: Any) -> None:
        width = options.pop("width", 1440)
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", **options
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.admin = admin(daemon)
        token = (daemon.folder.state / "token").read_text().strip()
        self.page.goto(f"{self.admin}?token={token}")

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def go(self, path: str) -> Page:
        self.page.goto(self.admin + path)
        return self.page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_axe_finds_nothing(daemon: Daemon, chromium: Browser, width: int, scheme: Any) -> None:
    with Visitor(chromium, daemon, width=width, color_scheme=scheme) as visitor:
        for path in PAGES:
            page = visitor.go(path)
            assert axe(page, ("violations",)) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert visitor.complaints == []


def test_without_javascript_a_seed_is_found_looked_at_published_and_taken_back(
    daemon: Daemon, chromium: Browser
) -> None:
    with Visitor(chromium, daemon, java_script_enabled=False) as visitor:
        page = visitor.go("desk")
        page.fill("#q", "draft 2")
        page.get_by_role("button", name="Search").click()
        assert "q=draft+2" in page.url
        eventually(lambda: page.reload() and page.get_by_role("link", name="Draft 2").count(), "its title")
        page.get_by_role("link", name="Draft 2").click()
        frame = page.frame_locator("iframe")
        assert frame.get_by_role("heading", name="Draft 2").is_visible()
        page.get_by_role("link", name="RSS").click()
        assert "<title>Draft 2</title>" in page.inner_text("pre")
        page.get_by_role("button", name="Publish").click()
        assert "1 entry appeared" in page.inner_text("#notice")
        assert "Draft 2" in daemon.folder.titles()
        assert "published: true" in (daemon.folder.seeds / "draft-2.md").read_text()
        page.reload()  # a form is not sent twice
        page.get_by_role("button", name="Undo").click()
        assert "1 seed put back" in page.inner_text("#notice")
        assert "Draft 2" not in daemon.folder.titles()
        assert "published: false" in (daemon.folder.seeds / "draft-2.md").read_text()


def test_without_javascript_many_at_once_are_asked_about(daemon: Daemon, chromium: Browser) -> None:
    with Visitor(chromium, daemon, java_script_enabled=False) as visitor:
        page = visitor.go("desk?q=out&state=eligible")
        page.check("[name=scope]")
        page.locator(".bulk").get_by_role("button", name="Unpublish").click()
        page.get_by_role("button", name="Unpublish 60 seeds").click()
        assert "60 seeds unpublished" in page.inner_text("#notice")
        assert not {title for title in daemon.folder.titles() if title.startswith("Out")}
        page.get_by_role("button", name="Undo").first.click()
        assert "60 seeds put back" in page.inner_text("#notice")
        assert len({title for title in daemon.folder.titles() if title.startswith("Out")}) > 40
        page = visitor.go("desk?q=draft")
        for name in ("Draft 0", "Draft 1"):
            page.get_by_label(f"Select {name}").check()
        page.locator(".bulk").get_by_role("button", name="Publish", exact=True).click()
        assert "2 seeds published" in page.inner_text("#notice")
        page.get_by_role("button", name="Undo").first.click()


def test_by_the_keyboard_alone(daemon: Daemon, chromium: Browser) -> None:
    with Visitor(chromium, daemon) as visitor:
        page = visitor.go("desk")
        page.keyboard.press("/")
        page.keyboard.type("draft")
        page.wait_for_url(re.compile("q=draft"))
        page.keyboard.press("Escape")
        for key in ("j", "j", "k", "j"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == "Draft 2"
        page.keyboard.press("p")
        page.wait_for_selector("#notice:has-text('1 seed published')")
        assert "Draft 2" in daemon.folder.titles()
        assert page.evaluate("document.activeElement.textContent") == "Draft 2"  # one goes on where one was
        page.keyboard.press("u")
        page.wait_for_selector("#notice:has-text('1 seed unpublished')")
        assert "done=" not in page.url  # a bookmark shows the search, and no change
        assert "Draft 2" not in daemon.folder.titles()
        page.keyboard.press("z")
        page.wait_for_selector("#notice:has-text('1 seed put back')")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("k")
        page.keyboard.press("x")
        page.keyboard.press("u")
        page.wait_for_selector("#notice:has-text('so already')")
        page.keyboard.press("Enter")
        page.wait_for_selector(".one h1")
        page.keyboard.press("u")
        page.wait_for_selector("#notice")
        assert "done=" not in page.url
        page.reload()
        page.keyboard.press("z")  # no change is shown: none is undone
        page.keyboard.press("Escape")
        page.wait_for_selector("#list")
        assert "q=draft" in page.url  # back to where one came from
        assert visitor.complaints == []
        for number in range(4):  # as it was, for the others
            assert "published: false" in (daemon.folder.seeds / f"draft-{number}.md").read_text()


def test_nothing_in_a_preview_runs(daemon: Daemon, chromium: Browser) -> None:
    with Visitor(chromium, daemon) as visitor:
        page = visitor.go("desk/seed?path=out-1.md&as=html")
        frame = page.frame_locator("iframe")
        assert frame.get_by_role("heading", name="Out 1").first.is_visible()
        answer = visitor.context.request.get(f"{visitor.admin}desk/frame?path=out-1.md&as=html")
        policy = answer.headers["content-security-policy"]
        assert "sandbox" in policy
        assert "frame-ancestors 'self'" in policy
        assert page.get_attribute("iframe", "sandbox") == ""


def test_the_status_page_follows_by_itself(daemon: Daemon, chromium: Browser) -> None:
    with Visitor(chromium, daemon) as visitor:
        page = visitor.go("")
        before = page.inner_text("#tiles dd")
        file = daemon.folder.write("fresh.md", _seed("Fresh", "date: 2026-03-01\n"))
        page.wait_for_selector(f"#tiles dd:text-is('{int(before) + 1}')")
        file.unlink()
        page.wait_for_selector(f"#tiles dd:text-is('{before}')")
        assert visitor.complaints == []


def test_after_a_restart_the_status_page_asks_to_sign_in(
    runs: Operator, chromium: Browser, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "site", LISTENS)
    _fill(folder)
    daemon = runs.run(folder)
    with Visitor(chromium, daemon) as visitor:
        page = visitor.go("")
        port = urlsplit(visitor.admin).port
        daemon.process.terminate()
        page.wait_for_selector("#state:text-is('not answering')")
        daemon.ended()
        (folder.path / "config.yaml").write_text(
            (folder.path / "config.yaml").read_text().replace("admin: {port: 0}", f"admin: {{port: {port}}}")
        )
        runs.run(folder)
        page.get_by_role("link", name="sign in again").click()
        page.fill("#token", (folder.state / "token").read_text().strip())
        page.keyboard.press("Enter")
        page.wait_for_selector("#state:text-is('ready')")


def test_a_held_daemon_names_the_way_out_and_takes_it(
    runs: Operator, chromium: Browser, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "site", LISTENS)
    _fill(folder)
    daemon = runs.run(folder)
    with Visitor(chromium, daemon, java_script_enabled=False, color_scheme="dark") as visitor:
        for number in range(60):
            (folder.seeds / f"out-{number}.md").unlink()
        eventually(lambda: daemon.status()["daemon"]["state"] == "held", "held")
        for path in ("desk", "desk/seed?path=out-1.md", "desk/calendar"):
            assert "as it was before" in visitor.go(path).inner_text("[role=status]"), path
        for scheme in ("light", "dark"):
            with Visitor(chromium, daemon, color_scheme=scheme) as looking:
                assert axe(looking.go("desk"), ("violations",)) == []
        page = visitor.go("")
        assert page.inner_text("#state") == "held"
        assert "Held back" in page.inner_text("[role=alert]")
        page.get_by_role("button", name="Overrule the guard").click()
        assert page.inner_text("#state") == "ready"
        assert daemon.folder.titles() == set()
    with Visitor(chromium, daemon) as visitor:
        assert axe(visitor.go(""), ("violations",)) == []
    daemon.process.terminate()  # with an open page it still ends at once
    daemon.ended(within=fair(4))


@pytest.mark.timeout(300)
def test_7000_seeds_fifty_at_a_time(runs: Operator, chromium: Browser, tmp_path: Path) -> None:
    """How long it takes, `benchmarks.desk` tells."""
    from benchmarks.make_seeds import Shape, write

    folder = Folder(tmp_path / "site", LISTENS)
    write(folder.seeds, Shape(lean=True), 7000)
    daemon = runs.run(folder, ready=False)
    eventually(lambda: daemon.lines("ready"), "the first pass is over", within=180)
    with Visitor(chromium, daemon) as visitor:
        for path, rows in (
            ("desk", 50),
            ("desk?q=data", 50),
            ("desk?page=140", 50),
            ("desk/calendar", 0),
            ("desk/problems", 0),
        ):
            assert visitor.go(path).locator(".seed").count() == rows, path
        page = visitor.go("desk?state=eligible")
        second = page.locator("[name=path]").nth(1).get_attribute("value")
        for _ in range(2):
            page.keyboard.press("j")
        page.keyboard.press("u")
        page.wait_for_selector("#notice")
        assert second is not None
        assert "published: false" in (folder.seeds / second).read_text()


@pytest.mark.parametrize("script", [True, False])
def test_enter_on_a_tick_box_publishes_nothing(daemon: Daemon, chromium: Browser, script: bool) -> None:
    with Visitor(chromium, daemon, java_script_enabled=script) as visitor:
        page = visitor.go("desk?state=unpublished")
        page.get_by_label("Select Draft 0").check()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if script:  # it opens the seed, as anywhere else in its row
            assert page.inner_text(".one h1") == "Draft 0"
        else:
            assert page.url == f"{visitor.admin}desk?state=unpublished"
        page = visitor.go("desk?state=eligible")
        page.get_by_label("found, not only the ticked ones").check()
        if script:
            page.keyboard.press("Enter")
        else:
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert page.url == f"{visitor.admin}desk?state=eligible"
        assert page.evaluate("fetch('desk').then(answer => answer.status)") == 200  # what was sent is done
        for file in daemon.folder.seeds.glob("*.md"):
            assert ("published: false" in file.read_text()) == file.name.startswith("draft-"), file


def test_a_key_that_is_held_does_once_what_it_does(daemon: Daemon, chromium: Browser) -> None:
    with Visitor(chromium, daemon) as visitor:
        page = visitor.go("desk?state=unpublished")
        page.keyboard.press("j")
        for _ in range(5):  # without a key up between them: a browser marks all but the first as repeated
            page.keyboard.down("p")
        page.wait_for_selector("#notice:has-text('1 seed published')")
        page.keyboard.down("p")
        page.keyboard.up("p")
        page.keyboard.press("z")
        page.wait_for_selector("#notice:has-text('1 seed put back')")
        page.locator(".seed .title a").first.focus()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        page.evaluate(  # two at once are one
            """["p", "p"].forEach(key =>
                document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})))"""
        )
        page.wait_for_selector("#notice:has-text('1 seed published')")
        assert sent.count("POST") == 1
        page.keyboard.press("z")
        page.wait_for_selector("#notice:has-text('1 seed put back')")


def test_a_refusal_is_told_on_the_page(daemon: Daemon, chromium: Browser) -> None:
    with Visitor(chromium, daemon) as visitor:
        token = (daemon.folder.state / "token").read_text().strip()
        for path in ("desk?q=draft", "desk/seed?path=draft-1.md"):
            page = visitor.go(path)
            visitor.context.request.get(f"{visitor.admin}?token={token}")  # signed in again: the page is old
            page.keyboard.press("j")
            page.keyboard.press("p")
            page.wait_for_selector("[role=alert]:has-text('the page is old: load it again')")
            assert page.url == visitor.admin + path
            visitor.context.clear_cookies()
            page.keyboard.press("p")
            page.wait_for_selector("#token")
            visitor.context.request.get(f"{visitor.admin}?token={token}")
        assert visitor.go("desk/flag").url == f"{visitor.admin}desk"
        assert "published: false" in (daemon.folder.seeds / "draft-1.md").read_text()


def test_a_mill_that_does_not_answer_is_told(daemon: Daemon, chromium: Browser) -> None:
    with Visitor(chromium, daemon) as visitor:
        for path in ("desk?q=draft", "desk/seed?path=draft-1.md"):
            page = visitor.go(path)
            visitor.context.set_offline(True)
            page.keyboard.press("j")
            page.keyboard.press("u")
            page.wait_for_selector("[role=alert]:has-text('Do not count on the change')")
            visitor.context.set_offline(False)
        page = visitor.go("desk")
        visitor.context.set_offline(True)
        page.keyboard.press("/")
        page.keyboard.type("draft")
        page.wait_for_selector("[role=alert]:has-text('The list is as it was')")
        visitor.context.set_offline(False)
        page.keyboard.type(" 2")
        page.wait_for_selector("[role=alert]", state="detached")
        page.wait_for_selector(".seed .title a:text-is('Draft 2')")
