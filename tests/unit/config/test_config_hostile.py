"""Hostile configurations: bounded time and memory, a clear report, nothing executed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.config import ConfigErrors, loads
from feedmill.config.emit import block
from feedmill.config.keys import CONFIG

BASE = Path("/nowhere")
SECONDS = 20.0  # on a busy machine; unbounded, these would take years


def fault(text: str) -> str:
    start = time.perf_counter()
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=BASE)
    assert time.perf_counter() - start < SECONDS
    assert len(str(caught.value)) < 10_000
    return str(caught.value).splitlines()[0]


@pytest.mark.parametrize("bracket", ["[", "{", "- ", "? ", "!!x [", "{a: "])
def test_a_hundred_thousand_brackets(bracket: str) -> None:
    assert "nested more than 64 levels deep" in fault("site:\n  " + bracket * 100_000)


def test_an_alias_bomb() -> None:
    lines = ['a0: &a0 ["x", "x"]']
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
    assert "more than 100,000 values once its aliases are written out" in fault("\n".join(lines))


def test_a_merge_bomb() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [" + ", ".join([f"*a{n - 1}"] * 9) + "]}" for n in range(1, 12)]
    assert "more than 100,000 values" in fault("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a {b: *a}",
        "a: &a {<<: *a}",
        "custom: [{slug: x, where: &w {not: *w}}]",
        "&r {site: *r}",
    ],
)
def test_a_value_that_contains_itself(text: str) -> None:
    assert "an alias that contains itself" in fault(text)


def test_a_thousand_and_one_aliases() -> None:
    assert "more than 1,000 aliases" in fault("a: &a x\nb: [" + "*a, " * 1001 + "]")


def test_thousands_of_unknown_keys_and_of_terms() -> None:
    start = time.perf_counter()
    with pytest.raises(ConfigErrors) as caught:
        loads("\n".join(f"unknown{n}: 1" for n in range(1000)), base=BASE)
    assert len(caught.value.faults) == 1000
    settings = loads("topics:\n" + "".join(f"  t{n}: {{aliases: [a{n}]}}\n" for n in range(5000)), base=BASE)
    assert len(settings.feeds.topics) == 5000
    chain = ", ".join(f"r{n}: r{n + 1}" for n in range(20_000))
    assert len(loads(f"redirects: {{{chain}}}", base=BASE).redirects) == 20_000
    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!x", "!!binary"]
)
def test_tags_mean_nothing(tag: str) -> None:
    assert f"the tag {tag} means nothing here" in fault(f"site: {{title: {tag} x}}")


def test_a_long_value_is_told_in_short() -> None:
    assert len(fault("server: {port: " + "9" * 100_000 + "}")) < 200


SCALARS = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        [
            "",
            "~",
            "1",
            "0.5",
            "15m",
            "true",
            "off",
            "UTC",
            "rss",
            "https://a.b/",
            "*/5 * * * *",
            "..",
            "/",
            "x" * 99,
        ]
    ),
)
KEYS = st.one_of(
    st.sampled_from([*CONFIG.keys, "dir", "url", "port", "slug", "where", "not", "min", "rebuild", "every"]),
    st.text(max_size=5),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from([*CONFIG.keys]), TREES, max_size=4))
def test_any_document_gives_settings_or_says_why_not(tree: dict[str, object]) -> None:
    _settings_or_faults("\n".join(block(tree)))  # type: ignore[arg-type]


@given(st.text(alphabet="asite: dur\n-[]{}&*!|>'\"%@`#,?~<\t", max_size=60))
def test_any_text_gives_settings_or_says_why_not(text: str) -> None:
    _settings_or_faults(text)


@given(st.lists(st.text(alphabet='site.url=x"[]{}*&,: \n', max_size=20), max_size=3))
def test_any_option_gives_settings_or_says_why_not(options: list[str]) -> None:
    try:
        loads("", base=BASE, overrides=options)
    except ConfigErrors as error:
        assert error.faults


def _settings_or_faults(text: str) -> None:
    try:
        loads(text, base=BASE)
    except ConfigErrors as error:
        for fault in error.faults:
            assert fault.message
            assert "\n" not in str(fault)
