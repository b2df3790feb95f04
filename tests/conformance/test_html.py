"""The page checker is worth its name: it sees each fault that a template could make."""

from __future__ import annotations

import pytest

from conformance import html

GOOD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title></head>'
    '<body><main><h1 id="a">T</h1><p>x<a href="#a">y</a></p>{}</main></body></html>'
)


def faults(body: str = "") -> list[str]:
    return html.faults(GOOD.format(body).encode())


def test_a_good_page_has_no_faults() -> None:
    assert (
        faults('<h2>b</h2><ul><li><a href="../x.html">x</a></li></ul><img src="https://e.org/a" alt="">')
        == []
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<iframe></iframe>", "<iframe> is none of our elements"),
        ("<p onclick='x()'>a</p>", "<p onclick> is none of our attributes"),
        ("<p style='x'>a</p>", "<p style> is none of our attributes"),
        ("<p>a<div>b</div></p>", "<div> in <p>"),
        ("<p>a", "</main> where ['p'] is open"),
        ("</p>", "</p> where ['main'] is open"),
        ('<p id="a">x</p>', "id 'a' twice"),
        ('<p id="b" id="c">x</p>', "attribute twice"),
        ('<a href="#gone">x</a>', "nothing has the id 'gone'"),
        ('<a href="javascript:alert(1)">x</a>', "leads to 'javascript:alert(1)'"),
        ('<a href="">x</a>', "leads to ''"),
        ('<img src="https://e.org/a">', "a picture without alt"),
        ('<a href="x">y<span><a href="z">y</a></span></a>', "a link in a link"),
        ("<li>x</li>", "<li> in no list"),
        ("<h1>again</h1>", "not one <h1>"),
        ("<h3>x</h3>", "<h3> follows <h1>"),
        ("<!-- x -->", "a comment"),
    ],
)
def test_each_fault_is_seen(body: str, told: str) -> None:
    assert any(told in one for one in faults(body)), faults(body)


def test_a_page_needs_its_head() -> None:
    assert html.faults(b"<html></html>")[:2] == ["no <!doctype html>", "no charset in the first 1,024 bytes"]
