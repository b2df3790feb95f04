"""Who asks: pages for people, lines of text for programs, feeds that a browser opens."""

from __future__ import annotations

import pytest

from feedmill.server.audience import opens_in_a_browser, wants_page

CHROMIUM = b"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (CHROMIUM, True),
        (b"text/html", True),
        (b"TEXT/HTML ; Q=0.5", True),
        (b"text/html;level=1;q=0.4, text/plain;q=0.4", True),
        (b"*/*", False),
        (b"", False),
        (b"text/html;q=0", False),
        (b"text/*", False),
        (b"application/atom+xml, application/rss+xml;q=0.9, text/html;q=0.5, */*;q=0.8", False),
        (b"text/plain, text/html;q=0.9", False),
        (b"text/html;q=nonsense", True),
        (b"text/html" + b", x/y" * 300, False),
    ],
)
def test_a_page_is_for_who_names_html_and_likes_it_no_less_than_text(accept: bytes, wanted: bool) -> None:
    assert wants_page({b"accept": accept}) is wanted


def test_who_says_nothing_gets_text() -> None:
    assert not wants_page({})


def test_only_a_browser_says_that_it_opens_a_document() -> None:
    assert opens_in_a_browser({b"sec-fetch-dest": b"document"})
    assert not opens_in_a_browser({b"sec-fetch-dest": b"empty"})
    assert not opens_in_a_browser({})
