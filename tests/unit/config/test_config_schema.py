"""The JSON Schemas: valid, in step with `load`, and the documents made from the same table."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config_doc import documents
from feedmill.config import ConfigErrors, loads
from feedmill.config.check import UnknownKeyError, kind_at
from feedmill.config.emit import block
from feedmill.config.faults import Faults, Origin
from feedmill.config.jsonschema import config_schema
from feedmill.config.keys import CONFIG
from feedmill.config.kinds import Key, Kind, ListOf, MapOf, Section, written
from feedmill.config.seedschema import seed_schema
from feedmill.config.tree import Items, Mapping, Plain, Text, Value, parse
from feedmill.model.fields import FIELDS, SECRET_FIELDS, canonical

ROOT = Path(__file__).resolve().parents[3]
VALIDATOR = jsonschema.Draft202012Validator(config_schema())


def as_an_editor_reads(text: str) -> Any:
    """Return the document as YAML 1.2's core schema types it, which editors go by."""
    faults = Faults()
    root = parse(text, Origin("x", 1, 1), faults)
    faults.raise_any()
    return _typed(root, text)


def _typed(value: Value | None, text: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _typed(each, text) for key, each in value.values.items()}
    if isinstance(value, Items):
        return [_typed(each, text) for each in value.items]
    if not isinstance(value, Text) or value.null:
        return None
    quoted = text.splitlines()[value.origin.line - 1][value.origin.column - 1] in "\"'"
    if quoted or value.text in {"NaN", "Infinity", "-Infinity"}:
        return value.text
    try:
        return json.loads(value.text)
    except ValueError:
        return value.text


GOOD = [
    "",
    "site:\nseeds:\nfeeds: ~",
    "site: {title: 2026, description: true, author: Jane}",
    "site: {author: {name: Jane, email: a@b.c}}",
    "seeds: {workers: auto}",
    "seeds: {workers: 4, published_default: off, fix_encoding: no, fields: {link: x, date: [a, b]}}",
    "feeds: {formats: [rss], limit: 1, max_bytes: 65536}",
    "feeds: {formats: atom, max_bytes: 64KB, content: none}",
    "topics: {AI: , B: {slug: b-2.x, aliases: [c]}, 3.10: {}}",
    "custom: [{slug: x, where: {topics: AI, quality: {min: 1.5}, not: {types: [a]}}, order: heat}]",
    "redirects: {a/b.xml: all.rss, feed/: all.rss}",
    "schedule: {rebuild: 15m}",
    "schedule: {rebuild: off}",
    "schedule: {rebuild: {every: 1h30m}, timezone: UTC}",
    "schedule: {rebuild: {cron: '*/5 * * * mon-fri'}}",
    "schedule: {rebuild: {cron: '@daily'}}",
    "watch: {mode: off, settle: 0, max_wait: 1.5s}",
    "server: {host: '::', port: 0, max_age: 0}",
    "guard: {max_vanished: 0.5, min_entries: 0}",
    "guard: {max_vanished: 50%}",
    "theme: {dir: null}",
    "log: {level: debug, format: }",
]
BAD = [
    "[]",
    "x: 1",
    "site: {titel: x}",
    "site: x",
    "site: {url: example.org}",
    "site: {url: 'https://example.org/?a'}",
    "site: {title: [x]}",
    "site: {language: en_US}",
    "seeds: {workers: 0}",
    "seeds: {published_default: maybe}",
    "seeds: {fields: {nope: x}}",
    "seeds: {max_bytes: 5 XB}",
    "seeds: {include: []}",
    "feeds: {formats: [pdf]}",
    "feeds: {formats: []}",
    "feeds: {formats: [rss, rss]}",
    "feeds: {limit: 0}",
    "feeds: {limit: 1.5}",
    "feeds: {content: all}",
    "topics: {AI: {slug: A}}",
    "topics: {AI: {slug: a.rss}}",
    "topics: {AI: {slug: a--b}}",
    "topics: {' ': {}}",
    "topics: [AI]",
    "custom: [{title: x}]",
    "custom: {slug: x}",
    "custom: [{slug: x, where: {quality: 60}}]",
    "custom: [{slug: x, where: {not: {not: {}}}}]",
    "redirects: {/a: b}",
    "redirects: {a: 'b c'}",
    "schedule: {rebuild: 15}",
    "schedule: {rebuild: {cron: '* * *'}}",
    "watch: {mode: sometimes}",
    "server: {port: 65536}",
    "server: {port: http}",
    "server: {max_age: 15 minutes}",
    "guard: {max_vanished: 50}",
    "log: {level: loud}",
]


