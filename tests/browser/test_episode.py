"""A page that plays an episode: in Chromium, with and without script, and nothing until someone asks."""

from __future__ import annotations

import io
import re
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from browser import sample
from browser.conftest import Open
from browser.test_reading import OVERFLOW, axe
from feedmill.model.feed import Feed
from feedmill.model.podcast import Chapter, Enclosure, Episode, Person, Transcript
from feedmill.model.taxonomy import Kind
from feedmill.render.pages import Pages


def _episode(number: int, kind: str) -> Episode:
    return Episode(
        enclosure=Enclosure(url=f"https://media.example.org/{number}", type=kind, length=24_000_000),
        duration=5400,
        number=str(number),
        season=1,
        chapters=(Chapter(start=0, title="Hello"), Chapter(start=90, title="A chapter with a name " * 8)),
        chapters_url="https://media.example.org/c.json",
        transcripts=tuple(
            Transcript(url=f"https://media.example.org/{number}.{name}", type=f"text/{name}")
            for name in ("vtt", "html")
        ),
        people=(Person(name="Ann", url="https://example.org/ann"), Person(name="Bob", role="guest")),
    )


@pytest.fixture(scope="module")
def show(site: Path) -> str:
    """The page of a show with two audio episodes and a video, beside the sample site."""
    kinds = ("audio/mpeg", "audio/mpeg", "video/mp4")
    entries = tuple(
        replace(entry, episode=_episode(number, kind))
        for number, (entry, kind) in enumerate(zip(sample.ENTRIES, kinds, strict=False), 1)
    )
    feed = Feed(
        kind=Kind.CUSTOM, path="show/show", id="", title="Show", description="", entries=entries,
        updated=entries[0].updated, formats=("html",),
    )  # fmt: skip
    (site / "show").mkdir()
    (site / "show/show.html").write_bytes(Pages(sample.SITE, {}).render_feed(feed))
    return feed.path


def _silence() -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128]) * 8000 * 120)
    return sound.getvalue()


def _plays(page: Any) -> list[bool]:
    return list(page.evaluate("[...document.querySelectorAll('audio, video')].map((one) => !one.paused)"))


def test_a_chapter_starts_the_player_there_and_no_other_goes_on(visit: Open, show: str) -> None:
    seen = visit(show)
    page = seen.page
    ranges = {"accept-ranges": "bytes"}  # else nobody may jump
    page.route(
        re.compile("media"),
        lambda route: route.fulfill(content_type="audio/wav", headers=ranges, body=_silence()),
    )
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert not any("media" in url for url, _ in seen.requests)
    assert _plays(page) == [False, False, False]
    page.locator("[data-at='90']").nth(0).click()
    page.wait_for_function("() => document.querySelector('audio').currentTime > 90")
    assert _plays(page) == [True, False, False]
    page.locator("[data-at='0']").nth(1).click()
    page.wait_for_function("() => document.querySelectorAll('audio')[1].currentTime > 0")
    assert _plays(page) == [False, True, False]


def test_without_script_a_chapter_leads_into_the_file(visit: Open, show: str) -> None:
    page = visit(show, java_script_enabled=False).page
    page.locator(".chapters summary").first.click()
    href = page.locator("[data-at='90']").first.get_attribute("href")
    assert href == "https://media.example.org/1#t=90"
    assert page.locator("audio:visible, video:visible").count() == 3


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_the_player_is_good_to_everybody(visit: Open, show: str, width: int, scheme: str) -> None:
    page = visit(show, width=width, color_scheme=scheme, reduced_motion="reduce").page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate(OVERFLOW) <= 0
    assert [one for one in axe(page) if not one.startswith("video-caption")] == []
