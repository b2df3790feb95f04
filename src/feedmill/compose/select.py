"""Selection: which seeds a custom feed's filter lets through."""

from __future__ import annotations

from feedmill.compose.terms import Taxonomy
from feedmill.model.seed import Seed
from feedmill.model.settings import Range, Where


class Filter:
    """A `where:` of the config, ready to be asked: all conditions hold, a list means any of."""

    def __init__(self, where: Where, topics: Taxonomy, providers: Taxonomy) -> None:
        self._where = where
        self._topics, self._providers = topics, providers
        self._topic_keys = _keys(where.topics, topics)
        self._provider_keys = _keys(where.providers, providers)
        self._types = _words(where.types)
        self._categories = _words(where.categories)
        self._levels = _words(where.levels)
        self._not = Filter(where.exclude, topics, providers) if where.exclude is not None else None

    def __call__(self, seed: Seed) -> bool:
        """Whether `seed` passes. A seed without a value fails a condition on that value."""
        where = self._where
        return (
            (self._topic_keys is None or any(self._topics.key(t) in self._topic_keys for t in seed.topics))
            and (
                self._provider_keys is None
                or (
                    seed.provider is not None
                    and self._providers.key(seed.provider.name) in self._provider_keys
                )
            )
            and (self._types is None or seed.type.casefold() in self._types)
            and (self._categories is None or seed.category.casefold() in self._categories)
            and (self._levels is None or any(level.casefold() in self._levels for level in seed.levels))
            and (where.quality is None or _within(seed.quality, where.quality))
            and (where.heat is None or _within(seed.heat, where.heat))
            and (self._not is None or not self._not(seed))
        )


def _keys(labels: tuple[str, ...] | None, taxonomy: Taxonomy) -> frozenset[str] | None:
    return None if not labels else frozenset(taxonomy.key(label) for label in labels)


def _words(words: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if not words else frozenset(word.casefold() for word in words)


def _within(value: float | None, bounds: Range) -> bool:
    return (
        value is not None
        and (bounds.min is None or value >= bounds.min)
        and (bounds.max is None or value <= bounds.max)
    )
