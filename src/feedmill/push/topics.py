"""What a hub is told: of each generation, and once of what it is there for."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

from feedmill.model.artifact import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """What the hub has to know of a generation: its documents, and which of them may be subscribed to.

    `body` reads a document as it is published, None where it is not there any more (a newer generation is
    about to come). `gone` are retired paths. A generation may have thousands of documents and comes with
    every edit, so nothing here is made for all of them.
    """

    documents: Mapping[str, Published]
    gone: Container[str]
    body: Callable[[Published], bytes | None]
    serves: Callable[[str], bool] = lambda path: True

    def find(self, path: str) -> Published | None:
        """Return the document that is published at `path`, if it may be subscribed to."""
        found = self.documents.get(path)
        return found if found is not None and self.serves(path) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What a hub does, and how published paths and addresses on the web belong together.

    `hub` is the hub's own address; "": it only tells the `others`, and serves no subscriber. While not
    `active` it takes requests and does no more: another node verifies and delivers.
    """

    hub: str
    url: Callable[[str], str]
    path: Callable[[str], str | None]
    media_type: Callable[[str], str]
    others: tuple[str, ...] = ()
    active: Callable[[], bool] = lambda: True
