"""Printing beside: the documents of many feeds, made by processes of our own.

A feed's documents are made from its selection and the seeds of its entries alone. These travel, and documents
come back, in order: they are what this process would make.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from feedmill.catalog import RankedRow
from feedmill.compose import Composer
from feedmill.model.artifact import Artifact
from feedmill.model.taxonomy import ALL
from feedmill.pipeline.cache import BoundedCache
from feedmill.pipeline.selection import EntryCache, Forms, Selection, entries_of, feed_of
from feedmill.render import Renderer
from feedmill.seeds import Work, run_much

_ENTRIES = 1_000
"""Composed entries that a process keeps."""

_TOGETHER = 8
"""Feeds that a process is sent at a time: few, so that all processes end at about the same time."""

_SECONDS = 600.0
"""Of processor time for a feed: an archive, or a slow theme, may take some."""

_MEMORY = 1 << 40
"""Bytes: no bound of ours, as there is none where this process prints."""


class Printing:
    """Makes documents from what it is sent; entries that it has composed are kept (bounded)."""

    def __init__(self, composer: Composer, renderer: Renderer) -> None:
        self._composer = composer
        self._renderer = renderer
        self._entries: EntryCache = BoundedCache(_ENTRIES)

    @staticmethod
    def sent(selection: Selection, forms: Iterable[bytes]) -> tuple[str, bytes]:
        """Return what is sent of a selection, whose rows have these packed seeds: its path, and the rest."""
        return selection.path, pickle.dumps((selection, list(forms)))

    def __call__(self, path: str, sent: bytes) -> list[Artifact] | None:
        """Return the documents of the selection `sent`, in the order of their formats."""
        selection, forms = pickle.loads(sent)
        by_file = {row.file: form for row, form in zip(selection.rows, forms, strict=True)}

        def find(rows: Sequence[RankedRow]) -> list[bytes]:
            return [by_file[row.file] for row in rows]

        entries = entries_of(self._composer, selection, find, self._entries)
        return list(self._renderer.render_feed(feed_of(self._composer, selection, entries)))


def print_beside(
    selections: Iterable[Selection], forms: Forms, composer: Composer, renderer: Renderer, count: int
) -> Iterator[tuple[Selection, list[Artifact] | None]]:
    """Yield each selection with its documents, from `count` processes.

    None: a process came to its end over it, and whoever prints it here sees why.
    """
    nothing = Selection(spec=composer.spec(ALL), title="-")
    work = Work(
        run=Printing(composer, renderer),
        given_up=_none,
        sample=Printing.sent(nothing, ()),
        seconds=_SECONDS,
        memory=_MEMORY,
    )
    waiting: deque[Selection] = deque()

    def sent() -> Iterator[tuple[str, bytes]]:
        for selection in selections:
            waiting.append(selection)
            yield Printing.sent(selection, forms(selection.rows))

    for documents in run_much(sent(), work, count, together=_TOGETHER):
        yield waiting.popleft(), documents


def _none(path: str, why: str) -> None:
    return None
