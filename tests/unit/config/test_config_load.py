"""Loading config.yaml: defaults, every key, where paths lead, and every fault with its place."""

# ruff: noqa: E501 (messages are compared whole)

from __future__ import annotations

import dataclasses
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, load, loads
from feedmill.config.load import MAX_BYTES
from feedmill.config.starter import starter
from feedmill.model.settings import (
    AdminSettings,
    CustomSettings,
    DecodeSettings,
    FeedSettings,
    GuardSettings,
    LogSettings,
    Range,
    ScanSettings,
    ScheduleSettings,
    ServerSettings,
    Settings,
    TermSettings,
    WatchSettings,
    Where,
)
from feedmill.model.site import Site
from feedmill.model.slug import Slug, TermKey

ROOT = Path(__file__).resolve().parents[3]


def faults(text: str, base: Path) -> list[str]:
    """Return the lines that a configuration fails with; none when it is right."""
    try:
        loads(text, base=base)
    except ConfigErrors as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "---\n", "---\n...\n", "{}", "null", "~", "site:\nseeds: ~\n", "\ufeff"]
)
def test_an_empty_file_is_all_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    settings = load(None, environ={}, cwd=tmp_path)
    assert settings == Settings(
        file=tmp_path / "config.yaml",
        site=Site(title="feedmill", url="http://127.0.0.1:8080/", id="http://127.0.0.1:8080/"),
        scan=ScanSettings(dir=tmp_path / "seeds"),
        decode=DecodeSettings(),
        feeds_dir=tmp_path / "feeds",
        configured_feeds_dir=tmp_path / "feeds",
        state_dir=tmp_path / ".feedmill",
    )


def test_defaults_of_the_table_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = loads("", base=tmp_path)
    for value in (
        settings.feeds,
        settings.decode,
        settings.schedule,
        settings.watch,
        settings.server,
        settings.admin,
        settings.guard,
        settings.log,
    ):
        assert value == type(value)()


EVERY_KEY = """\
site:
  title: Example feeds
  url: https://feeds.example.org
  id: urn:uuid:6a9f2a4e-8f0e-4b6f-9a55-0e7f1f9d2c11
  description: What we read
  language: de-AT
  author: {name: Jane Doe, email: jane@example.org, url: "https://example.org/jane"}
  icon: https://example.org/icon.png
  rights: CC BY 4.0
seeds:
  dir: in
  include: ["**/*.md"]
  exclude: [drafts/**]
  published_default: off
  timezone: Europe/Berlin
  on_invalid: withhold
  fix_encoding: "no"
  max_bytes: 64KB
  fields: {link: [webUrl, external_url], date: pubdate}
  workers: 3
feeds:
  dir: out
  formats: [atom]
  limit: 20
  max_bytes: 2 MiB
  content: summary
  related: 4
  html: false
topics:
  "Artificial Intelligence": {slug: ai, aliases: [AI, A.I.], title: AI, description: Machines}
  Robots:
providers:
  Amazon Web Services: {slug: aws, aliases: [AWS]}
custom:
  - slug: top-ai
    title: Top AI
    description: The best
    where:
      topics: [AI]
      providers: []
      types: [article, video]
      categories: [news]
      levels: beginner
      quality: {min: 60}
      heat: {min: -1, max: 99.5}
      not: {providers: [AWS], quality: {max: 70}}
    limit: 5
    content: none
    order: quality
  - slug: rest
redirects: {topics/old.atom: topics/new.atom, feed/: all.rss}
schedule: {rebuild: {cron: "0 * * * *"}, on_change: no, timezone: Asia/Tokyo}
watch: {mode: poll, settle: 50ms, max_wait: 2s}
server: {enabled: yes, host: "::1", port: 0, max_age: 90s, shared_max_age: 0}
admin: {enabled: false, host: localhost, port: 9}
guard: {max_vanished: 25%, min_entries: 3}
state: {dir: /var/lib/feedmill}
theme: {dir: .}
log: {level: debug, format: json}
"""


