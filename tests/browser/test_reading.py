"""The pages as a person meets them: by mouse and keyboard, on a phone, in the dark, on paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from browser import sample
from browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PAGES = ("index", "all", "topics/grain", "custom/slow", "topics/nasty", "topics/empty")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def names(page: Any) -> list[str]:
    """Return the feeds that the index shows."""
    shown: list[str] = page.locator(".row:visible .name").all_text_contents()
    return shown


def background(page: Any) -> str:
    """Return the body's background as CSS has it."""
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


def test_typing_filters_the_feeds(visit: Open) -> None:
    page = visit().page
    everything = names(page)
    assert len(everything) == len(sample.feeds()) - 1
    page.fill("#find", "gra")
    assert names(page) == ["Grain"]
    assert page.inner_text("[data-found]") == f"1 of {len(everything)} feeds"
    assert page.locator(".group:visible h2").count() == 1
    page.fill("#find", "  FIELD nine ")
    assert names(page) == ["Field Station Nine"]
    page.fill("#find", "a la cârte")
    assert names(page) == ["À table"]
    page.fill("#find", "takes its time")  # a description counts too
    assert names(page) == ["Slow things"]
    page.fill("#find", "<b>")
    assert names(page) == []
    assert page.inner_text("[data-found]") == "No feed is called that"
    page.press("#find", "Escape")
    assert names(page) == everything
    assert page.input_value("#find") == ""
    assert page.text_content("[data-found]") == ""


def test_the_filter_is_there_again_when_one_comes_back(visit: Open) -> None:
    page = visit().page
    page.fill("#find", "watershed")
    page.click(".row:visible .name")
    page.wait_for_url("**/providers/watershed.html")
    page.go_back()
    page.wait_for_selector("#find")
    assert page.input_value("#find") == "watershed"
    assert names(page) == ["Watershed"]


def test_copy_puts_the_absolute_address_on_the_clipboard(visit: Open) -> None:
    page = visit("topics/bread", permissions=["clipboard-read", "clipboard-write"]).page
    button = page.get_by_role("button", name="Copy the address of the RSS feed")
    button.click()
    page.wait_for_selector(".copy.done")
    assert page.evaluate("navigator.clipboard.readText()") == "https://feeds.example.org/topics/bread.rss"
    assert button.inner_text() == "Copied"
    assert "topics/bread.rss" in (page.text_content("[data-copy-status]") or "")
    page.wait_for_selector(".copy.done", state="detached")
    assert button.inner_text() == "Copy"
    assert button.evaluate("button => button === document.activeElement")


def test_every_format_can_be_copied(visit: Open) -> None:
    page = visit("all", permissions=["clipboard-read", "clipboard-write"]).page
    page.click("summary")
    for name, suffix in (("Atom", "atom"), ("JSON", "json")):
        page.get_by_role("button", name=f"Copy the address of the {name} feed").click()
        page.wait_for_function(
            "wanted => navigator.clipboard.readText().then(text => text === wanted)",
            arg=f"https://feeds.example.org/all.{suffix}",
        )


def test_copy_works_where_the_clipboard_is_kept_from_pages(visit: Open) -> None:
    page = visit(
        "topics/bread",
        script="Object.defineProperty(navigator, 'clipboard', { value: undefined });"
        "addEventListener('copy', (event) => { window.copied = event.target.value; });",
    ).page
    page.click(".copy")
    page.wait_for_selector(".copy.done")
    assert page.evaluate("window.copied") == "https://feeds.example.org/topics/bread.rss"


def test_where_nothing_may_copy_the_address_is_selected(visit: Open) -> None:
    page = visit(
        "topics/bread",
        script="Object.defineProperty(navigator, 'clipboard', { value: undefined });"
        "document.execCommand = () => false;",
    ).page
    page.click(".copy")
    page.wait_for_function("() => getSelection().toString() === 'https://feeds.example.org/topics/bread.rss'")
    assert page.locator(".copy.done").count() == 0


