"""A place that a mirror is kept in: what any kind of it can do. What is there has a tag, moving with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from feedmill.errors import StoreError
from feedmill.mirror.edition import Description
from feedmill.model.artifact import Published


class MirrorError(StoreError):
    """A mirror cannot be read or written just now."""


class Overtaken(MirrorError):
    """What is there is not what it was when we last looked: somebody else writes here as well."""


class Holding(NamedTuple):
    """What is known to be at a path, for as long as it has this `tag`.

    `digest` is that of its bytes, "" where they are not ours; `headers` are those of its description, ""
    where it has none (in a folder).
    """

    tag: str
    digest: str
    headers: str = ""

    @property
    def foreign(self) -> bool:
        """Whether somebody else put it there: it is never overwritten or deleted."""
        return not self.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A document to be put over what has the tag `over`, or (None) where nothing is."""

    document: Published
    description: Description
    over: str | None


class Place(Protocol):
    """A bucket or a folder. Every method blocks, and may be called from several threads at once.

    Raises (all of it):
        MirrorError: it did not work; trying later may help.
    """

    @property
    def url(self) -> str:
        """Where it is, as people are told it: without secrets."""

    @property
    def fenced(self) -> bool | None:
        """Whether a second writer is noticed, as far as was tried (None: not yet)."""

    def list(self) -> dict[str, str]:
        """Return the tags of all that is there, by path relative to the place.

        Nothing that is hidden, and nothing of another site whose place this one contains. Nothing is changed.
        """

    def tidy(self) -> None:
        """Remove what a killed run left unfinished, as the listing has seen it."""

    def look(self, path: str, *, likely: bool) -> Holding | None:
        """Look at what is there and say whose it is; None where it is gone.

        Where it says that it is feedmill's and not of which site, it is ours if that is `likely`.
        """

    def is_made_of(self, tag: str, body: bytes) -> bool:
        """Tell from the tag alone whether these are the bytes there; False where it does not tell."""

    def put(self, new: Put, body: bytes) -> Holding:
        """Make a document visible, whole or not at all.

        Raises:
            Overtaken: there is something else than `new.over`.
        """

    def says_whose_it_is(self, path: str) -> bool:
        """Whether what we put there tells by itself that it is ours."""

    def delete(self, path: str) -> None:
        """Take a document away; nothing where it is gone already."""
