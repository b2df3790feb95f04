"""`authors:`, `feeds.by`, and conditions by author, path and language."""

# ruff: noqa: E501 (messages are compared whole)

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, loads
from feedmill.config.show import show
from feedmill.model.settings import AuthorSettings, FeedsBy, Where
from feedmill.model.slug import Slug, TermKey

EVERY_KEY = """\
feeds: {by: {topics: listed, providers: off, authors: listed, categories: all, types: all}}
authors:
  ada: {name: Ada Lovelace, url: "https://ada.example/", email: ada@example.org, aliases: [Lady Lovelace],
    slug: lovelace, title: Notes, description: On engines, link: "https://www.example.org/ada/"}
  Grace Hopper:
  linus: Linus
custom:
  - slug: x
    where: {authors: [ada], paths: "ai/**", languages: [de, en-GB], not: {authors: [linus], paths: [a, b]}}
"""


def test_every_key(tmp_path: Path) -> None:
    settings = loads(EVERY_KEY, base=tmp_path)
    assert settings.feeds.by == FeedsBy(
        topics="listed", providers="off", authors="listed", categories="all", types="all"
    )
    assert settings.feeds.authors == (
        AuthorSettings(
            key=TermKey("ada"),
            label="ada",
            name="Ada Lovelace",
            url="https://ada.example/",
            email="ada@example.org",
            aliases=("Lady Lovelace",),
            slug=Slug("lovelace"),
            title="Notes",
            description="On engines",
            link="https://www.example.org/ada/",
        ),
        AuthorSettings(key=TermKey("grace hopper"), label="Grace Hopper", name="Grace Hopper"),
        AuthorSettings(key=TermKey("linus"), label="linus", name="Linus"),
    )
    assert settings.feeds.custom[0].where == Where(
        authors=("ada",),
        paths=("ai/**",),
        languages=("de", "en-GB"),
        exclude=Where(authors=("linus",), paths=("a", "b")),
    )
    assert loads(show(settings), base=tmp_path) == settings


def test_by_default_topics_and_providers_have_feeds(tmp_path: Path) -> None:
    assert loads("", base=tmp_path).feeds.by == FeedsBy(topics="all", providers="all")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("feeds: {by: {topics: some}}", """'feeds.by.topics' is "some"; use all, listed or off"""),
        ("feeds: {by: {types: listed}}", """'feeds.by.types' is "listed"; use all or off"""),
        ("feeds: {by: topics}", """'feeds.by' is "topics"; use a mapping, such as {topics: …}"""),
        ("authors: {ada: {url: /ada}}", """'authors.ada.url' is "/ada"; use an absolute URL"""),
        ("authors: {ada: {email: ada}}", "use an e-mail address like jane@example.org"),
        ("authors: {ada: {nam: Ada}}", "unknown key 'nam' in 'authors.ada'; did you mean 'name'?"),
        (
            "authors: {ada: {name: Grace}, grace: {}}",
            """config.yaml:1:23: the name "Grace" is a term of its own in 'authors' ("grace"); remove one of them""",
        ),
        (
            "authors: {ada: Ada L, al: {aliases: [ada-l]}}",
            """config.yaml:1:38: the alias "ada-l" belongs to "ada" already; remove one of them""",
        ),
        ("authors: {ada: {slug: x}, al: {slug: x}}", "'authors' share the slug 'x'"),
        ("custom: [{slug: x, where: {paths: [/a]}}]", "which leads outside the seeds folder"),
        ("custom: [{slug: x, where: {languages: [en_GB]}}]", "where a hyphen belongs (en-GB)"),
        ("custom: [{slug: x, where: {authors: [' ']}}]", "'custom.0.where.authors.0' is"),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert message in str(caught.value)
