"""Old GUIDs for new addresses: which entry of an old feed is which of ours (docs/seeds.md, Identity)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from feedmill.model.seed import Seed
from feedmill.seeds.links import entry_id
from feedmill.sites.old_feeds import OldEntry

_NEAR = timedelta(hours=36)
"""Between two spellings of one date: a day without a zone, and its time somewhere on Earth."""
_TRACKING = re.compile(r"&?utm_[a-z]+=[^&]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What comes of old feeds.

    `ids` gives addresses of ours their old GUIDs, in order of address. `unmatched` are the old entries that
    are none of ours, `faults` says what cannot be taken over, and why.
    """

    ids: tuple[tuple[str, str], ...]
    unmatched: tuple[OldEntry, ...] = ()
    faults: tuple[str, ...] = ()


def adopt(feeds: Iterable[Iterable[OldEntry]], seeds: Iterable[Seed], known: Mapping[str, str]) -> Adoption:
    """Return which GUIDs our entries had in old feeds: by link, else by title and date.

    `known` are ids that were adopted before. Whatever comes first wins: these, then the feed named first.
    """
    ours = _Ours(seeds)
    ids, owners = dict(known), {guid: address for address, guid in known.items()}
    unmatched: dict[tuple[str, str], OldEntry] = {}
    faults: dict[str, None] = {}
    for old in (entry for feed in feeds for entry in feed):
        address = ours.find(old)
        if address is None:
            unmatched.setdefault((old.guid, old.title), old)
        elif fault := _fault(old, address, ids, owners):
            faults[fault] = None
        else:
            ids[address], owners[old.guid] = old.guid, address
    return Adoption(ids=tuple(sorted(ids.items())), unmatched=tuple(unmatched.values()), faults=tuple(faults))


def _fault(old: OldEntry, address: str, ids: Mapping[str, str], owners: Mapping[str, str]) -> str | None:
    """Return why the entry's GUID cannot be the address's."""
    if not old.guid or entry_id(explicit=old.guid, link="") != old.guid:
        return f"{old.feed}: the GUID {old.guid!r} of {address} is no IRI; readers will see it anew"
    if (given := ids.get(address, old.guid)) != old.guid:
        return f"{old.feed}: {address} has the GUID {given} already; {old.guid} is left out"
    if (owner := owners.get(old.guid, address)) != address:
        return f"{old.feed}: the GUID {old.guid} stands for {owner} and for {address}; the first has it"
    return None


class _Ours:
    """Our entries, by link and by title."""

    def __init__(self, seeds: Iterable[Seed]) -> None:
        self._links: dict[str, str] = {}
        self._titles: dict[str, list[Seed]] = {}
        for seed in seeds:
            self._links.setdefault(_same(seed.link), seed.link)
            self._titles.setdefault(_folded(seed.title), []).append(seed)

    def find(self, old: OldEntry) -> str | None:
        """Return our address of an old entry; None where there is none, or more than one might be it."""
        if old.link and (found := self._links.get(_same(old.link))):
            return found
        published = old.published
        if published is None or not old.title:
            return None
        near = {
            seed.link
            for seed in self._titles.get(_folded(old.title), ())
            if seed.published is not None and abs(seed.published - published) <= _NEAR
        }
        return near.pop() if len(near) == 1 else None


def _same(link: str) -> str:
    """Return what all spellings of one address have in common.

    Scheme, default port, fragment, tracking, the last slash and `index.html` do not count.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return link  # a host in brackets that is none: the same as itself alone
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(":80").removesuffix(":443")
    path = unquote(parts.path).removesuffix("index.html").rstrip("/")
    query = _TRACKING.sub("", parts.query).strip("&")
    return f"{host}{path}?{query}" if query else host + path


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
