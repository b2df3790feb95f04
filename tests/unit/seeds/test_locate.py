"""Where an entry is: its own address, its rule's pattern, `site.home`; and the identity made of it."""

from __future__ import annotations

import pytest

from feedmill.model.seed import Record
from feedmill.model.settings import AddressRule, AddressSettings, DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.links import entry_id

HOME = "https://www.example.org/blog/"
ADDRESS = AddressSettings(
    home=HOME,
    site_id="https://feeds.example.org/",
    link="{year}/{month}/{slug}/",
    rules=(
        AddressRule(paths=("notes/**",), link="n/{name}.html", defaults=(("topics", ("Notes",)),)),
        AddressRule(paths=("plain/**",), defaults=(("provider", ("Us",)), ("topics", ("A", "B")))),
    ),
)
SITE = DecodeSettings(address=ADDRESS)
PELICAN = DecodeSettings(address=ADDRESS, headers="pelican")
DATED = "title: Größe 1\ndate: 2026-03-04"


def read(header: str, path: str = "2026-03-04-my-post.md", settings: DecodeSettings = SITE) -> Record:
    return decode(path, f"---\n{header}\n---\nText.\n".encode(), settings)


@pytest.mark.parametrize(
    ("header", "path", "link"),
    [
        (DATED, "2026-03-04-my-post.md", "2026/03/my-post/"),
        (DATED, "my-post/index.md", "2026/03/my-post/"),
        (DATED + "\nslug: own", "x.md", "2026/03/own/"),
        (DATED, "notes/x.md", "n/x.html"),
        (DATED, "plain/x.md", "2026/03/x/"),
        (DATED + "\npermalink: /about/", "x.md", "about/"),
        (DATED + "\nurl: /old/x.html", "x.md", "old/x.html"),
        (DATED + "\npermalink: /:year/:title/", "2026-03-04-a-b.md", "2026/a-b/"),
        (DATED + "\npermalink: true", "x.md", "2026/03/x/"),
        (DATED + "\nwebUrl: sub/x", "x.md", "sub/x"),
        (DATED + "\nlink: https://elsewhere.example/", "x.md", "2026/03/x/"),
    ],
)
def test_addresses_below_home(header: str, path: str, link: str) -> None:
    record = read(header, path)
    assert record.seed is not None, record.problems
    assert record.seed.link == HOME + link
    assert record.seed.id == entry_id(explicit=None, link=f"https://feeds.example.org/{link}")


@pytest.mark.parametrize(
    ("header", "link"),
    [
        ("slug: my-slug\npermalink: /:year/:title/", "2026/my-slug/"),
        ("slug: s\npermalink: /:slug/", "s/"),
        ("categories: [A, b]\npermalink: /:categories/:slug/", "a/b/x/"),
        ('slug: s\nurl: "/{{ slug }}/"', "s/"),
        ('foo: bar\npermalink: "/{{ foo }}/"', "bar/"),
        ('foo: bar\nPermaLink: "/{{ foo | slugify }}/"', "bar/"),
    ],
)
def test_a_pattern_of_its_own_asks_for_any_field(header: str, link: str) -> None:
    """Whether the header is cut or not: `&a` keeps it whole."""
    for settings in (DecodeSettings(address=AddressSettings(home=HOME, site_id=HOME)), SITE):
        for more in ("", "\nx: &a 1"):
            record = read(f"{DATED}\n{header}{more}", "x.md", settings)
            assert record.seed is not None, record.problems
            assert record.seed.link == HOME + link


def test_a_category_that_the_seed_does_not_say_is_the_rule_s() -> None:
    rule = AddressRule(paths=("**",), link="{categories}/{name}/", defaults=(("category", ("news",)),))
    settings = DecodeSettings(address=AddressSettings(home=HOME, site_id=HOME, rules=(rule,)))
    for header, link in (("", "news/x/"), ("category: own", "own/x/"), ("categories: [a]", "a/news/x/")):
        record = read(f"{DATED}\n{header}", "x.md", settings)
        assert record.seed is not None, record.problems
        assert record.seed.link == HOME + link