def test_every_key(tmp_path: Path) -> None:
    assert loads(EVERY_KEY, base=tmp_path) == Settings(
        file=tmp_path / "config.yaml",
        site=Site(
            title="Example feeds",
            url="https://feeds.example.org/",
            id="urn:uuid:6a9f2a4e-8f0e-4b6f-9a55-0e7f1f9d2c11",
            description="What we read",
            language="de-AT",
            author="Jane Doe",
            author_email="jane@example.org",
            author_url="https://example.org/jane",
            icon="https://example.org/icon.png",
            rights="CC BY 4.0",
            ttl=1,
        ),
        scan=ScanSettings(dir=tmp_path / "in", include=("**/*.md",), exclude=("drafts/**",)),
        decode=DecodeSettings(
            published_default=False,
            timezone="Europe/Berlin",
            fix_encoding=False,
            max_bytes=64_000,
            fields=(("link", ("webUrl", "external_url")), ("publishedDateTime", ("pubdate",))),
            related=4,
        ),
        on_invalid="withhold",
        workers=3,
        feeds_dir=tmp_path / "out",
        configured_feeds_dir=tmp_path / "out",
        feeds=FeedSettings(
            formats=("atom",),
            limit=20,
            max_bytes=2 << 20,
            content="summary",
            related=4,
            html=False,
            topics=(
                TermSettings(
                    key=TermKey("artificial intelligence"),
                    label="Artificial Intelligence",
                    slug=Slug("ai"),
                    title="AI",
                    description="Machines",
                    aliases=("AI", "A.I."),
                ),
                TermSettings(key=TermKey("robots"), label="Robots"),
            ),
            providers=(
                TermSettings(
                    key=TermKey("amazon web services"),
                    label="Amazon Web Services",
                    slug=Slug("aws"),
                    aliases=("AWS",),
                ),
            ),
            custom=(
                CustomSettings(
                    slug=Slug("top-ai"),
                    title="Top AI",
                    description="The best",
                    where=Where(
                        topics=("AI",),
                        types=("article", "video"),
                        categories=("news",),
                        levels=("beginner",),
                        quality=Range(min=60),
                        heat=Range(min=-1, max=99.5),
                        exclude=Where(providers=("AWS",), quality=Range(max=70)),
                    ),
                    limit=5,
                    content="none",
                    order="quality",
                ),
                CustomSettings(slug=Slug("rest"), title="rest"),
            ),
        ),
        redirects={"topics/old.atom": "topics/new.atom", "feed/": "all.rss"},
        schedule=ScheduleSettings(every=None, cron="0 * * * *", on_change=False, timezone="Asia/Tokyo"),
        watch=WatchSettings(mode="poll", settle=timedelta(milliseconds=50), max_wait=timedelta(seconds=2)),
        server=ServerSettings(
            host="::1",
            port=0,
            max_age=timedelta(seconds=90),
            shared_max_age=timedelta(0),
        ),
        admin=AdminSettings(enabled=False, host="localhost", port=9),
        guard=GuardSettings(max_vanished=0.25, min_entries=3),
        state_dir=Path("/var/lib/feedmill"),
        theme_dir=tmp_path,
        log=LogSettings(level="debug", format="json"),
    )


def test_text_is_taken_as_written(tmp_path: Path) -> None:
    site = loads("site: {title: No, description: 3.10, rights: off, id: 012}", base=tmp_path).site
    assert (site.title, site.description, site.rights, site.id) == ("No", "3.10", "off", "012")


def test_a_site_without_an_id_is_known_by_its_address(tmp_path: Path) -> None:
    assert loads("site: {url: https://a.example}", base=tmp_path).site.id == "https://a.example/"


def test_a_name_alone_is_an_author(tmp_path: Path) -> None:
    assert loads("site: {author: Jane Doe}", base=tmp_path).site.author == "Jane Doe"


@pytest.mark.parametrize(
    ("rebuild", "every", "cron"),
    [
        ("", timedelta(minutes=15), None),
        ("{}", timedelta(minutes=15), None),
        ("2h", timedelta(hours=2), None),
        ("{every: 2h}", timedelta(hours=2), None),
        ("off", None, None),
        ("{every: never}", None, None),
        ('{cron: "@daily"}', None, "0 0 * * *"),
    ],
)
def test_when_to_rebuild(tmp_path: Path, rebuild: str, every: timedelta | None, cron: str | None) -> None:
    schedule = loads(f"schedule: {{rebuild: {rebuild}}}", base=tmp_path).schedule
    assert (schedule.every, schedule.cron) == (every, cron)