@pytest.mark.parametrize("text", GOOD)
def test_the_schema_takes_what_load_takes(text: str, tmp_path: Path) -> None:
    loads(text, base=tmp_path)
    VALIDATOR.validate(as_an_editor_reads(text))


@pytest.mark.parametrize("text", BAD)
def test_the_schema_refuses_what_load_refuses(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors):
        loads(text, base=tmp_path)
    assert not VALIDATOR.is_valid(as_an_editor_reads(text))


def keys(section: Section, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Key]]:
    for name, key in section.keys.items():
        yield (*path, name), key
        inner: Kind = key.kind
        place = (*path, name)
        if isinstance(inner, MapOf):
            inner, place = inner.value, (*place, "AI")
        elif isinstance(inner, ListOf):
            inner, place = inner.item, (*place, "0")
        if isinstance(inner, Section):
            yield from keys(inner, place)


EVERY_KEY = list(keys(CONFIG, ()))


PROMISED = """\
site: title url id description language author icon rights
site/author: name
seeds: dir include exclude published_default timezone on_invalid fix_encoding max_bytes fields workers
feeds: dir formats limit max_bytes content related html
topics/AI: slug aliases title description
providers/W3C: slug aliases title description
custom/0: slug title where limit content order
custom/0/where: topics providers types quality heat not
custom/0/where/not: topics providers types quality heat
custom/0/where/heat: min max
redirects: topics/old.atom
schedule: rebuild on_change timezone
schedule/rebuild: every cron
watch: mode settle max_wait
server: enabled host port max_age shared_max_age
admin: enabled host port
guard: max_vanished min_entries
state: dir
theme: dir
log: level format"""


def test_the_table_lacks_no_key_that_was_promised() -> None:
    for line in PROMISED.splitlines():
        section, names = line.split(": ")
        for name in names.split():
            kind_at((*section.split("/"), name))
    with pytest.raises(UnknownKeyError):
        kind_at(("site", "nope"))


@pytest.mark.parametrize(
    ("path", "key"), EVERY_KEY, ids=lambda value: ".".join(value) if isinstance(value[0], str) else ""
)
def test_every_key_is_documented_and_its_examples_are_valid(
    path: tuple[str, ...], key: Key, tmp_path: Path
) -> None:
    assert key.doc.strip().endswith((".", ")", "name."))
    (tmp_path / "theme").mkdir()
    (tmp_path / "ids.yaml").touch()
    for example in (*key.examples, *([] if key.default is None else [written(key.kind, key.default)])):
        tree = _nested(path, example)
        text = "\n".join(block(CONTEXT.get(path[:2], {}) | tree))
        loads(text, base=tmp_path, environ={"MIRROR_KEY": "x", "MIRROR_SECRET": "y"})
        VALIDATOR.validate(as_an_editor_reads(text))


CONTEXT: dict[tuple[str, ...], dict[str, Plain]] = {
    ("seeds", "link"): {"site": {"home": "https://www.example.org/"}},
    ("seeds", "rules"): {"site": {"home": "https://www.example.org/"}},
}
"""What else a key needs to be right."""
REQUIRED: dict[str, dict[str, Plain]] = {
    "custom": {"slug": "x"},
    "rules": {"paths": "a", "link": "x"},
    "mirrors": {"url": "s3://bucket", "access_key": "env:MIRROR_KEY", "secret_key": "env:MIRROR_SECRET"},
}
"""What each item of a list needs to be right."""