@pytest.mark.parametrize(
    ("header", "link"),
    [
        ("webUrl: https://x.org/1\npermalink: /2/", "https://x.org/1"),
        ("permalink: https://x.org/2\nlink: https://x.org/3", "https://x.org/2"),
        ("Canonical-URL: https://x.org/4", "https://x.org/4"),
        ("external_url: https://x.org/5", "https://x.org/5"),
    ],
)
def test_whole_addresses_are_taken_as_they_are(header: str, link: str) -> None:
    record = read(f"{DATED}\n{header}", settings=DecodeSettings(address=AddressSettings(home=HOME)))
    assert record.seed is not None, record.problems
    assert (record.seed.link, record.seed.id) == (link, entry_id(explicit=None, link=link))


@pytest.mark.parametrize(
    ("header", "settings", "why"),
    [
        ("title: x", SITE, "no link: the address needs {year}"),
        ("title: x\ndate: 11-9-2017", SITE, "'date' is \"11-9-2017\""),
        (DATED + "\npermalink: pretty-one", SITE, "is no address"),
        (DATED + "\npermalink: /a/", DecodeSettings(), "set 'site.home'"),
        (DATED, DecodeSettings(), "no link; add 'webUrl"),
    ],
)
def test_what_is_missing_is_named(header: str, settings: DecodeSettings, why: str) -> None:
    record = read(header, "x.md", settings)
    assert record.seed is None
    assert any(why in problem.message for problem in record.problems), record.problems


def test_a_rule_says_what_its_seeds_do_not() -> None:
    noted = read(DATED, "notes/x.md").seed
    plain = read(DATED, "plain/x.md").seed
    own = read(DATED + "\ntopics: [Mine]", "plain/x.md").seed
    assert noted is not None and plain is not None and own is not None
    assert noted.topics == ("Notes",)
    assert (plain.topics, plain.provider and plain.provider.name) == (("A", "B"), "Us")
    assert own.topics == ("Mine",)


def test_an_address_of_the_sites_own_may_tell_the_day() -> None:
    record = read("title: x\npermalink: /2019/05/15/x/", "x.md")
    assert record.seed is not None
    assert record.seed.published is not None
    assert record.seed.published.isoformat() == "2019-05-15T00:00:00+00:00"


@pytest.mark.parametrize(
    ("path", "header", "day"),
    [
        ("2024/05-06-x/index.md", "", "2024-05-06"),
        ("2024/05-06-x/index.md", "slug: own", "2024-05-06"),
        ("2024/05/06/x.md", "slug: /2023/01/02/own", "2023-01-02"),
        ("2024/05/06/x.md", "slug: own\ndate: 2022-01-02", "2022-01-02"),
        ("2024/02/30/x.md", "slug: own", None),
        ("x.md", "slug: own", None),
    ],
)
def test_a_slug_takes_no_article_its_path_s_day(path: str, header: str, day: str | None) -> None:
    link = "blog/{field:slug} or blog/{path|docusaurus}"
    settings = DecodeSettings(address=AddressSettings(home=HOME, site_id=HOME, link=link))
    record = read(f"title: x\n{header}", path, settings)
    assert record.seed is not None, record.problems
    assert (record.seed.published and record.seed.published.date().isoformat()) == day


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ('+++\ntitle = "T"\ndate = 2026-01-02\ntags = ["A"]\n+++\nText.\n', SITE),
        ('{\n"title": "T", "date": "2026-01-02",\n"tags": ["A"]\n}\nText.\n', SITE),
        ("---toml\ntitle = 'T'\ndate = 2026-01-02\ntags = ['A']\n---\nText.\n", SITE),
        (
            "Title: T\nDate: 2026-01-02\nTags: A\n\nText.\n",
            DecodeSettings(address=ADDRESS, headers="pelican"),
        ),
    ],
)
def test_every_syntax_says_the_same(text: str, settings: DecodeSettings) -> None:
    record = decode("x.md", text.encode(), settings)
    yaml = read("title: T\ndate: 2026-01-02\ntags: [A]", "x.md")
    assert record.seed is not None, record.problems
    assert yaml.seed is not None
    for name in ("title", "link", "id", "published", "topics", "content"):
        assert getattr(record.seed, name) == getattr(yaml.seed, name), name


@pytest.mark.parametrize(
    "text",
    [
        '+++\ntitle = "T"\ndraft = true\n+++\n',
        '+++\ntitle = "T"\npublished = false\n+++\n',
        '{\n"title": "T",\n"published": false\n}\n',
        '{\n"title": "T",\n"Draft": true\n}\n',
        '---json\n{"status": "draft"}\n---\n',
    ],
)
def test_every_syntax_can_take_a_seed_down(text: str) -> None:
    assert decode("x.md", text.encode(), SITE).reason == "unpublished"
