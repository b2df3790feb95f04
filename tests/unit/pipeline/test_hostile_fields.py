"""Seeds written to attack readers: every trick in every field, through a whole mill, into every format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
import pytest
import yaml

from conformance import atom, html, jsonfeed, rss
from feedmill.config import loads
from feedmill.pipeline import Mill, PassReport, PassRequest

CONFIG = (
    "site: {title: T, url: 'https://feeds.example.org/'}\nfeeds: {related: 5}\nguard: {min_entries: 1000}\n"
)
TRICKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jav&#x09;ascript&colon;alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<img src="data:image/svg+xml;base64,PHN2Zy8+" style="background:url(javascript:alert(1))">',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<xmp><p title="</xmp><svg/onload=alert(1)>">',
    "<!--><script>alert(1)</script-->",
    "]]><script>alert(1)</script><![CDATA[",
    "</title></entry></channel></rss><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "<style>@import 'https://evil.example/x.css'</style>",
    '<base href="//evil.example/">',
    '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    '<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)">',
    "{{ 7 * 7 }}{% include 'feed.html' %}${7*7}",
    "[x](javascript:alert(1)) ![x](vbscript:x) <javascript:alert(1)>",
    "\u202etxt.exe\u2066\u200b",
]
SCHEMES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://x.org/1",
    "about:blank",
    "view-source:https://x.org/",
    "ftp://x.org/",
    "ws://x.org/",
    "tel:123",
    "urn:uuid:1",
    "//evil.example/x",
    "https:evil",
    "http://",
]
HARMFUL = {
    "script",
    "style",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "button",
    "title",
}
HARMFUL |= {"base", "meta", "link", "svg", "math", "template", "noscript", "xmp", "plaintext"}
SAFE = {"http", "https", "mailto", "tel"}


def seed(trick: str, number: int) -> dict[str, Any]:
    """Return front matter with the trick wherever a text may stand."""
    return {
        "title": f"A {trick}",  # markup alone says nothing, and would make the seed invalid
        "webUrl": f"https://example.org/{number}",
        "publishedDateTime": f"2026-01-01T00:00:{number:02}Z",
        "excerpt": trick,
        "provider": {"name": f"A {trick}", "domain": trick, "authors": [{"name": trick}]},
        "topics": [trick, "Common"],
        "category": trick,
        "type": trick,
        "images": [{"url": "https://example.org/p.png", "title": trick, "width": trick}],
        "related": [{"title": trick, "webUrl": "https://example.org/r"}, {"title": "x", "webUrl": trick}],
    }


def mill(folder: Path, seeds: dict[str, tuple[dict[str, Any], str]]) -> PassReport:
    (folder / "seeds").mkdir()
    for name, (front, body) in seeds.items():
        text = f"---\n{yaml.safe_dump(front, allow_unicode=True)}---\n{body}"
        (folder / "seeds" / name).write_text(text, encoding="utf-8")
    clock = datetime(2026, 3, 1, tzinfo=UTC)
    with Mill(loads(CONFIG, base=folder), clock=lambda: clock) as opened:
        return opened.run(PassRequest())


def documents(folder: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted((folder / "feeds").rglob(f"*.{suffix}")):
        yield path.name, path.read_bytes()


def markup(folder: Path) -> Iterator[str]:
    """Yield every text that a reader takes for HTML."""
    for _, body in documents(folder, "atom"):
        for element in lxml.etree.fromstring(body).iter("{*}content"):
            if element.get("type") == "html":
                yield element.text or ""
    for _, body in documents(folder, "rss"):
        for item in lxml.etree.fromstring(body).iter("item"):
            for element in item.iter("description", "{*}encoded"):
                yield element.text or ""
    for name, body in documents(folder, "json"):
        if name != "feeds.json":
            for item in json.loads(body)["items"]:
                yield item.get("content_html", "")


def harm(text: str) -> list[str]:
    """Return what in a piece of HTML could run, load or lead somewhere it must not."""
    found = []
    for element in lxml.html.fragment_fromstring(text, create_parent="div").iter():
        if not isinstance(element.tag, str) or element.tag in HARMFUL:
            found.append(f"<{element.tag}>")
            continue
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "xlink:href"):
                found.append(f"<{element.tag} {name}>")
            if name in ("href", "src", "cite") and urlsplit(value).scheme not in SAFE:
                found.append(f"<{element.tag} {name}={value!r}>")
    return found


def assert_harmless(folder: Path) -> None:
    for check, suffix in ((html.faults, "html"), (atom.faults, "atom"), (rss.faults, "rss")):
        for name, body in documents(folder, suffix):
            assert check(body) == [], name
    for name, body in documents(folder, "json"):
        assert name == "feeds.json" or jsonfeed.faults(body) == [], name
    assert [found for text in markup(folder) for found in harm(text)] == []


@pytest.mark.parametrize("kind", ["md", "html"])
def test_no_trick_in_any_field_reaches_a_reader(tmp_path: Path, kind: str) -> None:
    report = mill(
        tmp_path,
        {
            f"{n}.{kind}": (seed(trick, n), f"Before. {trick}\n\n{trick} after.")
            for n, trick in enumerate(TRICKS)
        },
    )
    assert report.eligible == len(TRICKS)
    assert len(list(markup(tmp_path))) > 100
    assert_harmless(tmp_path)


def test_no_other_scheme_than_the_webs_is_an_entrys_link(tmp_path: Path) -> None:
    good = {"title": "Good", "webUrl": "https://example.org/good", "publishedDateTime": "2026-01-01"}
    seeds = {f"{n}.md": ({**good, "webUrl": link}, "") for n, link in enumerate(SCHEMES)}
    everywhere = {
        **good,
        "images": [{"url": link} for link in SCHEMES],
        "related": [{"title": "R", "webUrl": link} for link in SCHEMES],
    }
    body = "\n\n".join(f"<a href='{link}'>a</a> <img src='{link}'> [a](<{link}>)" for link in SCHEMES)
    report = mill(tmp_path, {**seeds, "good.md": (everywhere, body)})
    assert report.eligible == 1
    assert {problem.path for problem in report.problems} >= seeds.keys()
    assert_harmless(tmp_path)
    for _, document in documents(tmp_path, "atom"):
        links = [link.get("href") for link in lxml.etree.fromstring(document).iter("{*}link", "{*}content")]
        assert all(urlsplit(link).scheme in ("http", "https") for link in links if link)
