"""Related articles: the short ones that a seed names, read as seeds are."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from feedmill.model.instant import Instant
from feedmill.model.seed import Related
from feedmill.model.settings import AddressSettings, DecodeSettings
from feedmill.seeds.field_keys import keys_for
from feedmill.seeds.field_reader import Reader, entries
from feedmill.seeds.flags import read_expiry, read_word
from feedmill.seeds.locate import locate
from feedmill.yamltext import MappingNode, Node, SequenceNode

MAX_ITEMS = 1000
"""Articles that are looked at."""
_MAX_KEYS = 1000
"""Keys of one: merges and aliases would make it costly."""


def related(reader: Reader, settings: DecodeSettings, *, expires: Instant | None) -> tuple[Related, ...]:
    """Return the first `settings.related` articles that have a title and a link and may be out.

    What is wrong with one never makes the seed invalid: it is left out. Decoding knows no clock: when an
    article came out withholds nothing, and one that expires is out where the seed `expires` no later.
    """
    found = reader.find("related") if settings.related > 0 else None
    if found is None:
        return ()
    items = found[1].value if isinstance(found[1], SequenceNode) else (found[1],)
    articles = (_article(reader, item, settings, expires) for item in islice(items, MAX_ITEMS))
    return tuple(islice((article for article in articles if article), settings.related))


def _article(reader: Reader, node: Node, settings: DecodeSettings, until: Instant | None) -> Related | None:
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
    expires, unreadable = read_expiry(own)
    if word.withheld or unreadable or (expires is not None and (until is None or until > expires)):
        return None
    title = own.text("title")
    published = own.instant("publishedDateTime")
    link = locate(own, _without_patterns(settings), title=title, published=published).link
    return Related(title=title, link=link) if title and link and not own.failed else None


def _without_patterns(settings: DecodeSettings) -> DecodeSettings:
    """Return settings by which an article is where it says, and nowhere else."""
    where = settings.address
    return replace(settings, address=AddressSettings(home=where.home, site_id=where.site_id))
