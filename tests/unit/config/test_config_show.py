"""The effective configuration as text: it reads back as the same settings, and hides secrets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill import yamltext
from feedmill.config import load, loads
from feedmill.config.emit import block, scalar
from feedmill.config.faults import Faults, Origin
from feedmill.config.show import hide, show
from feedmill.config.tree import Items, Mapping, Plain, Text, Value, parse
from feedmill.config.units import format_duration, format_size

ROOT = Path(__file__).resolve().parents[3]
BASE = Path("/nowhere")

words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Z")), min_size=1, max_size=12).map(
    "k".__add__
)
labels = st.text(alphabet="abcXYZ äß.:#-'\"{}[]&*!|>%@`,=?", min_size=1, max_size=8).map(
    lambda text: "k" + text + "k"
)
slugs = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True)
numbers = st.integers(-1000, 1000).map(lambda number: number / 8)
durations = st.timedeltas(timedelta(seconds=1), timedelta(days=30)).map(format_duration)


def optional(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


ranges = st.one_of(
    optional(min=numbers),
    optional(max=numbers),
    st.tuples(numbers, numbers).map(lambda ends: dict(zip(("min", "max"), sorted(ends), strict=True))),
)
conditions = {
    "topics": st.lists(labels, max_size=3),
    "providers": st.lists(labels, max_size=2),
    "types": st.lists(words, max_size=2),
    "categories": st.lists(words, max_size=2),
    "levels": st.lists(words, max_size=2),
    "quality": ranges,
    "heat": ranges,
}
terms = st.dictionaries(labels, optional(title=words, description=words), max_size=4)
configs = optional(
    site=optional(
        title=words,
        description=words,
        rights=words,
        author=optional(name=words, email=st.just("a@b.c")),
        url=st.just("https://feeds.example.org/x/"),
        icon=st.just("https://example.org/i.png"),
        language=st.sampled_from(["de", "pt-BR"]),
    ),
    seeds=optional(
        include=st.lists(st.sampled_from(["**/*.md", "a/*", "*.txt"]), min_size=1, unique=True),
        published_default=st.booleans(),
        max_bytes=st.integers(1 << 10, 1 << 30).map(format_size),
        fields=st.fixed_dictionaries(
            {},
            optional={
                "link": st.lists(words, min_size=1, max_size=2, unique_by=lambda text: " ".join(text.split()))
            },
        ),
        workers=st.one_of(st.just("auto"), st.integers(1, 256)),
        rules=st.lists(
            st.fixed_dictionaries({"paths": st.just(["a/**"]), "defaults": st.just({"topics": ["x", "y"]})}),
            max_size=2,
        ),
        excerpt=optional(words=st.integers(0, 400), separators=st.just(["<!--cut-->"])),
        headers=st.just("pelican"),
    ),
    feeds=optional(
        limit=st.integers(1, 1000),
        related=st.integers(0, 100),
        html=st.booleans(),
        by=optional(authors=st.sampled_from(["all", "listed", "off"]), types=st.just("all")),
        title=st.just("{term} · {site}"),
    ),
    topics=terms,
    providers=terms,
    authors=st.dictionaries(labels, optional(url=st.just("https://a.example/"), title=words), max_size=2),
    copies=st.dictionaries(slugs.map("copy/".__add__), st.just("all.atom"), max_size=2),
    push=optional(
        hub=st.sampled_from(["auto", "off"]),
        lease=st.sampled_from(["1d", "36h"]),
        allow=st.just(["fd00::/8"]),
    ),
    custom=st.lists(
        st.fixed_dictionaries(
            {"slug": slugs},
            optional={
                "title": words,
                "where": optional(**conditions, **{"not": optional(**conditions)}),
                "limit": st.integers(1, 1000),
                "content": st.sampled_from(["full", "summary", "none"]),
                "order": st.sampled_from(["newest", "quality", "heat"]),
            },
        ),
        max_size=3,
        unique_by=lambda feed: feed["slug"],
    ),
    redirects=st.dictionaries(slugs.map(lambda slug: "old/" + slug), st.just("all.atom"), max_size=3),
    schedule=optional(
        rebuild=st.one_of(st.just("off"), durations, st.fixed_dictionaries({"cron": st.just("5 * * * mon")})),
        on_change=st.booleans(),
    ),
    server=optional(max_age=durations, port=st.integers(9000, 9100)),
    guard=optional(max_vanished=st.integers(0, 100).map(lambda percent: f"{percent}%")),
)


def unlike(terms: dict[str, Any]) -> bool:
    from feedmill.model.slug import term_key

    return len({term_key(label) for label in terms}) == len(terms)


@given(
    configs.filter(
        lambda config: all(unlike(config.get(name, {})) for name in ("topics", "providers", "authors"))
    )
)
def test_what_is_shown_reads_back_the_same(config: dict[str, Plain]) -> None:
    settings = loads("\n".join(block(config)), base=BASE)
    assert loads(show(settings), base=BASE) == settings


@pytest.mark.parametrize("text", ["", (ROOT / "config.yaml").read_text(encoding="utf-8")])
def test_files_round_trip(text: str, tmp_path: Path) -> None:
    settings = loads(text, base=tmp_path)
    assert loads(show(settings), base=Path("/elsewhere"), source=str(tmp_path / "config.yaml")) == settings


def test_what_is_in_force_is_shown(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("site: {title: A}")
    settings = load(
        None,
        environ={"FEEDMILL_SERVER__PORT": "1"},
        overrides=["log.level=debug"],
        feeds=Path("out"),
        cwd=tmp_path,
    )
    lines = show(settings).splitlines()
    assert "  title: A" in lines
    assert "  port: 1" in lines
    assert "  level: debug" in lines
    assert f"  dir: {tmp_path}/out" in lines


def test_secrets_are_hidden() -> None:
    tree: Plain = {
        "password": "a",
        "api_token": "b",
        "client-secret": "c",
        "url": "postgresql://jane:pa55@db/feedmill",
        "list": ["https://u:p@h/", "x"],
        "tokens": {"title": "no secret"},
        "port": 1,
    }
    assert hide(tree) == {
        "password": "***",
        "api_token": "***",
        "client-secret": "***",
        "url": "postgresql://***@db/feedmill",
        "list": ["https://***@h/", "x"],
        "tokens": {"title": "no secret"},
        "port": 1,
    }
    settings = loads('site: {description: "see https://jane:pa55@example.org/"}', base=BASE)
    assert "pa55" not in show(settings)


def bare(value: Value | None) -> object:
    if isinstance(value, Mapping):
        return {key: bare(each) for key, each in value.values.items()}
    if isinstance(value, Items):
        return [bare(each) for each in value.items]
    return value.text if isinstance(value, Text) else None


plain_text = st.text(max_size=20)
trees = st.recursive(
    plain_text,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(plain_text.filter(lambda key: key != "<<"), trees, min_size=1, max_size=4))
def test_whatever_is_written_is_read_as_it_was(tree: dict[str, Plain]) -> None:
    faults = Faults()
    written = "\n".join(block(tree))
    assert bare(parse(written, Origin("x", 1, 1), faults)) == tree
    faults.raise_any()


def test_scalars_are_quoted_only_where_they_must() -> None:
    bare_ones = ["a", "a b", "https://example.org/", "50%", "4 MiB", "*x".strip("*"), "true", "0.5"]
    assert [scalar(text) for text in bare_ones] == bare_ones
    for text in ("", "null", "a: b", "a #b", "- a", "*a", "@a", "a:", " a", "a ", "a, b", "é"):
        written = scalar(text)
        assert written.startswith('"')
        node = yamltext.parse(written)
        assert isinstance(node, yamltext.ScalarNode)
        assert node.value == text
