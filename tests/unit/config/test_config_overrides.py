"""Environment variables and --set: what they mean, which wins, and what they are told when wrong."""

# ruff: noqa: E501 (messages are compared whole)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, load, loads
from feedmill.model.settings import Settings


def read(base: Path, text: str = "", *options: str, environ: Mapping[str, str] | None = None) -> Settings:
    return loads(text, base=base, overrides=options, environ=environ)


def faults(base: Path, text: str = "", *options: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        read(base, text, *options, environ=environ)
    return str(caught.value).splitlines()


def test_file_environment_option_argument_in_this_order(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "site: {title: file, rights: file}\nfeeds: {dir: file}\nseeds: {dir: s}"
    )
    environ = {"FEEDMILL_SITE__TITLE": "environment", "FEEDMILL_FEEDS__DIR": "environment"}

    def title_and_folder(options: Sequence[str], feeds: Path | None) -> tuple[str, Path]:
        settings = load(None, environ=environ, overrides=options, feeds=feeds, cwd=tmp_path)
        assert settings.site.rights == "file"
        return settings.site.title, settings.feeds_dir

    assert title_and_folder([], None) == ("environment", tmp_path / "environment")
    options = ["site.title=option", "feeds.dir=option"]
    assert title_and_folder(options, None) == ("option", tmp_path / "option")
    assert title_and_folder(options, Path("argument")) == ("option", tmp_path / "argument")
    assert title_and_folder([*options, "site.title=last"], None)[0] == "last"


@pytest.mark.parametrize(
    "name", ["FEEDMILL_SITE__URL", "feedmill_site__url", "Feedmill_Site__Url", "FEEDMILL_site__url"]
)
def test_a_variable_in_any_case(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, environ={name: "https://a.example/x"}).site.url == "https://a.example/x/"


def test_other_variables_are_nobodys_business(tmp_path: Path) -> None:
    environ = {"FEEDMILL_CONFIG": "x", "FEEDMILL_CORPUS": "y", "SITE__URL": "z", "XFEEDMILL_SITE__URL": "z"}
    assert read(tmp_path, environ=environ) == read(tmp_path)


def test_one_underscore_too_few_is_a_warning(tmp_path: Path) -> None:
    settings = read(
        tmp_path, environ={"FEEDMILL_SITE_URL": "https://a.example", "FEEDMILL_SEEDS_MAX_BYTES": "1"}
    )
    assert settings.warnings[:2] == (
        "FEEDMILL_SEEDS_MAX_BYTES sets nothing; did you mean FEEDMILL_SEEDS__MAX_BYTES?",
        "FEEDMILL_SITE_URL sets nothing; did you mean FEEDMILL_SITE__URL?",
    )


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("News: today", "News: today"),
        ("AI # 1", "AI # 1"),
        ("*bold*", "*bold*"),
        ("[draft]", "[draft]"),
        ('"quoted: text"', "quoted: text"),
        ("'it''s'", "it's"),
        ("No", "No"),
        ("a=b", "a=b"),
        ("", "feedmill"),
        ("null", "feedmill"),
        ("  padded ", "padded"),
    ],
)
def test_one_value_is_taken_as_it_is(tmp_path: Path, value: str, title: str) -> None:
    assert read(tmp_path, "site: {title: file}", f"site.title={value}").site.title == title
    assert read(tmp_path, "site: {title: file}", environ={"FEEDMILL_SITE__TITLE": value}).site.title == title


@pytest.mark.parametrize(
    ("value", "formats"),
    [
        ("atom", ("atom",)),
        ("atom,json", ("atom", "json")),
        ("atom, json", ("atom", "json")),
        ("[atom, json]", ("atom", "json")),
        ('["atom"]', ("atom",)),
        ("", ("rss", "atom", "json")),
    ],
)
def test_lists(tmp_path: Path, value: str, formats: tuple[str, ...]) -> None:
    assert read(tmp_path, "feeds: {formats: [rss]}", f"feeds.formats={value}").feeds.formats == formats


def test_patterns_need_no_second_quoting(tmp_path: Path) -> None:
    assert read(tmp_path, "", "seeds.include=**/*.md").scan.include == ("**/*.md",)
    assert read(tmp_path, "", "schedule.rebuild.cron=*/5 * * * *").schedule.cron == "*/5 * * * *"


def test_other_values_are_yaml(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        "topics: {Robots: {}}",
        "topics={AI: {slug: ai}}",
        "redirects={a.xml: all.rss}",
        "custom=[{slug: x}]",
        "site.author={name: Jane, email: jane@example.org}",
    )
    assert [term.label for term in settings.feeds.topics] == ["AI"]
    assert settings.redirects == {"a.xml": "all.rss"}
    assert settings.feeds.custom[0].slug == "x"
    assert (settings.site.author, settings.site.author_email) == ("Jane", "jane@example.org")


def test_a_part_of_a_section_leaves_the_rest(tmp_path: Path) -> None:
    text = "site: {author: Jane Doe, rights: CC0}\ncustom: [{slug: a}, {slug: b, limit: 3}]\nserver:\n"
    settings = read(
        tmp_path,
        text,
        "site.author.email=jane@example.org",
        "custom.1.limit=9",
        "server.port=1",
        "seeds.workers=2",
    )
    assert (settings.site.author, settings.site.author_email) == ("Jane Doe", "jane@example.org")
    assert settings.site.rights == "CC0"
    assert [(feed.slug, feed.limit) for feed in settings.feeds.custom] == [("a", None), ("b", 9)]
    assert (settings.server.port, settings.workers) == (1, 2)


