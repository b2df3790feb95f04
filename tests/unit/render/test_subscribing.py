"""How to subscribe: the readers' own forms of address, and a code that a camera reads."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import zxingcpp

from conformance.samples import BARE, entry, feed
from feedmill.render.pages import Pages
from feedmill.render.qr import qr_svg
from feedmill.render.subscribing import subscriptions

ODD = "https://feeds.example.org/topics/q&a+%E2%82%AC.rss?x=1#y"


def read(svg: str) -> str:
    """Return what a reader of QR codes sees in the picture."""
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found
    side, scale = int(found[1]), 4
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", svg):
        rows[int(y)][int(x) : int(x) + int(length)] = bytes(int(length))
    pixels = b"".join(
        bytes(value for value in row for _ in range(scale)) for row in rows for _ in range(scale)
    )
    (code,) = zxingcpp.read_barcodes(memoryview(pixels).cast("B", shape=[side * scale, side * scale]))
    return str(code.text)


def test_each_reader_gets_the_address_in_the_form_that_it_documents() -> None:
    (one,) = subscriptions(BARE, "topics/ai", ("rss", "html"), "../")
    one = replace(one, address=ODD)
    readers = dict(one.readers)
    assert list(readers) == ["Feedly", "Inoreader", "NewsBlur", "Feedbin"]
    feedly = urlsplit(readers["Feedly"])
    assert (feedly.netloc, unquote(feedly.path)) == ("feedly.com", f"/i/subscription/feed/{ODD}")
    for name, host, key in (
        ("Inoreader", "www.inoreader.com", "add_feed"),
        ("NewsBlur", "www.newsblur.com", "url"),
        ("Feedbin", "feedbin.com", "subscribe"),
    ):
        parts = urlsplit(readers[name])
        assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", host, "/", "")
        assert parse_qs(parts.query) == {key: [ODD]}
    assert one.scheme == f"feed:{ODD}"


def test_a_page_has_a_button_for_each_and_a_code_of_its_own_address() -> None:
    body = Pages(BARE, {}).render_feed(feed(entry(1), formats=("atom", "html"))).decode()
    address = "https://feeds.example.org/topics/ai.atom"
    for _, link in subscriptions(BARE, "topics/ai", ("atom",), "")[0].readers:
        assert f'<a href="{link}">' in body
    assert f'<a href="feed:{address}">' in body
    svg = body[body.index('<svg class="qr"') :]
    assert read(svg[: svg.index("</svg>")]) == "https://feeds.example.org/topics/ai.html"


@pytest.mark.parametrize("length", [1, 30, 80, 150, 300, 700])
def test_a_code_can_be_read_whatever_the_address(length: int) -> None:
    for seed in range(6):
        text = "https://" + "".join(chr(97 + (at * at * 7 + seed * at) % 26) for at in range(length))
        assert read(qr_svg(text, "code")) == text


def test_more_than_a_code_can_hold_gives_none() -> None:
    assert qr_svg("https://e.org/" + "x" * 3000, "code") == ""


def test_the_label_is_escaped() -> None:
    assert 'aria-label="&#34;&lt;&amp;"' in qr_svg("x", '"<&')
