"""Frames, videos and audio: a link to what they show, and never silence."""

from __future__ import annotations

import pytest

from feedmill.seeds.html import content

BASE = "https://www.example.org/news/article"


def shown(body: str, *, markdown: bool = False) -> str:
    return content(body, markdown=markdown, base=BASE, fix_encoding=False).html


def link(address: str, text: str) -> str:
    return f'<a href="{address}">{text}</a>'


WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
MAPS = "https://maps.example.com/x?a=1&amp;b=2"
EMBEDS = [
    ('<iframe src="https://maps.example.com/x?a=1&amp;b=2">no</iframe>', MAPS, "maps.example.com"),
    ("<IFRAME width=1 SRC=/map></IFRAME >", "https://www.example.org/map", "example.org"),
    (
        "<iframe src='/a' title='A &quot;map&quot;, 5 > 3'></iframe>",
        "https://www.example.org/a",
        'A "map", 5 &gt; 3',
    ),
    (
        '<iframe src="about:blank" data-src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe>',
        WATCH,
        "youtube.com",
    ),
    ("<video src='blob:x'><source src=v.mp4></video>", "https://www.example.org/news/v.mp4", "example.org"),
    (
        "<iframe src='/m?key=K&center=1&region=de&lt;&copy;&#38;&#x26&not=1&ampx&amp'></iframe>",
        "https://www.example.org/m?key=K&amp;center=1&amp;region=de%3C%C2%A9&amp;&amp;&amp;not=1&amp;ampx&amp;",
        "example.org",
    ),
    ('<iframe data-src="/lazy" />', "https://www.example.org/lazy", "example.org"),
    ("<iframe src=//www.youtube.com/embed/dQw4w9WgXcQ?rel=0></iframe>", WATCH, "youtube.com"),
    ("<iframe src=https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ title=T></iframe>", WATCH, "T"),
    (
        "<iframe src=https://www.youtube.com/embed/videoseries?list=PLx></iframe>",
        "https://www.youtube.com/playlist?list=PLx",
        "youtube.com",
    ),
    (
        "<iframe src=https://www.youtube.com/embed/short></iframe>",
        "https://www.youtube.com/embed/short",
        "youtube.com",
    ),
    (
        "<iframe src=https://evil.example/embed/dQw4w9WgXcQ></iframe>",
        "https://evil.example/embed/dQw4w9WgXcQ",
        "evil.example",
    ),
    ("<iframe src=https://player.vimeo.com/video/12?color=f></iframe>", "https://vimeo.com/12", "vimeo.com"),
    ("<iframe src=https://player.vimeo.com/video/12?h=ab></iframe>", "https://vimeo.com/12/ab", "vimeo.com"),
    (
        "<video src=v.mp4 controls>Your browser can't</video>",
        "https://www.example.org/news/v.mp4",
        "example.org",
    ),
    (
        "<audio controls title=Talk><source src=a.ogg><source src=a.mp3></audio>",
        "https://www.example.org/news/a.ogg",
        "Talk",
    ),
]


@pytest.mark.parametrize(("body", "address", "text"), EMBEDS)
def test_an_embed_is_a_link(body: str, address: str, text: str) -> None:
    assert shown(body) == link(address, text)
    assert link(address, text) in shown(f"Before\n\n{body}\n\nafter *it*", markdown=True)
    assert shown(f"<p>Before {body} after</p>") == f"<p>Before {link(address, text)}  after</p>"


NONE = [
    ("<iframe srcdoc='<b>x'></iframe>a", "a"),
    ("<iframe src='javascript:x'></iframe>a", "a"),
    ("<!-- <iframe src=/x></iframe> -->a", "a"),
    ("<i title='<iframe src=/x>'>a</i>", '<i title="&lt;iframe src=/x&gt;">a</i>'),
    ("<script>'<iframe src=/x></iframe>'</script>a", "a"),
    ("<pre>&lt;iframe src=/x></pre>", "<pre>&lt;iframe src=/x&gt;</pre>"),
    (
        "<iframe src='/open'>text that stays",
        link("https://www.example.org/open", "example.org") + " text that stays",
    ),
]


@pytest.mark.parametrize(("body", "expected"), NONE)
def test_what_is_no_embed_stays_what_it_is(body: str, expected: str) -> None:
    assert shown(body) == expected


def test_code_that_shows_a_frame_stays_code() -> None:
    frame = '<iframe src="/x"></iframe>'
    assert shown(f"`{frame}`", markdown=True) == '<p><code>&lt;iframe src="/x"&gt;&lt;/iframe&gt;</code></p>'


EMPTIED = [
    ("", False),
    (" \n", False),
    ("x", False),
    ("<img src=/x>", False),
    ("<iframe src=/x></iframe>", False),
    ("<iframe srcdoc=x></iframe>", True),
    ("<p><object data=x></object></p>", True),
    ("<form><input></form>\n<br>", True),
]


@pytest.mark.parametrize(("body", "emptied"), EMPTIED)
def test_a_body_of_which_nothing_is_left_is_told(body: str, emptied: bool) -> None:
    assert content(body, markdown=False, base=BASE, fix_encoding=False).emptied is emptied


@pytest.mark.parametrize(
    "piece", ["<iframe src=x>", "<video>", "<audio '", '<video "', "<!--", "<source ", "</video"]
)
@pytest.mark.timeout(60)
def test_hostile_bodies_end(piece: str) -> None:
    shown(piece * (500_000 // len(piece)))
    shown("<video>" + piece * (500_000 // len(piece)) + "</video>")
