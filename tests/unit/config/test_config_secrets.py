"""`store.url`, and secrets: from the environment, from a file, never shown."""

# ruff: noqa: E501 (messages are compared whole)

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, load, loads
from feedmill.config.show import show
from feedmill.model.secret import Secret
from feedmill.model.settings import Settings

URL = "postgresql://jane:pa55@db/feedmill"


def revealed(settings: Settings) -> str | None:
    return settings.store.url.reveal() if settings.store.url else None


def test_no_database_by_default(tmp_path: Path) -> None:
    assert loads("", base=tmp_path).store.url is None
    assert "postgres" not in show(loads("", base=tmp_path))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (URL, "postgresql://***@db/feedmill"),
        ("postgres://db:5432/feedmill?sslmode=require", "postgres://db:5432/feedmill?sslmode=require"),
        ("postgresql:///feedmill?host=/run/pg&password=pa55&x=1", "feedmill?host=/run/pg&password=***&x=1"),
        ("postgresql://jane:p%40%2Fa55@[::1]/feedmill", "postgresql://***@[::1]/feedmill"),
    ],
)
def test_addresses_are_used_and_not_shown(tmp_path: Path, url: str, shown: str) -> None:
    (tmp_path / "url").write_text(url + "\n")
    given: dict[str, dict[str, str]] = {
        f"store: {{url: '{url}'}}": {},
        "store: {url: env:DATABASE_URL}": {"DATABASE_URL": url},
        "store: {url: file:url}": {},
        f"store: {{url: file:{tmp_path}/url}}": {},
        "store: {url: }": {"FEEDMILL_STORE__URL": url},
        "": {"FEEDMILL_STORE__URL": "env:X", "X": url},
    }
    for text, environ in given.items():
        settings = loads(text, base=tmp_path, environ=environ)
        assert revealed(settings) == url
        assert shown in show(settings)
        for told in (show(settings), repr(settings), str(settings.store)):
            assert "a55" not in told
    assert revealed(loads("", base=tmp_path, overrides=[f"store.url={url}"])) == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "store: {url: env:NOWHERE}",
            "config.yaml:1:14: 'store.url' names the variable NOWHERE, which is not set; set it, or use file:PATH",
        ),
        (
            "store: {url: file:nowhere}",
            "config.yaml:1:14: 'store.url' names the file nowhere, which cannot be read: No such file or directory",
        ),
        ("store: {url: file:empty}", "'store.url' names the file empty, which is empty"),
        ("store: {url: file:bytes}", "'store.url' names the file bytes, which is no text"),
        ("store: {url: file:large}", "'store.url' names the file large, which is too large"),
        (
            "store: {url: 'mysql://jane:pa55@db/feedmill'}",
            "config.yaml:1:14: 'store.url' is no address of a database, of another kind; use an address like postgresql://",
        ),
        ("store: {url: pa55}", "without its scheme"),
        ("store: {url: 'postgresql://jane:pa55@db/'}", "without the name of a database"),
        ("store: {url: 'postgresql://jane:pa/55@db/x'}", "in a password write : / ? # @ percent-encoded"),
        ("store: {url: 'postgresql://jane:p@55@db/x'}", "in a password write : / ? # @ percent-encoded"),
        ("store: {url: 'postgresql://jane:pa55@db:x/y'}", "with a port or host that is none"),
        ("store: {url: 'postgresql://jane:pa 55@db/y'}", "which holds white space"),
        ("store: {url: [pa55]}", "'store.url' is a list; use an address like"),
    ],
)
def test_faults_tell_no_secret(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff")
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert message in str(caught.value)
    for secret in ("pa55", "p@55", "pa/55", "pa 55"):
        assert secret not in str(caught.value)


def test_a_secret_is_told_by_nothing() -> None:
    secret = Secret(URL)
    assert secret == Secret(URL)
    assert secret != Secret("x")
    assert "pa55" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_feeds_elsewhere_touch_no_database(tmp_path: Path) -> None:
    """`--feeds DIR` is a try: it publishes there and nowhere else."""
    (tmp_path / "config.yaml").write_text(f"store: {{url: '{URL}'}}")
    assert load(None, environ={}, feeds=Path("elsewhere"), cwd=tmp_path).store.url is None
