"""Retiring: documents that are published no more, for good (410)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from feedmill.pipeline.feed_builder import FeedBuilder
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.printer import Printer


def prune(run: Pass, printer: Printer) -> tuple[tuple[str, ...], int]:
    """Retire feeds without entries: their addresses answer 410 until an entry revives them.

    Returns their paths, and how many documents that took away.
    """
    feeds = run.store.feeds
    emptied = tuple(sorted(memory.path for memory in feeds.values() if memory.state == "emptied"))
    with run.store.begin(run.now) as publication:
        for path in emptied:
            for document in printer.with_copies(printer.documents_of(path)):
                publication.retire(document)
            publication.remember_feed(replace(feeds[path], state="retired"))
        removed = publication.commit().removed
    return emptied, len(removed)


def retire_rest(run: Pass, builder: FeedBuilder, feeds: Iterable[str]) -> None:
    """Take away documents that this config publishes no more (a format, the pages); `feeds` have some."""
    printer = builder.printer
    documents = [document for path in feeds for document in printer.documents_of(path)]
    wanted = set(printer.with_copies([*documents, *builder.index_paths]))
    for path in sorted(run.store.documents.keys() - wanted):
        run.publishing.retire(path)
