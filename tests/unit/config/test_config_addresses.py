"""`site.home`, `seeds.link`, `seeds.rules`, `seeds.ids`: where addresses come from that seeds lack."""

# ruff: noqa: E501 (messages are compared whole)

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, loads
from feedmill.config.show import show
from feedmill.model.settings import AddressRule, AddressSettings

HOME = "site: {home: https://www.example.org/blog}\n"
EVERY_KEY = (
    HOME
    + """\
seeds:
  link: "{year@}/{month}/{slug|hugo|lower}/ or {field:extra.path}"
  rules:
    - {paths: news/**, link: "news/{slug}/", defaults: {tags: [News, Politics], published: no, provider: Us, authors: [A, B], heat: 1.5}}
    - {paths: ["a/*.md", b], defaults: {type: podcast}}
  ids: old/ids.json
""".replace("tags", "topics")
)


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "ids.json").touch()
    settings = loads(EVERY_KEY, base=tmp_path)
    assert settings.site.home == "https://www.example.org/blog/"
    assert settings.decode.address == AddressSettings(
        home="https://www.example.org/blog/",
        site_id="http://127.0.0.1:8080/",
        link="{year@}/{month}/{slug|hugo|lower}/ or {field:extra.path}",
        rules=(
            AddressRule(
                paths=("news/**",),
                link="news/{slug}/",
                defaults=(
                    ("topics", ("News", "Politics")),
                    ("published", ("no",)),
                    ("provider", ("Us",)),
                    ("authors", ("A", "B")),
                    ("heat", ("1.5",)),
                ),
            ),
            AddressRule(paths=("a/*.md", "b"), defaults=(("type", ("podcast",)),)),
        ),
        ids=tmp_path / "old/ids.json",
    )
    assert loads(show(settings), base=tmp_path) == settings


def test_without_them_seeds_carry_their_links(tmp_path: Path) -> None:
    assert loads("", base=tmp_path).decode.address == AddressSettings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "seeds: {link: '{slug}/'}",
            "config.yaml:1:15: 'seeds.link' makes addresses below 'site.home', which is not given; add home: https://www.example.org/ to 'site'",
        ),
        (
            "seeds: {rules: [{paths: a, link: '{slug}'}]}",
            "config.yaml:1:34: 'seeds.rules.0.link' makes addresses below 'site.home'",
        ),
        (
            HOME + "seeds: {link: 'https://x.org/{slug}'}",
            """'seeds.link' is "https://x.org/{slug}", which is a URL; the pattern is joined to site.home; use a pattern""",
        ),
        (HOME + "seeds: {link: '{slug'}", "with a brace that has no fellow; use a pattern below site.home"),
        (HOME + "seeds: {link: 'slug}'}", "with a brace that has no fellow"),
        (HOME + "seeds: {link: 'a b/{slug}'}", "with a character that no path has"),
        (HOME + "seeds: {link: '{slug}?x'}", "with a character that no path has"),
        (HOME + "seeds: {link: '{Slug}'}", "with {Slug}, which names no part of an address"),
        (HOME + "seeds: {link: '{}'}", "with {}, which names no part of an address"),
        (
            HOME + "seeds: {link: '{yeer}/'}",
            "with {yeer}, which names no part of an address; did you mean 'year'?",
        ),
        (HOME + "seeds: {link: '{field:}/'}", "with {field:}, which names no part of an address"),
        (HOME + "seeds: {link: '{slug|hugoo}/'}", "with |hugoo, which names no filter; did you mean 'hugo'?"),
        (HOME + "seeds: {link: '{field:secured}'}", "with {field:secured}, which is never read"),
        (HOME + "seeds: {link: '{field:a.Secured}'}", "with {field:a.Secured}, which is never read"),
        (HOME + "seeds: {link: '{slug|}'}", "with |, which names no filter"),
        ("seeds: {rules: [{link: x}]}", "'seeds.rules.0' has no 'paths'; add paths: [blog/**]"),
        ("seeds: {rules: [{paths: []}]}", "'seeds.rules.0.paths' is empty; it needs at least one value"),
        ("seeds: {rules: [{paths: ../a, defaults: {type: x}}]}", "which leads outside the seeds folder"),
        (
            "seeds: {rules: [{paths: a}]}",
            "config.yaml:1:17: 'seeds.rules.0' says nothing; give it a link or defaults",
        ),
        (
            "seeds: {rules: [{paths: a, defaults: {title: x}}]}",
            """config.yaml:1:46: "title" tells one seed from another; it cannot be a default""",
        ),
        (
            "seeds: {rules: [{paths: a, defaults: {provider: [x, y]}}]}",
            "config.yaml:1:39: 'seeds.rules.0.defaults.provider' has 2 values; provider holds one",
        ),
        (
            "seeds: {rules: [{paths: a, defaults: {quality: high}}]}",
            """config.yaml:1:48: 'seeds.rules.0.defaults.quality' is "high"; use a number such as 72 or 0.5""",
        ),
        (
            "seeds: {rules: [{paths: a, defaults: {related: 'https://x.org/'}}]}",
            "'related' holds articles, and a default is text; it cannot be one",
        ),
        (
            "seeds: {rules: [{paths: a, defaults: {draft: maybe}}]}",
            """config.yaml:1:46: 'seeds.rules.0.defaults.draft' is "maybe"; use true or false""",
        ),
        ("seeds: {rules: [{paths: a, defaults: {secured: x}}]}", "which is never read, by any name"),
        ("seeds: {rules: {paths: a}}", "'seeds.rules' is a mapping; use a list: [ … ]"),
        ("site: {home: /blog}", """'site.home' is "/blog"; use an absolute URL"""),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert message in str(caught.value)