@pytest.mark.parametrize("path", ["index", "topics/grain", "topics/empty"])
def test_without_script_everything_is_there_and_nothing_idle(visit: Open, path: str) -> None:
    with_script, without = visit(path).page, visit(path, java_script_enabled=False).page
    assert with_script.locator(".copy:visible").count() > 0
    assert without.locator(":is(.copy, .find, .sort, .hint, input):visible").count() == 0
    assert without.locator(".row:visible, .entry:visible").count() == len(
        with_script.query_selector_all(".row, .entry")
    )
    assert without.locator(".address:visible bdi").first.inner_text().startswith("https://feeds.example.org/")
    without.click("summary")
    assert without.locator(".address:visible").count() == 3


@pytest.mark.parametrize("path", PAGES)
def test_no_width_scrolls_sideways(visit: Open, path: str) -> None:
    page = visit(path).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for width in (320, 360, 390, 600, 768, 1024, 1280, 1920, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOW) <= 0, width
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(OVERFLOW) <= 0, "large text"


def test_dark_and_light_follow_the_reader(visit: Open) -> None:
    light, dark = visit(color_scheme="light").page, visit(color_scheme="dark").page
    assert background(light) == "rgb(251, 248, 242)"
    assert background(dark) == "rgb(21, 19, 15)"
    dark.emulate_media(color_scheme="light")
    assert background(dark) == background(light)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
@pytest.mark.parametrize("path", ["index", "topics/grain", "topics/nasty", "topics/empty"])
def test_axe_finds_nothing(visit: Open, path: str, width: int, scheme: str) -> None:
    page = visit(path, width=width, color_scheme=scheme, reduced_motion="reduce").page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    # A picture that fails leaves the page; while axe is at work, that would move the headings from under it.
    page.evaluate("for (const one of document.images) one.loading = 'eager'")
    page.wait_for_function("() => [...document.images].every((one) => one.complete)")
    assert axe(page) == []


