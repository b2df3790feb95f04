"""Page faults: on which pages the theme's templates failed, kept with the catalog as long as they do."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from feedmill.model.artifact import Artifact
from feedmill.model.seed import Problem

_Fault = tuple[str, int, str]
"""A template, its line, and what is wrong there."""


class PageFaults:
    """What is known of pages that feedmill's own templates had to make. Most sites have none."""

    def __init__(self) -> None:
        self._pages: dict[str, _Fault] = {}

    def note(self, artifact: Artifact) -> None:
        """Note how a document was made that is published now."""
        if artifact.fault is not None:
            fault = artifact.fault
            self._pages[artifact.path] = fault.path, fault.line, fault.message
        elif self._pages:
            self._pages.pop(artifact.path, None)

    def load(self, text: str | None) -> None:
        """Know what `dump` gave, and nothing else."""
        self._pages = {}
        for template, line, why, pages in json.loads(text) if text else ():
            self._pages |= dict.fromkeys(pages, (template, line, why))

    def dump(self, documents: Collection[str]) -> str:
        """Return what is known of those pages that are among `documents`; "" where nothing is wrong."""
        found = [(*fault, pages) for fault, pages in self._by_fault(documents)]
        return json.dumps(found) if found else ""

    def problems(self, theme: Path | None, documents: Collection[str] | None = None) -> Iterator[Problem]:
        """Yield each fault once, by its file in the folder `theme`, with how many pages it is in.

        Of the pages those that are among `documents`, where these are known.
        """
        for (template, line, why), pages in self._by_fault(documents):
            more = f"{len(pages):,} pages are" if len(pages) > 1 else "1 page is"
            message = (
                f"{why}; mend that: {more} made by feedmill's own templates meanwhile (first: {pages[0]})"
            )
            yield Problem(path=str((theme or Path()) / template), line=line, message=message)

    def _by_fault(self, documents: Collection[str] | None) -> list[tuple[_Fault, list[str]]]:
        found: dict[_Fault, list[str]] = {}
        for page in sorted(self._pages):
            if documents is None or page in documents:
                found.setdefault(self._pages[page], []).append(page)
        return sorted(found.items())