ALONGSIDE: dict[str, dict[str, Plain]] = {
    "podcast": {"image": "https://example.org/cover.jpg", "categories": ["Arts"]},
    "funding": {"url": "https://example.org/"},
}
"""What a section needs to be right."""


def _nested(path: tuple[str, ...], value: Plain) -> dict[str, Plain]:
    for index in range(len(path) - 1, 0, -1):
        if path[index] == "0":
            value = [{**REQUIRED[path[index - 1]], **value} if isinstance(value, dict) else value]
        else:
            value = {path[index]: value}
            value = {**ALONGSIDE.get(path[index - 1], {}), **value}
    return {path[0]: value}


def test_schemas_are_schemas() -> None:
    jsonschema.Draft202012Validator.check_schema(config_schema())
    jsonschema.Draft202012Validator.check_schema(seed_schema())


def test_generated_documents_are_up_to_date() -> None:
    for name, text in documents().items():
        written = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert written == text, "run: python tests/config_doc.py docs"


def test_the_generator_prints_the_page_and_writes_the_files(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tests" / "config_doc.py")]
    printed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    assert printed == documents()["config.md"]
    subprocess.run([*command, str(tmp_path)], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(documents())


def test_the_bundled_configuration_names_its_schema_and_keeps_to_it() -> None:
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    name = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((ROOT / name).read_text(encoding="utf-8"))
    assert schema == config_schema()
    VALIDATOR.validate(as_an_editor_reads(text))


SEED: dict[str, Any] = {"title": "A", "webUrl": "https://example.org/a"}


@pytest.mark.parametrize(
    "front_matter",
    [
        SEED,
        {**SEED, "published": False, "topics": "AI", "provider": "W3C", "secured": "…", "anything": [1]},
        {"name": "A", "originalUrl": "https://example.org/a", "published": "no", "topics": ["AI", 3.1]},
        {
            **SEED,
            "provider": {"name": "A", "authors": [{"name": "B"}]},
            "images": [{"url": "a.png", "width": 1}],
        },
    ],
)
def test_front_matter_that_is_right(front_matter: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(seed_schema()).validate(front_matter)


@pytest.mark.parametrize(
    "front_matter",
    [
        {"title": "A"},
        {"webUrl": "https://example.org/a"},
        {**SEED, "webUrl": "/a"},
        {**SEED, "published": "maybe"},
        {**SEED, "published": None},
        {**SEED, "title": {"a": "b"}},
        {**SEED, "topics": [["a"]]},
        {**SEED, "topics": ["a"] * 101},
    ],
)
def test_front_matter_that_is_wrong(front_matter: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(seed_schema()).is_valid(front_matter)


def test_the_seed_schema_knows_every_field_and_no_secret() -> None:
    properties = seed_schema()["properties"]
    for names in FIELDS.values():
        assert set(names) <= properties.keys()
    assert not SECRET_FIELDS & properties.keys()
    mapped = seed_schema((("link", ("external_url",)), ("title", ("heading",))))
    assert {"external_url", "heading"} <= mapped["properties"].keys()
    assert "webUrl" not in mapped["properties"]
    jsonschema.Draft202012Validator(mapped).validate({"heading": "A", "external_url": "https://example.org/"})


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("title", "title"),
        ("name", "title"),
        ("summary", "excerpt"),
        ("link", "link"),
        ("webUrl", "link"),
        ("WEBURL", "link"),
        ("date", "publishedDateTime"),
        ("published", "published"),
        ("updated", "updatedDateTime"),
        ("secured", None),
        ("nope", None),
    ],
)
def test_a_field_by_any_of_its_names(name: str, field: str | None) -> None:
    assert canonical(name) == field


def test_no_name_belongs_to_two_fields() -> None:
    names = [name.casefold() for field, others in FIELDS.items() for name in {field, *others}]
    assert len(names) == len(set(names))