def test_an_empty_not_leaves_nothing_out(tmp_path: Path) -> None:
    (feed,) = loads(
        "custom: [{slug: x, where: {not: {topics: [], quality: {}}}}]", base=tmp_path
    ).feeds.custom
    assert feed.where == Where()


def test_time_to_live_is_whole_minutes_and_never_none(tmp_path: Path) -> None:
    for written, minutes in (("0", 1), ("59s", 1), ("119s", 1), ("2m", 2), ("1d", 1440)):
        assert loads(f"server: {{max_age: {written}}}", base=tmp_path).site.ttl == minutes


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    text = """
custom:
  - &base {slug: one, title: One, limit: 5, order: heat}
  - {<<: *base, slug: two}
  - {slug: three, <<: [{limit: 7}, *base]}
"""
    one, two, three = loads(text, base=tmp_path).feeds.custom
    assert (one.slug, two.slug, three.slug) == ("one", "two", "three")
    assert (two.title, two.limit, two.order) == ("One", 5, "heat")
    assert (three.title, three.limit) == ("One", 7)


def test_paths_are_relative_to_the_file_and_options_to_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "here").mkdir()
    file = tmp_path / "etc" / "mill.yaml"
    file.write_text("seeds: {dir: ../in}\nfeeds: {dir: ~/out}\n")
    environ = {"HOME": str(tmp_path / "home")}
    settings = load(Path("../etc/mill.yaml"), environ=environ, cwd=tmp_path / "here")
    assert settings.scan.dir == tmp_path / "here/../etc/../in"
    assert settings.feeds_dir == tmp_path / "home/out"
    assert settings.state_dir == tmp_path / "here/../etc/.feedmill"
    assert settings.file == tmp_path / "here/../etc/mill.yaml"
    settings = load(file, environ=environ, seeds=Path("s"), feeds=Path("/f"), cwd=tmp_path / "here")
    assert (settings.scan.dir, settings.feeds_dir) == (tmp_path / "here/s", Path("/f"))
    assert settings.configured_feeds_dir == tmp_path / "home/out"


