"""What is fuzzed: each target takes any bytes, and raises when a promise is broken."""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

from feedmill import yamltext
from feedmill.config import loads
from feedmill.errors import ConfigError, InputError
from feedmill.model.instant import EPOCH
from feedmill.model.seed import Reason, Record
from feedmill.model.settings import DecodeSettings
from feedmill.pipeline.codec import decode_record, encode
from feedmill.seeds.address import MissingPart, PatternError, Source, fill, parse_pattern
from feedmill.seeds.cut import needed
from feedmill.seeds.decode import decode
from feedmill.seeds.field_keys import keys_for
from feedmill.seeds.frontmatter import parse, split
from feedmill.seeds.html import ALLOWED_TAGS, content, sanitise
from feedmill.seeds.links import NOWHERE
from feedmill.seeds.permalinks import from_eleventy, from_hugo, from_jekyll, from_pelican
from feedmill.seeds.slugs import FILTERS
from feedmill.seeds.takedown import takedown_lines
from feedmill.seeds.templates import strip
from feedmill.seeds.text import plain
from feedmill.sites.javascript import read_script

PELICAN = DecodeSettings(headers="pelican", templates="strip")
SETTINGS = DecodeSettings(related=2, max_bytes=1 << 16)
BASE = "https://example.org/a/b"
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def fuzz_frontmatter(data: bytes) -> None:
    """The scanner loses nothing, and the cut keeps what the whole header says."""
    text = data.decode("utf-8", "replace")
    front = split(text)
    if front is None:
        return
    if "\r" not in text:
        assert text.startswith(("---", "+++", "{"))
        assert front.header in text and text.endswith(front.body)
    keys = keys_for(SETTINGS)
    takedown_lines(front.header, keys)
    if front.syntax != "yaml":
        with suppress(yamltext.YamlFault):  # never anything else
            parse(front)
        return
    cut = needed(front.header, keys.wanted)
    if cut.text == front.header:
        return
    try:
        whole = yamltext.parse(front.header)
    except yamltext.YamlFault:
        return  # what the cut hides is no reason
    part = yamltext.parse(cut.text)
    assert _wanted(whole, keys.wanted) == _wanted(part, keys.wanted)


def fuzz_decoder(data: bytes) -> None:
    """Any bytes are a record: a seed, a fault, or no seed; it survives being stored."""
    for path in ("a.md", "2026-01-01-b.html"):
        record = decode(path, data, SETTINGS)
        assert (record.seed is not None) + (record.reason is not None) + record.blank == 1
        assert decode_record(encode(record)) == record
        if record.seed is not None:
            assert record.seed.title and record.seed.link.startswith(("http://", "https://"))
            assert len(record.seed.topics) <= 100
        thorough = decode(path, data, SETTINGS, thorough=True)
        assert _verdict(thorough) == _verdict(record)


def fuzz_text(data: bytes) -> None:
    """Plain text has no control characters and no white space to spare."""
    text = data.decode("utf-8", "surrogatepass" if data[:1] == b"s" else "replace") if _is_text(data) else ""
    for fix in (True, False):
        found = plain(text, fix_encoding=fix)
        assert not CONTROLS.search(found), found
        assert found == " ".join(found.split())


def fuzz_sanitiser(data: bytes) -> None:
    """What is left is on the list, and sanitising it again changes nothing."""
    text = data.decode("utf-8", "replace")
    for markdown in (True, False):
        found = content(text, markdown=markdown, base=BASE, fix_encoding=True).html
        assert sanitise(found, BASE) == found
        checker = _Checker()
        checker.feed(found)
        checker.close()


def fuzz_config(data: bytes) -> None:
    """Any text is a config or a ConfigError."""
    try:
        loads(data.decode("utf-8", "replace"), base=Path("/nowhere"))
    except ConfigError as error:
        assert str(error)


def fuzz_syntaxes(data: bytes) -> None:
    """TOML, JSON and bare headers are a record, whatever stands in them; a misspelt takedown takes down."""
    for opening in (b"+++\n", b"{\n", b"---toml\n", b"---json\n", b""):
        record = decode("a.md", opening + data, PELICAN)
        assert (record.seed is not None) + (record.reason is not None) + record.blank == 1
        assert decode_record(encode(record)) == record
    text = data.decode("utf-8", "replace")
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return
    if "\r" not in text and "\n+++" not in "\n" + text:
        record = decode("a.md", b"+++\n" + text.encode() + b"\npublishd = false\n+++\n", SETTINGS)
        assert record.seed is None or "[" in text, record  # below a table's head it is the table's


def fuzz_templates(data: bytes) -> None:
    """What is left of a body, addresses of nowhere apart, is no longer; nothing is left out of it again."""
    text = data.decode("utf-8", "replace")
    for kind in ("markdown", "html", "mdx"):
        stripped = strip(text, kind)
        assert len(stripped.text.replace(NOWHERE, "")) <= len(text)
        assert stripped.count or stripped.text == text
        assert strip(stripped.text, kind).text == stripped.text


def fuzz_addresses(data: bytes) -> None:
    """Any text is a pattern or says where it is none; what one makes is a path of RFC 3986."""
    text, _, path = data.decode("utf-8", "replace").partition("\n")
    source = Source(
        path=path or "a/2026-01-01-b.md", get={"slug": text}.get, title=text or None, published=EPOCH
    )
    for parse_it in (parse_pattern, from_jekyll, from_hugo, from_eleventy, from_pelican):
        with suppress(PatternError, MissingPart):
            made = fill(parse_it(text), source)
            assert re.fullmatch(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})*", made), made
    for name in FILTERS:
        FILTERS[name](text)


def fuzz_javascript(data: bytes) -> None:
    """A site's script is read, whatever it is, and never run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "eleventy.config.js")
        file.write_bytes(data)
        with suppress(InputError):
            read_script(file)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "frontmatter": fuzz_frontmatter,
    "decoder": fuzz_decoder,
    "text": fuzz_text,
    "sanitiser": fuzz_sanitiser,
    "config": fuzz_config,
    "syntaxes": fuzz_syntaxes,
    "templates": fuzz_templates,
    "addresses": fuzz_addresses,
    "javascript": fuzz_javascript,
}


class _Checker(HTMLParser):
    """A second opinion about HTML: not the parser that made it."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED_TAGS, tag
        for name, value in attributes:
            assert not name.startswith("on") and name not in ("style", "id", "class"), name
            if name in ("href", "src", "cite", "poster"):
                assert re.match(r"(https?|mailto|tel):", value or ""), value


def _verdict(record: Record) -> Reason | None:
    """Why it is withheld: `check` reads on where a build stops at the flag."""
    return record.reason or (record.seed.withheld if record.seed is not None else None)


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data[:1] != b"s"
    return True


def _wanted(root: yamltext.Node | None, wanted: Container[str]) -> list[object]:
    if not isinstance(root, yamltext.MappingNode):
        return []
    return [
        (key.value, _plain(value))
        for key, value in root.value
        if isinstance(key, yamltext.ScalarNode) and key.value in wanted
    ]


def _plain(node: yamltext.Node) -> object:
    if isinstance(node, yamltext.ScalarNode):
        return node.tag, node.value, node.style
    if isinstance(node, yamltext.SequenceNode):
        return [_plain(item) for item in node.value]
    return [(_plain(key), _plain(value)) for key, value in node.value]