def axe(page: Any, kinds: tuple[str, ...] = ("violations", "incomplete")) -> list[str]:
    """Return what axe-core finds, whatever it is sure of or not."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
    options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations", "incomplete"]}
    found = Axe().run(page, options=options).response
    assert len(found["passes"]) > 20
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for kind in kinds
        for rule in found[kind]
        for node in rule["nodes"]
    ]


def test_axe_would_find_something(visit: Open) -> None:
    page = visit().page
    page.evaluate("document.querySelector('.lead').style.color = '#ddd8cc'")
    page.evaluate("document.documentElement.lang = ''")
    found = "\n".join(axe(page))
    assert "color-contrast" in found
    assert "html-has-lang" in found


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit: Open) -> None:
    page = visit("topics/bread").page
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("one => one === document.activeElement && getComputedStyle(one).clipPath === 'none'")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.readers a')")  # past the bar above
    reached = 0
    while page.evaluate("document.activeElement !== document.body") and reached < 200:
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        assert not page.evaluate("document.activeElement.matches('.picture')")
        reached += 1
        page.keyboard.press("Tab")
    wanted = page.locator("main :is(a, button, summary):not([tabindex='-1']):visible, footer a").count()
    assert reached == wanted


def test_a_screen_reader_hears_names_and_landmarks(visit: Open) -> None:
    page = visit("topics/bread").page
    for role in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(role).count() == 1, role
    assert page.get_by_role("heading", level=1).inner_text() == "Bread"
    assert page.get_by_role("region", name="Subscribe").count() == 1
    assert page.get_by_role("region", name="Latest entries").get_by_role("article").count() == 3
    address = "Address of the RSS feed: https://feeds.example.org/topics/bread.rss"
    assert page.get_by_role("link", name=address).count() == 1
    index = visit().page
    assert index.get_by_role("search").get_by_label("Find a feed").count() == 1
    assert (
        index.get_by_role("region", name="Topics").get_by_role("link", name="Atom feed of Bread").count() == 1
    )


def test_only_pictures_are_fetched_and_nobody_learns_from_where(visit: Open, origin: str) -> None:
    seen = visit("all")
    seen.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    seen.page.wait_for_load_state("networkidle")
    elsewhere = [(url, headers) for url, headers in seen.requests if not url.startswith((origin, "data:"))]
    assert elsewhere
    for url, headers in elsewhere:
        assert re.fullmatch(r"https://pictures\.example\.org/\d+\.svg", url)
        assert "referer" not in headers
        assert "cookie" not in headers
    assert [url for url, _ in seen.requests if url.startswith(origin)] == [f"{origin}all.html"]
    assert seen.page.context.cookies() == []
    assert seen.page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_pictures_wait_until_they_are_near(visit: Open) -> None:
    seen = visit("all", width=390, height=700)
    assert sum("pictures" in url for url, _ in seen.requests) < len(sample.ENTRIES) - 8


def test_a_picture_keeps_its_room_before_it_comes(visit: Open) -> None:
    seen = visit("topics/grain", java_script_enabled=True)
    box = seen.page.locator(".picture").first.bounding_box()
    late = visit("topics/grain", script="HTMLImageElement.prototype.decode = null").page
    late.route(re.compile("pictures"), lambda route: None)  # never answers
    late.reload(wait_until="domcontentloaded")
    assert late.locator(".picture").first.bounding_box() == box


def test_a_broken_picture_gives_its_room_to_the_text(visit: Open) -> None:
    page = visit("topics/nasty").page
    # Pictures are lazy: how tall this machine's fonts make the page decides which are asked for unseen.
    page.locator(".entry").last.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelectorAll('.picture').length === 1")
    first, second = (page.locator(".entry .text").nth(at).bounding_box() for at in (0, 1))
    assert first and second
    assert first["width"] > second["width"]
    plain = visit("topics/nasty", java_script_enabled=False).page
    assert plain.locator(".picture").count() == 3
    assert plain.evaluate(OVERFLOW) <= 0


def test_the_policy_stops_what_is_not_ours(visit: Open) -> None:
    seen = visit("all")
    seen.page.evaluate(
        """() => {
            const script = Object.assign(document.createElement("script"), { textContent: "window.ran = 1" });
            const bad = "<p id=bad style='color: red' onclick='ran = 1'>x</p>";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", bad);
            document.querySelector("#bad").click();
        }"""
    )
    assert seen.page.evaluate("window.ran") is None
    assert seen.page.evaluate("getComputedStyle(bad).color") != "rgb(255, 0, 0)"
    assert len(seen.complaints) == 3
    assert all("Content Security Policy" in one for one in seen.complaints)
    seen.complaints.clear()


@pytest.mark.parametrize("path", ["index", "topics/bread"])
def test_paper_gets_the_text_and_the_addresses(visit: Open, path: str) -> None:
    page = visit(path).page
    page.emulate_media(media="print")
    assert page.locator(".copy:visible, .finder:visible, .path:visible, .formats:visible").count() == 0
    assert page.locator(".address:visible").count() >= 1
    assert background(page) == "rgb(255, 255, 255)"
    if path != "index":
        written = page.evaluate("getComputedStyle(document.querySelector('.entry h3 a'), '::after').content")
        assert "example.org" in written
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_nothing_moves_for_who_asked_for_stillness(visit: Open) -> None:
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    assert visit(reduced_motion="no-preference").page.evaluate(behaviour) == "smooth"
    still = visit(reduced_motion="reduce").page
    assert still.evaluate(behaviour) == "auto"
    assert still.evaluate("getComputedStyle(document.querySelector('.button')).transitionDuration") in (
        "0s",
        "",
    )


def test_in_forced_colours_edges_stay_visible(visit: Open) -> None:
    page = visit("topics/bread", forced_colors="active").page
    assert page.evaluate("getComputedStyle(document.querySelector('.topics a')).borderTopStyle") == "solid"


def test_text_runs_in_its_own_direction(visit: Open) -> None:
    page = visit("topics/nasty").page
    assert page.locator(".summary").first.evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_links_lead_around_the_site_from_a_file_too(visit: Open, site: Path) -> None:
    page = visit("index", at=f"{site.as_uri()}/").page
    page.click("text=Read everything")
    page.wait_for_url("**/all.html")
    page.click(".entry .topics a >> nth=0")
    page.wait_for_url("**/topics/grain.html")
    assert page.locator("h1").inner_text() == "Grain"
    page.click(".entry .provider >> nth=0")
    page.wait_for_url("**/providers/field-station-nine.html")
    page.click(".path a >> text=Providers")
    page.wait_for_url("**/index.html#provider")
    for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
        if link.startswith("file:") and "#" not in link:
            assert (site / link.removeprefix(f"{site.as_uri()}/")).is_file(), link


def test_every_row_can_be_found_by_the_browser_itself(visit: Open) -> None:
    page = visit().page
    assert page.evaluate("window.find('Watershed')")