def test_the_configured_folder_is_that_of_file_and_environment(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("feeds: {dir: a}")
    environ = {"FEEDMILL_FEEDS__DIR": "b"}
    settings = load(None, environ=environ, overrides=["feeds.dir=c"], cwd=tmp_path)
    assert (settings.configured_feeds_dir, settings.feeds_dir) == (tmp_path / "b", tmp_path / "c")
    settings = load(None, environ={}, overrides=["feeds.dir=c"], cwd=tmp_path)
    assert (settings.configured_feeds_dir, settings.feeds_dir) == (tmp_path / "a", tmp_path / "c")


def test_loading_changes_nothing_and_needs_no_folder(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("")
    before = (os.environ.copy(), Path.cwd(), sorted(tmp_path.iterdir()))
    assert load(None, environ={}, cwd=tmp_path) == load(None, environ={}, cwd=tmp_path)
    assert (os.environ.copy(), Path.cwd(), sorted(tmp_path.iterdir())) == before


def test_the_file_is_looked_for_upward(tmp_path: Path) -> None:
    inside = tmp_path / "seeds/2026"
    inside.mkdir(parents=True)
    (tmp_path / "config.yaml").write_text("site: {title: above}")
    settings = load(None, environ={}, seeds=Path("s"), cwd=inside)
    assert settings.site.title == "above"
    assert (settings.file, settings.feeds_dir) == (tmp_path / "config.yaml", tmp_path / "feeds")
    assert settings.scan.dir == inside / "s"
    (tmp_path / "seeds/config.yaml").mkdir()  # no file: passed over
    assert load(None, environ={}, cwd=inside).site.title == "above"
    (inside / "config.yaml").write_text("site: {titel: here}")
    with pytest.raises(ConfigErrors, match=r"^config.yaml:1:8: unknown key 'titel'"):
        load(None, environ={}, cwd=inside)
    (inside / "config.yaml").unlink()
    (tmp_path / "config.yaml").write_text("site: {titel: above}")
    with pytest.raises(ConfigErrors, match=rf"^{tmp_path}/config.yaml:1:8: unknown key 'titel'"):
        load(None, environ={}, cwd=inside)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=r"^config.yaml: there is no such file; `feedmill init` makes one"):
        load(None, environ={}, cwd=tmp_path)
    with pytest.raises(ConfigErrors, match=r"^x/y.yaml: there is no such file"):
        load(Path("x/y.yaml"), environ={}, cwd=tmp_path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(ConfigErrors, match=r"^a: this is a folder, not a configuration file$"):
        load(Path("a"), environ={}, cwd=tmp_path)
    (tmp_path / "a/config.yaml").touch()
    with pytest.raises(ConfigErrors, match=r"not a configuration file; use a/config.yaml$"):
        load(Path("a"), environ={}, cwd=tmp_path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigErrors, match="cannot be read: Not a directory"):
        load(Path("file/config.yaml"), environ={}, cwd=tmp_path)
    with pytest.raises(ConfigErrors, match="cannot be read: embedded null byte"):
        load(Path("a\0b"), environ={}, cwd=tmp_path)
    (tmp_path / "latin.yaml").write_bytes("site:\n  title: Bücher\n".encode("latin-1"))
    with pytest.raises(ConfigErrors, match=r"^latin.yaml:2:11: not UTF-8"):
        load(Path("latin.yaml"), environ={}, cwd=tmp_path)
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigErrors, match="larger than 4 MiB"):
        load(Path("large.yaml"), environ={}, cwd=tmp_path)


FAULTS = [
    ("site: {titel: x}", "config.yaml:1:8: unknown key 'titel' in 'site'; did you mean 'title'?"),
    ("Site: {}", "config.yaml:1:1: unknown key 'Site'; did you mean 'site'?"),
    (
        "seeds:\n  max-bytes: 1",
        "config.yaml:2:3: unknown key 'max-bytes' in 'seeds'; did you mean 'max_bytes'?",
    ),
    ("port: 1", "config.yaml:1:1: unknown key 'port'; did you mean 'server.port' or 'admin.port'?"),
    (
        "log: {zzz: 1}",
        "config.yaml:1:7: unknown key 'zzz' in 'log'; the keys here are level, format",
    ),
    ("site: x", """config.yaml:1:7: 'site' is "x"; use a mapping, such as {title: …}"""),
    ("site: [1]", "config.yaml:1:7: 'site' is a list; use a mapping, such as {title: …}"),
    ("- 1", "config.yaml:1:1: the file holds a list; it should hold keys like 'site:' and 'seeds:'"),
    ("hello", """config.yaml:1:1: the file holds "hello"; it should hold keys like 'site:' and 'seeds:'"""),
    ("site: {title: [a]}", "config.yaml:1:15: 'site.title' is a list; use text"),
    ("site: {title: {a: b}}", "config.yaml:1:15: 'site.title' is a mapping; use text"),
    (
        "site: {url: foo}",
        """config.yaml:1:13: 'site.url' is "foo"; use an absolute URL like https://feeds.example.org/""",
    ),
    (
        "server:\n  port: http",
        """config.yaml:2:9: 'server.port' is "http"; use a whole number from 0 to 65535""",
    ),
    (
        "server: {port: 65536}",
        """config.yaml:1:16: 'server.port' is "65536"; use a whole number from 0 to 65535""",
    ),
    ("feeds: {limit: 0}", """config.yaml:1:16: 'feeds.limit' is "0"; use a whole number from 1 to 1000"""),
    (
        "feeds: {limit: 1001}",
        """config.yaml:1:16: 'feeds.limit' is "1001"; use a whole number from 1 to 1000""",
    ),
    ("feeds: {html: maybe}", """config.yaml:1:15: 'feeds.html' is "maybe"; use true or false"""),
    (
        "log: {level: warn}",
        """config.yaml:1:14: 'log.level' is "warn"; did you mean 'warning'? (debug, info, warning or error)""",
    ),
    (
        "feeds: {formats: [rss, atmo]}",
        """config.yaml:1:24: 'feeds.formats.1' is "atmo"; did you mean 'atom'? (rss, atom or json)""",
    ),
    ("feeds: {formats: [rss, rss]}", """config.yaml:1:24: 'feeds.formats' has "rss" twice; once is enough"""),
    (
        "feeds: {formats: []}",
        "config.yaml:1:18: 'feeds.formats' is empty; it needs at least one value, or leave the key out",
    ),
    ("feeds: {formats: {rss: true}}", "config.yaml:1:18: 'feeds.formats' is a mapping; use a list: [ … ]"),
    (
        "server: {max_age: 15}",
        (
            """config.yaml:1:19: 'server.max_age' is "15", which has no unit (seconds would be 15s, minutes 15m); """
            "use a duration like 20ms, 1s, 15m, 2h, 1d or 1h30m"
        ),
    ),
    (
        "schedule: {rebuild: {every: 10ms}}",
        (
            """config.yaml:1:29: 'schedule.rebuild.every' is "10ms", which is less than 1s; """
            "use a duration like 20ms, 1s, 15m, 2h, 1d or 1h30m, or off"
        ),
    ),
    (
        "schedule: {rebuild: {cron: '* * * *'}}",
        (
            """config.yaml:1:28: 'schedule.rebuild.cron' is "* * * *", 4 of its five fields; """
            'use five fields like "0 * * * *" (minute hour day month weekday, 0 = Sunday)'
        ),
    ),
    (
        "seeds: {timezone: Europe/Berlim}",
        (
            """config.yaml:1:19: 'seeds.timezone' is "Europe/Berlim", which tzdata does not have; """
            "did you mean 'Europe/Berlin'? (a name like UTC or Europe/Berlin)"
        ),
    ),
    (
        "seeds: {max_bytes: 1 TiB}",
        (
            """config.yaml:1:20: 'seeds.max_bytes' is "1 TiB", with the unknown unit 'TiB'; """
            "use a size like 4 MiB, 64KB or 1048576"
        ),
    ),
    (
        "seeds: {max_bytes: 12}",
        (
            """config.yaml:1:20: 'seeds.max_bytes' is "12", which is not within 1 KiB to 1 GiB; """
            "use a size like 4 MiB, 64KB or 1048576"
        ),
    ),
    (
        "seeds: {fields: {linkk: [a]}}",
        """config.yaml:1:18: "linkk" in 'seeds.fields' is no key; did you mean 'link'? (one of our field names: """,
    ),
    (
        "seeds: {fields: {link: [a], webUrl: [b]}}",
        """config.yaml:1:29: "webUrl" in 'seeds.fields' means the same as "link"; keep one of them""",
    ),
    (
        "seeds: {fields: {excerpt: [secured]}}",
        """config.yaml:1:28: 'seeds.fields.excerpt.0' is "secured", which is never read, by any name; """,
    ),
    (
        "seeds: {fields: {secured: [a]}}",
        """config.yaml:1:18: "secured" in 'seeds.fields' is no key, which is never""",
    ),
    (
        "seeds: {fields: {link: }}",
        "config.yaml:1:24: 'seeds.fields.link' is empty; leave it out or fill it in",
    ),
    ("seeds: {include: [a, ]}\nseeds: {}", "config.yaml:2:1: 'seeds' is given twice; first in line 1"),
    ("seeds: {workers: 0}", """'seeds.workers' is "0"; use auto or a number of processes from 1 to 256"""),
    (
        "seeds: {workers: 'dask://'}",
        """"dask://", where a host and a port should be all; use auto or a number""",
    ),
    ("seeds: {workers: 'dask://u:p@h'}", "where a host and a port should be all"),
    ("seeds: {workers: 'dask://h:x'}", "'seeds.workers' is \"dask://h:x\""),
    ("custom: [{title: x}]", "config.yaml:1:10: 'custom.0' has no 'slug'; add slug: top-ai"),
    ("custom: {slug: x}", "config.yaml:1:9: 'custom' is a mapping; use a list: [ … ]"),
    ("custom: [~]", "config.yaml:1:10: 'custom.0' is empty; leave it out or fill it in"),
    ("custom: [{slug: x, where: {not: {not: {}}}}]", "unknown key 'not' in 'custom.0.where.not'"),
    (
        "custom: [{slug: x, where: {quality: 60}}]",
        """'custom.0.where.quality' is "60"; use a mapping, such as {min: …}""",
    ),
    ("custom: [{slug: x, where: {quality: {min: .nan}}}]", "use a number like 60 or 0.5"),
    ("topics: {' - ': {}}", """config.yaml:1:10: " - " in 'topics' is no key, which names nothing"""),
    ("topics: {AI: {slug: A_I}}", """'topics.AI.slug' is "A_I"; use small letters and digits"""),
    ("? [a]\n: b", "config.yaml:1:3: a key that is a list or a mapping; keys are plain text"),
    (
        "site: {title: !!python/name:os.system x}",
        "config.yaml:1:15: the tag !!python/name:os.system means nothing here",
    ),
    ("site: {<<: 3}", "config.yaml:1:12: '<<' merges mappings only"),
    ("site: {title: x", "config.yaml:2:1: not valid YAML: "),
    ("site:\n\ttitle: x", "config.yaml:2:1: not valid YAML: "),
    ("a: 1\n---\nb: 2", "config.yaml:2:1: not valid YAML: "),
    (
        'site: {title: "\\x00"}',
        """'site.title' is "\\x00", which holds the control character U+0000; use text""",
    ),
    (
        "site: {url: 'https://jane:pa55@example.org/'}",
        """'site.url' is "https://***@example.org/", with a user name, which everybody would see""",
    ),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_fault_says_where_and_what_would_be_right(tmp_path: Path, text: str, message: str) -> None:
    (found,) = faults(text, tmp_path)
    assert message in found
    assert "Traceback" not in found
    assert "pa55" not in found


def test_every_fault_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "log: {level: x}\nsite: {titel: a, url: b}\nserver: {port: c}\nseeds: [1]\n"
    found = faults(text, tmp_path)
    assert [line.split(" ")[0] for line in found] == [
        "config.yaml:1:14:",
        "config.yaml:2:8:",
        "config.yaml:2:23:",
        "config.yaml:3:16:",
        "config.yaml:4:8:",
    ]


def test_errors_carry_facts(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads("server: {port: x}\nlog: 1", base=tmp_path, source="etc/a.yaml")
    first, second = caught.value.faults
    assert (first.path, first.line, first.column) == ("etc/a.yaml", 1, 16)
    assert (caught.value.path, caught.value.line) == ("etc/a.yaml", 1)
    assert str(caught.value) == f"{first}\n{second}"


def test_the_bundled_configuration_puts_ai_where_it_belongs() -> None:
    settings = load(ROOT / "config.yaml", environ={}, cwd=ROOT)
    assert [line.partition(",")[0] for line in settings.warnings] == ["site.url is http://127.0.0.1:8080/"]
    (term,) = [term for term in settings.feeds.topics if "AI" in term.aliases]
    assert (term.label, term.slug) == ("Artificial Intelligence", "ai")
    assert settings.scan.dir == ROOT / "seeds"
    assert settings.site.id != settings.site.url


def test_the_first_configuration_is_valid_and_says_the_defaults(tmp_path: Path) -> None:
    text = starter(site_id="urn:uuid:1", title='A: "b"')
    settings = loads(text, base=tmp_path)
    assert (settings.site.title, settings.site.id) == ('A: "b"', "urn:uuid:1")
    plain = loads("", base=tmp_path)
    assert settings == dataclasses.replace(
        plain, site=dataclasses.replace(plain.site, title='A: "b"', id="urn:uuid:1")
    )


def test_what_the_first_configuration_shows_in_comments_is_valid_too(tmp_path: Path) -> None:
    comment = re.compile(r"# ( *(?:- )?(?:[a-z]+|[A-Z]\w+ [A-Z]\w+):(?: .*)?)$")
    text = re.sub(r"^( *)" + comment.pattern, r"\1\2", starter(site_id="urn:uuid:1"), flags=re.MULTILINE)
    settings = loads(text, base=tmp_path)
    assert settings.site.author == "Your name"
    assert settings.feeds.topics[0].slug == "ai"
    assert settings.feeds.custom[0].slug == "top-ai"