def test_labels_as_the_file_writes_them(tmp_path: Path) -> None:
    text = "topics: {Machine Learning: {title: ML}, Node.js: {}}"
    settings = read(
        tmp_path,
        text,
        'topics."Node.js".slug=node',
        environ={"FEEDMILL_TOPICS__MACHINE_LEARNING__SLUG": "ml", "FEEDMILL_TOPICS__AI__TITLE": "A"},
    )
    assert [(term.label, term.slug, term.title) for term in settings.feeds.topics] == [
        ("Machine Learning", "ml", "ML"),
        ("Node.js", "node", ""),
        ("AI", None, "A"),
    ]


def test_one_way_to_rebuild_displaces_the_other(tmp_path: Path) -> None:
    file = 'schedule: {rebuild: {cron: "0 * * * *"}}'
    schedule = read(tmp_path, file, "schedule.rebuild.every=2h").schedule
    assert (schedule.every, schedule.cron) == (timedelta(hours=2), None)
    schedule = read(tmp_path, file, "schedule.rebuild=off").schedule
    assert (schedule.every, schedule.cron) == (None, None)
    for every in ("{every: 5m}", "5m"):
        schedule = read(
            tmp_path, f"schedule: {{rebuild: {every}}}", "schedule.rebuild.cron=1 * * * *"
        ).schedule
        assert (schedule.every, schedule.cron) == (None, "1 * * * *")
    (fault,) = faults(tmp_path, "", "schedule.rebuild.cron=1 * * * *", "schedule.rebuild.every=5m")
    assert "has both 'every' and 'cron'; keep one of them" in fault


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "site.url",
            "--set site.url: there is no '='; use key=value, such as site.url=https://feeds.example.org/",
        ),
        ("=x", '--set : "" has an empty part; use key=value'),
        ("site..url=x", '--set site..url: "site..url" has an empty part; use key=value'),
        ("site.titel=x", "--set site.titel: unknown key 'titel' in 'site'; did you mean 'title'?"),
        ("sites.title=x", "--set sites.title: unknown key 'sites'; did you mean 'site'?"),
        ("site.title.x=y", "--set site.title.x: unknown key 'x' in 'site.title', which holds one value only"),
        (
            "topics.Node.js.slug=x",
            (
                "--set topics.Node.js.slug: unknown key 'js' in 'topics.Node'; the keys here are slug, aliases, title, "
                """description, link; a name with a dot in it wants quotes: topics."Node.js".slug"""
            ),
        ),
        (
            'topics."Node.js.slug=x',
            """--set topics."Node.js.slug: the quotes in "topics."Node.js.slug" do not close""",
        ),
        (
            "server.port=http",
            """--set server.port: 'server.port' is "http"; use a whole number from 0 to 65535""",
        ),
        ("site={title: x", "--set site: not valid YAML: "),
        ("custom.slug=x", "--set custom.slug: unknown key 'slug' in 'custom', which holds one value only"),
    ],
)
def test_what_an_option_is_told(tmp_path: Path, option: str, message: str) -> None:
    (fault,) = faults(tmp_path, "", option)
    assert fault.startswith(message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "FEEDMILL_SITE__TITEL",
            "FEEDMILL_SITE__TITEL: the variable names an unknown key 'titel' in 'site'; did you mean 'title'?",
        ),
        (
            "FEEDMILL_X__Y",
            "FEEDMILL_X__Y: the variable names an unknown key 'x'; the keys here are site, seeds",
        ),
        ("FEEDMILL___", "FEEDMILL___: the variable names an unknown key ''"),
        ("FEEDMILL_SERVER__PORT", """FEEDMILL_SERVER__PORT: 'server.port' is "x"; use a whole number"""),
    ],
)
def test_what_a_variable_is_told(tmp_path: Path, name: str, message: str) -> None:
    (fault,) = faults(tmp_path, "", environ={name: "x"})
    assert fault.startswith(message)


def test_one_key_by_two_variables(tmp_path: Path) -> None:
    environ = {"FEEDMILL_SITE__URL": "https://a.example", "feedmill_site__url": "https://b.example"}
    (fault,) = faults(tmp_path, environ=environ)
    assert "the variable FEEDMILL_SITE__URL sets the same key; remove one of them" in fault


def test_faults_of_all_sources_come_together(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        "server: {port: x}\nfeeds: {limit: 0}",
        "log.level=x",
        environ={"FEEDMILL_SERVER__HOST": "a b"},
    )
    assert [line.split(": ")[0] for line in found] == [
        "config.yaml:1:16",
        "config.yaml:2:16",
        "FEEDMILL_SERVER__HOST",
        "--set log.level",
    ]


def test_a_value_from_elsewhere_keeps_its_place_in_messages_between_keys(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "server: {port: 9}", "admin.port=9")
    assert fault.startswith("--set admin.port: 'admin.port' is 9, which 'server.port' has already")
