"""A theme overrides any file or block; what is wrong with it is told with file and line."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from conformance import html
from conformance.samples import BARE, DIRECTORY, entry, feed
from feedmill.errors import RenderError
from feedmill.model.feed import Byline
from feedmill.render.pages import Pages
from feedmill.render.theme import content_security_policy

FEED = feed(entry(2, summary="Second"), entry(1), formats=("rss", "html"))


def shown(theme: dict[str, str]) -> str:
    return Pages(BARE, theme).render_feed(FEED).decode()


def test_a_block_of_the_page() -> None:
    body = shown(
        {"feed.html": '{% extends "feedmill/feed.html" %}{% block hero %}<h1>Mine</h1>{% endblock %}'}
    )
    assert "<h1>Mine</h1>" in body
    assert "Entry 2" in body
    assert html.faults(body.encode()) == []


def test_a_block_of_an_entry_on_every_page() -> None:
    theme = {
        "entry.html": '{% extends "feedmill/entry.html" %}{% block summary %}'
        "<p class=mine>{{ entry.summary }}{{ super() }}</p>{% endblock %}"
    }
    body = shown(theme)
    assert body.count("<p class=mine>") == 2
    assert '<p class="summary" dir="auto">Second</p>' in body


def test_the_whole_entry_and_its_place() -> None:
    theme = {
        "entry.html": "<article>{{ entry.title }} {{ root }} {{ words.date(entry.published) }}</article>",
        "feed.html": '{% extends "feedmill/feed.html" %}{% block entries %}'
        "[{{ entries_html(entries[1:]) }}]{{ entries | length }}{% endblock %}",
    }
    assert "[<article>Entry 1 ../ 21 Nov 2026</article>]2" in shown(theme)


def test_the_frame_of_all_pages() -> None:
    theme = {
        "base.html": '{% extends "feedmill/base.html" %}{% block footer %}<footer>Ours</footer>{% endblock %}'
    }
    pages = Pages(BARE, theme)
    for body in (pages.render_feed(FEED), pages.render_index(DIRECTORY)):
        assert b"<footer>Ours</footer>" in body
        assert b"feeds.opml" not in body.rpartition(b"<main")[2].rpartition(b"</main>")[2]


def test_a_row_of_the_index() -> None:
    theme = {"row.html": "<li>{{ row.title }}: {{ subscriptions[0].address }}</li>"}
    body = Pages(BARE, theme).render_index(DIRECTORY).decode()
    assert "<li>AI: https://feeds.example.org/topics/ai.rss</li>" in body


def test_some_of_the_words() -> None:
    theme = {
        "words.html": '{% set subscribe = "Abonnieren" %}'
        "{% macro date(at) %}{{ at.day }}.{{ at.month }}.{% endmacro %}"
        "{% macro entries(n) %}{{ n }} Beiträge{% endmacro %}"
    }
    body = shown(theme)
    for wanted in ("Abonnieren", "21.11.", "2 Beiträge", "Latest entries"):
        assert wanted in body


def test_style_is_added_or_replaced_and_the_policy_follows() -> None:
    extra = {"extra.css": ":root { --accent: teal }\r\n"}
    body = shown(extra)
    assert "--paper" in body
    assert "--accent: teal }\n</style>" in body
    style = body.partition("<style>")[2].partition("</style>")[0]
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in body
    assert content_security_policy(extra) in body
    assert content_security_policy(extra) != content_security_policy()
    whole = shown({"style.css": "body{}", "script.js": "let x = 1;"})
    assert "<style>body{}</style>" in whole
    assert "<script>let x = 1;</script>" in whole


def test_a_template_of_its_own() -> None:
    theme = {
        "logo.html": "<b>logo</b>",
        "base.html": '{% extends "feedmill/base.html" %}'
        '{% block header %}{% include "logo.html" %}{% endblock %}',
    }
    assert "<b>logo</b>" in shown(theme)


def test_a_theme_is_escaped_too() -> None:
    body = shown({"entry.html": "{{ entry.title }}{{ '<i>' }}"})
    assert "<i>" not in body


@pytest.mark.parametrize(
    ("theme", "told"),
    [
        ({"feed.html": "\n{% block x %}"}, "theme/feed.html:2: Unexpected end of template"),
        ({"feed.html": "\n\n{{ nothing }}"}, "theme/feed.html:3: 'nothing' is undefined"),
        ({"feed.html": "{{ words.nothing }}"}, "theme/feed.html:1: "),
        ({"feed.html": "{{ 1 / 0 }}"}, "theme/feed.html:1: division by zero"),
        ({"feed.html": '{% extends "gone.html" %}'}, "gone.html"),
        ({"feed.html": '{% extends "feed.html" %}'}, "recursion"),
        ({"feed.html": '{% include "feedmill/../pages.py" %}'}, "pages.py"),
        ({"entry.html": "\n{{ entry.nope }}"}, "theme/entry.html:2: "),
        ({"entry.html": "{{ entry.title + 1 }}"}, "theme/entry.html:1: "),
        ({"words.html": "{% set x %}"}, "theme/words.html:1: "),
        ({"style.css": "a{}</STYLE><script>"}, "style.css must not contain </style"),
        ({"script.js": "x = '<!--'"}, "script.js must not contain </script or <!--"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(theme: dict[str, str], told: str) -> None:
    with pytest.raises(RenderError) as raised:
        shown(theme)
    assert told in str(raised.value)


def test_a_failing_entry_is_named() -> None:
    with pytest.raises(RenderError) as raised:
        shown({"entry.html": "{{ entry.summary.nope }}"})
    assert (raised.value.feed, raised.value.entry) == ("topics/ai", FEED.entries[0].id)


def test_other_files_of_the_folder_are_left_alone() -> None:
    assert shown({"README.md": "{% broken", "notes.txt": "{{ nothing }}"}) == shown({})


def test_what_the_documentation_shows_works(root: Path) -> None:
    text = (root / "docs/theming.md").read_text("utf-8")
    themes = [{"extra.css": one} for one in re.findall(r"```css\n(.*?)```", text, re.DOTALL)]
    for template in re.findall(r"```jinja\n(.*?)```", text, re.DOTALL):
        extended = re.match(r'{% extends "feedmill/(.*?)" %}', template)
        themes.append({extended[1] if extended else "words.html": template})
    assert {name for theme in themes for name in theme} == {
        "extra.css",
        "base.html",
        "entry.html",
        "words.html",
    }
    plain = shown({})
    for theme in themes:
        body = Pages(BARE, theme).render_feed(
            feed(entry(1, authors=(Byline(name="Ann"), Byline(name="Bob"))))
        )
        assert html.faults(body) == []
        assert html.faults(Pages(BARE, theme).render_index(DIRECTORY)) == []
        assert shown(theme) != plain or "entry.html" in theme


def test_the_documentation_names_every_file_block_and_variable(root: Path) -> None:
    text = (root / "docs/theming.md").read_text("utf-8")
    folder = root / "src/feedmill/render/templates"
    for file in folder.iterdir():
        assert f"`{file.name}`" in text
        for block in re.findall(r"{%-? block (\w+)", file.read_text("utf-8")):
            assert f"`{block}`" in text, f"{file.name}: {block}"
    for variable in re.findall(r"^  (--\w[\w-]*):", (folder / "style.css").read_text("utf-8"), re.MULTILINE):
        assert f"`{variable}`" in text
