"""The pages' own words: every catalog is complete, every plural and date is right, a theme adds languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.plural import to_python

from conformance import html
from conformance.samples import BARE, DIRECTORY, EPISODE, NOON, entry, feed
from feedmill.errors import RenderError
from feedmill.render.pages import Pages
from feedmill.render.words import Words

LANGUAGES = ("ar", "de", "es", "fr", "ja")
_PLACE = re.compile(r"\{\w*\}")
_TAGS = ("zero", "one", "two", "few", "many", "other")
_DAY = datetime(2026, 11, 21, 8, tzinfo=UTC)


def catalog(root: Path, language: str) -> Catalog:
    text = (root / f"src/feedmill/render/locale/{language}.po").read_text("utf-8")
    return read_po(StringIO(text), locale=language, abort_invalid=True)


def test_these_are_the_languages(root: Path) -> None:
    assert tuple(sorted(file.stem for file in (root / "src/feedmill/render/locale").iterdir())) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_templates_is_translated(root: Path, language: str) -> None:
    found = extract_from_dir(
        root / "src/feedmill/render/templates", [("**.html", "jinja2"), ("**.css", "jinja2")]
    )
    wanted = {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}
    known = catalog(root, language)
    told = {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in known
        if message.id
    }
    assert told.keys() == wanted
    assert not known.obsolete
    for original, message in told.items():
        assert not message.fuzzy, original
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        assert all(forms), original
        assert len(forms) == (1 if isinstance(message.id, str) else known.num_plurals)
        for form in forms:
            assert form == form.strip()
            places, allowed = _PLACE.findall(form), _PLACE.findall(original)
            # "one entry" may say its number in words: forms of a plural may leave it out.
            assert sorted(places) == sorted(allowed) or (len(forms) > 1 and not places), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plural_rule_is_the_languages_own(root: Path, language: str) -> None:
    known = catalog(root, language)
    words = Words(language, {})
    rule = to_python(words.locale.plural_form)
    tags = [str(tag) for tag in _TAGS if tag in {*words.locale.plural_form.tags, "other"}]
    (message,) = (one for one in known if isinstance(one.id, tuple) and one.id[0] == "{} entry")
    forms = tuple(message.string or ())
    for n in (*range(130), 1_000, 1_000_000):
        assert words.catalog.ngettext("{} entry", "{} entries", n) == forms[tags.index(rule(n))], n


@pytest.mark.parametrize(
    ("language", "date", "number", "entries"),
    [
        ("en", "21 Nov 2026", "1,234", "1,234 entries"),
        ("en-US", "Nov 21, 2026", "1,234", "1,234 entries"),
        ("de", "21. Nov. 2026", "1.234", "1.234 Einträge"),
        ("de-AT", "21. Nov. 2026", "1.234", "1.234 Einträge"),
        ("fr", "21 nov. 2026", "1\u202f234", "1\u202f234 articles"),
        ("es", "21 nov 2026", "1.234", "1.234 entradas"),
        ("ar", "21 نوفمبر 2026", "1,234", "1,234 مادة"),
        ("ja", "2026年11月21日", "1,234", "1,234 件"),
        ("he", "21 בנוב׳ 2026", "1,234", "1,234 entries"),
        ("EN", "21 Nov 2026", "1,234", "1,234 entries"),
        ("De-AT", "21. Nov. 2026", "1.234", "1.234 Einträge"),
        ("JA", "2026年11月21日", "1,234", "1,234 件"),
        ("x-martian", "21 Nov 2026", "1,234", "1,234 entries"),
    ],
)
def test_dates_and_numbers_are_the_languages_own(language: str, date: str, number: str, entries: str) -> None:
    words = Words(language, {})
    assert words.date(_DAY) == date
    assert words.number(1234) == number
    rows = tuple(replace(row, total=1234) for row in DIRECTORY.rows)
    body = Pages(replace(BARE, language=language), {}).render_index(replace(DIRECTORY, rows=rows)).decode()
    assert entries in body


@pytest.mark.parametrize(
    ("language", "count", "told"),
    [
        ("en", 24_986_239, "25.0 MB"),
        ("en", 1, "1 byte"),
        ("en", 999, "999 bytes"),
        ("en", 1_000, "1.0 kB"),
        ("en", 2_500_000_000_000_000, "2,500.0 TB"),
        ("de-AT", 24_986_239, "25,0 MB"),
        ("fr", 24_986_239, "25,0\u202fMo"),
        ("ar", 24_986_239, "25.0 م.ب"),
    ],
)
def test_sizes_are_the_languages_own(language: str, count: int, told: str) -> None:
    file = replace(EPISODE.enclosure, length=count)
    shown = entry(1, episode=replace(EPISODE, enclosure=file))
    body = Pages(replace(BARE, language=language), {}).render_feed(feed(shown)).decode()
    assert f"</a> ({told})</li>" in body


@pytest.mark.parametrize("language", [*LANGUAGES, "he", "fa", "en"])
def test_a_page_in_any_language_is_valid_and_runs_its_way(language: str) -> None:
    pages = Pages(replace(BARE, language=language), {})
    directory = replace(DIRECTORY, latest=(entry(2), entry(1)))
    bodies = (
        pages.render_feed(feed(entry(2), entry(1), formats=("rss", "atom", "html"))),
        pages.render_index(directory),
        pages.render_missing(404),
        pages.render_missing(410),
    )
    direction = "rtl" if language in ("ar", "he", "fa") else "ltr"
    way = ' dir="rtl"' if direction == "rtl" else ""
    for body in bodies:
        assert html.faults(body) == []
        assert f'<html lang="{language}"{way}>'.encode() in body
    assert f"direction: {direction};" in pages.render_feed_style().decode()


def test_a_theme_adds_a_language_and_mends_one_of_ours() -> None:
    italian = 'msgid "Subscribe"\nmsgstr "Iscriviti"\n'
    theme = {"locale/it.po": italian, "locale/de.po": italian.replace("Iscriviti", "Folgen")}
    theme["locale/pt-BR.po"] = italian.replace("Iscriviti", "Assine")
    for language, wanted, other in (
        ("pt-br", "Assine", "Latest entries"),
        ("PT-BR", "Assine", "Latest entries"),
        ("it-CH", "Iscriviti", "Latest entries"),
        ("de", "Folgen", "Neueste Einträge"),
    ):
        body = Pages(replace(BARE, language=language), theme).render_feed(
            feed(entry(1), formats=("rss", "html"))
        )
        assert f'<h2 id="subscribe">{wanted}</h2>' in body.decode()
        assert other in body.decode()


def test_a_broken_catalog_of_a_theme_is_named() -> None:
    with pytest.raises(RenderError, match=r"locale/it\.po"):
        Pages(replace(BARE, language="it"), {"locale/it.po": 'msgid "x\n'}).render_feed(feed())


def test_words_of_a_catalog_are_text_and_never_markup() -> None:
    theme = {"locale/it.po": 'msgid "Subscribe"\nmsgstr "<b>\\"&"\n'}
    body = Pages(replace(BARE, language="it"), theme).render_feed(feed(entry(1), formats=("rss", "html")))
    assert html.faults(body) == []
    assert b"&lt;b&gt;&#34;&amp;</h2>" in body


def test_the_date_is_the_day_in_utc() -> None:
    assert Words("en", {}).date(NOON.replace(hour=23, minute=59)) == "21 Nov 2026"
