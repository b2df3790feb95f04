"""Selection: which seeds a custom feed's filter lets through."""

from __future__ import annotations

import re

from feedmill.compose.terms import Taxonomies, Taxonomy, author_labels
from feedmill.model.globs import alternatives
from feedmill.model.seed import Seed
from feedmill.model.settings import Range, Where


class Filter:
    """A `where:` of the config, ready to be asked: all conditions hold, a list means any of."""

    def __init__(self, where: Where, taxonomies: Taxonomies) -> None:
        self._where = where
        self._topics = _Terms(where.topics, taxonomies.topics)
        self._providers = _Terms(where.providers, taxonomies.providers)
        self._authors = _Terms(where.authors, taxonomies.authors)
        self._paths = re.compile(alternatives(where.paths), re.DOTALL) if where.paths else None
        self._languages = tuple(tag.casefold() for tag in where.languages or ())
        self._types = _words(where.types)
        self._categories = _words(where.categories)
        self._levels = _words(where.levels)
        self._not = Filter(where.exclude, taxonomies) if where.exclude is not None else None

    def __call__(self, seed: Seed) -> bool:
        """Whether `seed` passes. A seed without a value fails a condition on that value."""
        where = self._where
        return (
            self._topics.any(seed.topics)
            and self._providers.any((seed.provider.name,) if seed.provider is not None else ())
            and self._authors.any(author_labels(seed))
            and (self._paths is None or self._paths.fullmatch(seed.path) is not None)
            and (not self._languages or _begins(seed.language.casefold(), self._languages))
            and (self._types is None or seed.type.casefold() in self._types)
            and (self._categories is None or seed.category.casefold() in self._categories)
            and (self._levels is None or any(level.casefold() in self._levels for level in seed.levels))
            and (where.quality is None or _within(seed.quality, where.quality))
            and (where.heat is None or _within(seed.heat, where.heat))
            and (self._not is None or not self._not(seed))
        )


class _Terms:
    """A condition on one taxonomy: any of the labels given names one of the terms wanted."""

    def __init__(self, labels: tuple[str, ...] | None, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._wanted = frozenset(taxonomy.key(label) for label in labels) if labels else None

    def any(self, labels: tuple[str, ...]) -> bool:
        return self._wanted is None or any(self._taxonomy.key(label) in self._wanted for label in labels)


def _begins(tag: str, wanted: tuple[str, ...]) -> bool:
    """Whether a language tag is one of those wanted, or a narrower one (RFC 4647, basic filtering)."""
    return any(tag == each or tag.startswith(each + "-") for each in wanted)


def _words(words: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if not words else frozenset(word.casefold() for word in words)


def _within(value: float | None, bounds: Range) -> bool:
    return (
        value is not None
        and (bounds.min is None or value >= bounds.min)
        and (bounds.max is None or value <= bounds.max)
    )
