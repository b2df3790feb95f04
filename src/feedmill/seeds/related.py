"""Related articles: the short ones that a seed names, read as seeds are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from feedmill.model.instant import Instant
from feedmill.model.seed import Related
from feedmill.model.settings import AddressSettings, DecodeSettings
from feedmill.seeds.dates import is_instant
from feedmill.seeds.field_keys import BOOLEANS, keys_for
from feedmill.seeds.field_reader import Reader, entries
from feedmill.seeds.flags import read_expiry, read_word
from feedmill.seeds.locate import locate
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode

MAX_ITEMS = 1000
"""Articles that are looked at."""
_MAX_KEYS = 1000
"""Keys of one: merges and aliases would make it costly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a seed may be out: from its publication on, until its expiry; None where it has none."""

    published: Instant | None
    expires: Instant | None


def related(reader: Reader, settings: DecodeSettings, span: Span) -> tuple[Related, ...]:
    """Return the first `settings.related` articles that have a title and a link and may be out.

    What is wrong with one never makes the seed invalid: it is left out. Decoding knows no clock, so one
    with a date is out where that is certain for as long as the seed itself is, in its `span`.
    """
    found = reader.find("related") if settings.related > 0 else None
    if found is None:
        return ()
    items = found[1].value if isinstance(found[1], SequenceNode) else (found[1],)
    articles = (_article(reader, item, settings, span) for item in islice(items, MAX_ITEMS))
    return tuple(islice((article for article in articles if article), settings.related))


def _article(reader: Reader, node: Node, settings: DecodeSettings, span: Span) -> Related | None:
    values = entries(node) if isinstance(node, MappingNode) else {}
    if not isinstance(node, MappingNode) or not values or len(values) > _MAX_KEYS:
        return None
    own = Reader(
        path="",
        values=values,
        root=node,
        names=reader.names,
        line=reader.line,
        fix_encoding=reader.fix_encoding,
        zone=reader.zone,
    )
    word = read_word(own, keys_for(settings), published_default=True, header=None)
    if word.withheld or not _is_out(own, span):
        return None
    title = own.text("title")
    link = locate(own, _without_patterns(settings), title=title, published=None).link
    return Related(title=title, link=link) if title and link and not own.failed else None


def _is_out(own: Reader, span: Span) -> bool:
    """Whether an article is out whenever the seed that names it is."""
    for key, node in _publications(own):
        published = own.instant_of(key, node)
        if published is None or span.published is None or published > span.published:
            return False
    expires, unreadable = read_expiry(own)
    if unreadable:
        return False
    return expires is None or (span.expires is not None and expires >= span.expires)


def _publications(own: Reader) -> Iterator[tuple[str, Node]]:
    yield from (each for each in own.every("publishedDateTime") if not own.is_absent(*each))
    for key, node in own.every("published"):
        if isinstance(node, ScalarNode) and node.value not in BOOLEANS and is_instant(node.value, own.zone):
            yield key, node


def _without_patterns(settings: DecodeSettings) -> DecodeSettings:
    """Return settings by which an article is where it says, and nowhere else."""
    where = settings.address
    return replace(settings, address=AddressSettings(home=where.home, site_id=where.site_id))
