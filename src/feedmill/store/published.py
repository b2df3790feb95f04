"""What is published, as every form of the store tells it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Self

from feedmill.model.artifact import Digest, Generation, Published
from feedmill.store.history import History
from feedmill.store.port import FeedMemory


class PublishedState:
    """The half of a `Store` that is the same whatever holds the documents; the port says what it promises."""

    def __init__(self) -> None:
        self._suspended: dict[str, Digest] = {}
        """Documents that hold an entry which was taken down, and could not be replaced: nobody gets them."""

    def _known(self) -> tuple[History, Iterable[str]]:
        """Return what is published, and the documents of it that are not there as they should be."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def ledger_id(self) -> str:
        return self._known()[0].ledger_id

    @property
    def mark(self) -> str:
        return f"{self.ledger_id} {self.serial}"

    @property
    def serial(self) -> int:
        return self._known()[0].serial

    @property
    def documents(self) -> Mapping[str, Published]:
        return MappingProxyType(self._known()[0].documents)

    @property
    def feeds(self) -> Mapping[str, FeedMemory]:
        return MappingProxyType(self._known()[0].feeds)

    @property
    def gone(self) -> frozenset[str]:
        return frozenset(self._known()[0].gone)

    def last_good_count(self) -> int:
        return self._known()[0].good

    def suspend(self, paths: Iterable[str]) -> None:
        documents = self.documents
        self._suspended = {path: documents[path].digest for path in paths if path in documents}

    def resume(self, but: Container[str]) -> None:
        self._suspended = {path: digest for path, digest in self._suspended.items() if path in but}

    def generation(
        self,
        redirects: Mapping[str, str] = MappingProxyType({}),
        copies: Mapping[str, str] = MappingProxyType({}),
    ) -> Generation:
        history, suspects = self._known()
        documents = dict(history.documents)
        for path in suspects:
            documents.pop(path, None)
        for path in copies.keys() & documents.keys():
            documents[path] = replace(documents[path], copy_of=copies[path])
        return Generation(
            serial=history.serial,
            documents=MappingProxyType(documents),
            gone=frozenset(history.gone),
            redirects=MappingProxyType(dict(redirects)),
            suspended=history.unfinished
            | frozenset(
                path
                for path, digest in self._suspended.items()
                if path in documents and documents[path].digest == digest
            ),
        )
