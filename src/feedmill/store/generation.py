"""What followers are told: the generation, and which of its documents nobody gets just now."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from feedmill.model.artifact import Digest, Generation, Published
from feedmill.store.history import History


class Suspension:
    """Documents that hold an entry which was taken down, and could not be replaced: nobody gets them."""

    def __init__(self) -> None:
        self._suspended: dict[str, Digest] = {}

    def suspend(self, paths: Iterable[str], documents: Mapping[str, Published]) -> None:
        """Have nobody get these documents as they are now."""
        self._suspended = {path: documents[path].digest for path in paths if path in documents}

    def resume(self, but: Container[str]) -> None:
        """Give out again what was suspended; all but these documents."""
        self._suspended = {path: digest for path, digest in self._suspended.items() if path in but}

    def among(self, documents: Mapping[str, Published]) -> frozenset[str]:
        """Return which of the documents are suspended."""
        return frozenset(
            path
            for path, digest in self._suspended.items()
            if path in documents and documents[path].digest == digest
        )


def generation_of(
    history: History,
    documents: dict[str, Published],
    suspension: Suspension,
    redirects: Mapping[str, str],
    copies: Mapping[str, str],
) -> Generation:
    """Return `documents`, which are there as `history` has them, as a generation."""
    for path in copies.keys() & documents.keys():
        documents[path] = replace(documents[path], copy_of=copies[path])
    return Generation(
        serial=history.serial,
        documents=MappingProxyType(documents),
        gone=frozenset(history.gone),
        redirects=MappingProxyType(dict(redirects)),
        suspended=suspension.among(documents),
    )
