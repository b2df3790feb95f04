"""What a mirror does next, decided from two listings: what is published, and what is there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from feedmill.mirror.edition import Description, Edition
from feedmill.mirror.place import Holding, Put
from feedmill.model.artifact import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, in this order: look at `strangers` and plan again; delete the `withdrawn`; `puts`;
    `deletions`.

    `refused` are paths at which something foreign stands; it stays, and our document is not there.
    """

    strangers: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    puts: tuple[Put, ...] = ()
    deletions: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def behind(self) -> int:
        """How many documents are not there as they are published, or still there."""
        return len(self.puts) + len(self.deletions) + len(self.withdrawn)

    def turns(self) -> Iterator[tuple[Put, ...]]:
        """Yield the puts that may go at the same time, those that are named before those that name them."""
        for _, group in groupby(self.puts, key=lambda put: put.description.turn):
            yield tuple(group)


def decide(edition: Edition, there: Mapping[str, str], known: Mapping[str, Holding]) -> Plan:
    """Return what makes a place that holds `there` (tags by path) hold the edition and nothing else of ours.

    `known` says what the tags stand for. What was ours once is ours again where it should be a document,
    whoever changed it; what is to go is deleted only as we know it.
    """
    strangers: list[str] = []
    puts: list[Put] = []
    deletions: list[str] = []
    refused: list[str] = []
    for path, document in edition.documents.items():
        tag, holding = there.get(path), known.get(path)
        if tag is not None and holding is None:
            strangers.append(path)
        elif tag is not None and holding is not None and holding.foreign:
            (refused if holding.tag == tag else strangers).append(path)
        else:
            description = edition.describe(document)
            if tag is None or holding is None or not _is_right(document, description, tag, holding):
                puts.append(Put(document=document, description=description, over=tag))
    for path, tag in there.items():
        if path not in edition.documents:
            holding = known.get(path)
            if holding is None or holding.tag != tag:
                strangers.append(path)
            elif not holding.foreign:
                deletions.append(path)
    return Plan(
        strangers=tuple(strangers),
        withdrawn=tuple(path for path in sorted(deletions) if path in edition.withdrawn),
        puts=tuple(sorted(puts, key=lambda put: (put.description.turn, put.document.path))),
        deletions=tuple(path for path in sorted(deletions) if path not in edition.withdrawn),
        refused=tuple(refused),
    )


def _is_right(document: Published, description: Description, tag: str, holding: Holding) -> bool:
    same = holding.tag == tag and holding.digest == document.digest
    return same and holding.headers in ("", description.headers)
