"""Where an entry is: the address a seed carries, or a pattern makes (docs/seeds.md, Title and link)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import lru_cache

from feedmill.model.fields import fold
from feedmill.model.instant import Instant
from feedmill.model.settings import AddressSettings, DecodeSettings
from feedmill.seeds.address import MissingPart, Pattern, PatternError, Source, fill, parse_pattern, resolve
from feedmill.seeds.address_parts import DATE_PARTS, written_offset
from feedmill.seeds.dates import parse_instant
from feedmill.seeds.field_reader import Reader, quoted
from feedmill.seeds.globs import compile_globs
from feedmill.seeds.links import http_url
from feedmill.seeds.permalinks import from_front_matter
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode, is_null

_PERMALINKS = frozenset({"permalink", "url"})
_OWN_PATTERN = re.compile(r"\{\{|:[A-Za-z_]")
_LATE = frozenset({"link", "canonicalurl", "externalurl", "externallink"})
"""Names under which many a site keeps somebody else's address: they count after the pattern."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_DAY = re.compile(r"(?:^|/)([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/")
_NO_LINK = "no link; add 'webUrl: https://…', or seeds.link, a pattern that makes addresses, to the config"
_BOOLEANS = frozenset({"true", "yes", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """An entry's absolute address ("" where it has none), and what its identity is made from.

    `day` is that of an address of the site's own which has one (`/2026/11/24/title/`), or would have one by
    another alternative of its pattern.
    """

    link: str
    name: str
    day: Instant | None = None


_NOWHERE = Located(link="", name="")


def locate(reader: Reader, settings: DecodeSettings, *, title: str, published: Instant | None) -> Located:
    """Return where the entry of a seed is; a fault is reported and is nowhere.

    First what the seed says of itself, then the pattern of the first rule that matches its path or that
    of `seeds.link`, then names that often hold another site's address. What is relative or made by a pattern
    is below `site.home`, and has its identity from `site.id` and its path.
    """
    seed = _Seed(reader, settings.address, title, published)
    pattern = _pattern(settings.address, reader.path)
    mapped = any(fold(name) == "link" for name, _ in settings.fields)
    late: list[tuple[str, Node]] = []
    for key, node in reader.given("link"):
        if reader.is_absent(key, node):
            continue
        if not mapped and fold(key) in _LATE:
            late.append((key, node))
        elif fold(key) in _PERMALINKS:
            if (found := seed.permalink(key, node, pattern)) is not None:
                return found
        else:
            return seed.given(key, node)
    if pattern is not None:
        return seed.made(pattern, None)
    if late:
        return seed.given(*late[0])
    reader.report_missing("link", _NO_LINK)
    return _NOWHERE


def has_own_pattern(root: MappingNode) -> bool:
    """Whether a seed makes its address by a pattern of its own, which may ask for any of its fields."""
    return any(
        isinstance(key, ScalarNode)
        and fold(key.value) in _PERMALINKS
        and isinstance(value, ScalarNode)
        and _OWN_PATTERN.search(value.value) is not None
        for key, value in root.value
    )


@dataclass(frozen=True, slots=True)
class _Seed:
    """A seed whose address is looked for: its fields, and what patterns need of it."""

    reader: Reader
    where: AddressSettings
    title: str
    published: Instant | None

    def given(self, key: str, node: Node) -> Located:
        """Return the address that a field holds."""
        reader, home = self.reader, self.where.home
        raw = reader.raw(key, node).strip()
        if not raw:
            return _NOWHERE
        if home and not _ABSOLUTE.match(raw) and not raw.startswith("\\"):
            return self._below(raw, node)
        try:
            link = http_url(raw)
        except ValueError as error:
            hint = (
                "" if home or _ABSOLUTE.match(raw) else ", or set 'site.home', which it is then relative to"
            )
            reader.report(f"'{key}' is {quoted(raw)}, which {error}{hint}", node)
            return _NOWHERE
        return Located(link=link, name=link)

    def permalink(self, key: str, node: Node, pattern: Pattern | None) -> Located | None:
        """Return what a seed's own `permalink` says; None where it is no more than yes, or no text at all."""
        if not isinstance(node, ScalarNode) or node.value.strip().lower() in _BOOLEANS:
            return None
        try:
            meant = from_front_matter(node.value, pattern)
            if not isinstance(meant, str):
                return self.made(meant, node)
            return self.given(key, node) if _ABSOLUTE.match(meant) else self._below(meant, node, key)
        except PatternError as error:
            self.reader.report(f"'{key}' is {quoted(node.value)}: {error.message}", node)
            return _NOWHERE

    def made(self, pattern: Pattern, node: Node | None) -> Located:
        """Return the address that a pattern makes; `node` is where the seed itself has the pattern."""
        reader = self.reader
        found = reader.find("publishedDateTime")
        written = found[1].value if found is not None and isinstance(found[1], ScalarNode) else ""
        source = Source(
            path=reader.path,
            get=lambda name: _value(reader, name),
            title=self.title or None,
            published=self.published,
            zone=reader.zone,
            written_zone=written_offset(written),
        )
        try:
            made = self._below(fill(pattern, source), node)
            return replace(made, day=made.day or _day_of_any(pattern, source)) if made.link else made
        except MissingPart as error:
            name = error.part.partition("|")[0].removesuffix("@")
            if name in DATE_PARTS and found is not None and reader.errors:
                return _NOWHERE  # of a date that is none enough was said
            reader.report(f"no link: {error} (pattern {pattern.text})", node)
            return _NOWHERE

    def _below(self, path: str, node: Node | None, key: str = "the address") -> Located:
        reader, where = self.reader, self.where
        if not where.home:
            reader.report(f"'{key}' is {quoted(path)}, which is relative; set 'site.home'", node)
            return _NOWHERE
        try:
            link = http_url(resolve(path, where.home))
        except ValueError as error:
            reader.report(f"'{key}' is {quoted(path)}, which {error}", node)
            return _NOWHERE
        return Located(link=link, name=where.site_id + path.lstrip("/"), day=_day(path, reader.zone))


def _day_of_any(pattern: Pattern, source: Source) -> Instant | None:
    """Return the day that an address by another of the pattern's alternatives would have.

    In Docusaurus a `slug` takes the day out of the address, and the article keeps the day of its path.
    """
    if source.published is not None:
        return None
    for pieces in pattern.alternatives[1:]:
        with suppress(MissingPart):
            path = fill(replace(pattern, alternatives=(pieces,)), source)
            if (day := _day(path, source.zone)) is not None:
                return day
    return None


def _day(path: str, zone: tzinfo) -> Instant | None:
    match = _DAY.search(path)
    try:
        return parse_instant("-".join(match.groups()), zone) if match else None
    except ValueError:
        return None


def _value(reader: Reader, name: str) -> object:
    """Return what the front matter has under a name, as texts, lists and mappings; None for nothing.

    A category that it does not say is the rule's.
    """
    for _, node in reader.named(name):
        value = _plain(node)
        if value is not None:
            return value
    return list(reader.defaults.get(name, ())) or None if name == "category" else None


def _plain(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return None if is_null(node) else node.value
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value if isinstance(key, ScalarNode)}
    return None


# What the config says


def defaults_of(settings: DecodeSettings, path: str) -> Mapping[str, tuple[str, ...]]:
    """Return what the rule of a seed's path says for fields that the seed leaves out."""
    rule = rule_of(settings.address, path)
    return dict(settings.address.rules[rule].defaults) if rule is not None else {}


def _pattern(where: AddressSettings, path: str) -> Pattern | None:
    rule = rule_of(where, path)
    text = where.rules[rule].link if rule is not None else None
    text = text or where.link
    return parse_pattern(text) if text else None


def rule_of(where: AddressSettings, path: str) -> int | None:
    """Return the number of the rule that counts for a path: the first that matches; None for none."""
    for number, rule in enumerate(where.rules):
        if _takes(rule.paths, path):
            return number
    return None


@lru_cache(maxsize=4096)
def _takes(globs: tuple[str, ...], path: str) -> bool:
    return compile_globs(globs, ()).takes(path)
