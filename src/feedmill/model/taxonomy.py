"""Terms of a taxonomy: a topic, a provider, an author …, with key, label and slug."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from feedmill.model.slug import Slug, TermKey


class Kind(StrEnum):
    """The kinds of feeds; the values are what `feeds.json` says."""

    ALL = "all"
    TOPIC = "topic"
    PROVIDER = "provider"
    CUSTOM = "custom"
    AUTHOR = "author"
    CATEGORY = "category"
    TYPE = "type"

    @property
    def folder(self) -> str:
        """The folder of this kind's documents, with a trailing slash; "" for `all`."""
        return _FOLDERS[self]


_FOLDERS = {
    Kind.ALL: "",
    Kind.TOPIC: "topics/",
    Kind.PROVIDER: "providers/",
    Kind.CUSTOM: "custom/",
    Kind.AUTHOR: "authors/",
    Kind.CATEGORY: "categories/",
    Kind.TYPE: "types/",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term as an entry carries it: the seed's own `label`, the key behind it, its slug.

    `listed`: it has a feed, so that pages may lead there.
    """

    kind: Kind
    key: TermKey
    label: str
    slug: Slug
    listed: bool = True

    @property
    def path(self) -> str:
        """The path of the term's feed, without suffix: `topics/ai`."""
        return self.kind.folder + self.slug


class FeedKey(NamedTuple):
    """What names a feed inside the mill: its kind and its term's key (a custom feed's slug, "" for `all`)."""

    kind: Kind
    key: str


ALL = FeedKey(kind=Kind.ALL, key="")
