"""`copies`: which paths a copy may have, and of what."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, loads
from feedmill.config.show import show

FINE = """\
custom: [{slug: inside}]
copies:
  feed.xml: all.atom
  blog/index.xml: all.rss
  topics/ai.xml: topics/ai.rss
  inside-rust/feed.xml: custom/inside.atom
  feed/all.json: feeds.json
  atom: index.html
  all.xml: all.rss
  "feed.rss": all/2026-06.atom
  blog/ai.html: topics/ai.html
  blog/gone.html: 410.html
"""


def test_what_may_be_copied(tmp_path: Path) -> None:
    settings = loads(FINE, base=tmp_path)
    assert settings.copies["feed.xml"] == "all.atom"
    assert len(settings.copies) == 10
    assert loads(show(settings), base=tmp_path) == settings
    assert loads("", base=tmp_path).copies == {}


@pytest.mark.parametrize(
    ("copies", "message"),
    [
        (
            "all.rss: all.atom",
            """config.yaml:1:19: "all.rss" could be a document of feedmill's; a copy needs""",
        ),
        ("All.RSS: all.atom", """"All.RSS" could be a document of feedmill's"""),
        ("topics/ai.html: all.html", "could be a document of feedmill's"),
        ("types/x.rss: all.rss", "could be a document of feedmill's"),
        ("all/2026-06.atom: all.atom", "could be a document of feedmill's"),
        ("custom/x/2026.html: all.html", "could be a document of feedmill's"),
        ("index.html: all.html", "could be a document of feedmill's"),
        ("robots.txt: all.atom", "could be a document of feedmill's"),
        ("404.html: all.html", "could be a document of feedmill's"),
        ("all.rss/feed.xml: all.rss", "lies below a document"),
        ("sitemap.xml/a: all.rss", "lies below a document"),
        ("topics: all.rss", "could be a folder of feedmill's"),
        ("all: all.rss", "could be a folder of feedmill's"),
        ("topics/ai: all.rss", "could be a folder of feedmill's"),
        ("healthz: all.rss", "is answered by the server"),
        ("hub: all.rss", "is answered by the server"),
        ("old.xml: all.rss", '"old.xml" redirects already; a copy needs a path of its own'),
        ("/feed.xml: all.rss", "\"/feed.xml\" in 'copies' is no key, with a leading slash (feed.xml would"),
        ("a/../feed.xml: all.rss", "which leads outside the site or has an empty part"),
        (".well-known/feed.xml: all.rss", "with a name that begins with a dot, which many hosts never show"),
        ("a/.feed: all.rss", "with a name that begins with a dot"),
        ("feed/: all.rss", "which is a folder; name the file in it"),
        ("a?b: all.rss", "with a character that no path of a site has"),
        ("{a: all.rss, a/b: all.rss}", '"a" is a file here and a folder in another copy; rename one of them'),
        ("feed.xml: nope.atom", '"nope.atom" is no document of feedmill\'s, so there is nothing to copy'),
        ("feed.xml: topics/a/b.rss", "is no document of feedmill's"),
        ("feed.xml: feed.xml", "is no document of feedmill's"),
        ("feed.xml: all.json", "is in a format (json) that is not published"),
        ("feed.xml: all.html", "is in a format (html) that is not published"),
        ("feed.xml: index.html", "is left out with 'feeds.html'"),
        ("feed.xml: custom/x.rss", "belongs to no custom feed"),
        ("feed.xml: ", "'copies.\"feed.xml\"' is empty; leave it out or fill it in"),
    ],
)
def test_faults(tmp_path: Path, copies: str, message: str) -> None:
    inside = copies if copies.startswith("{") else f"{{{copies}}}"
    rest = "feeds: {formats: [rss, atom]}" if "html" not in copies.partition(": ")[2] else "feeds: {html: no}"
    if "could" in message:
        rest = ""
    text = f"copies: {inside}\nredirects: {{old.xml: all.rss}}\ncustom: [{{slug: y}}]\n{rest}\n"
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("copies", "message"),
    [
        (
            "blog/news.html: all.html",
            '"blog/news.html" is not in as many folders as all.html, so its relative links would be dead',
        ),
        ("blog/news.html: all.html", "; use a path like news.html"),
        ("ai.htm: topics/ai.html", "; use a path like old/ai.htm"),
        ("a/b/home.html: index.html", "; use a path like home.html"),
    ],
)
def test_a_page_is_copied_where_its_links_hold(tmp_path: Path, copies: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(f"copies: {{{copies}}}", base=tmp_path)
    assert message in str(caught.value)
