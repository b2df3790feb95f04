"""Terms: labels of seeds to keys, slugs and paths (docs/promises.md, Terms and their addresses)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from feedmill.model.seed import Seed
from feedmill.model.settings import FeedSettings, Terms, TermSettings
from feedmill.model.slug import Slug, TermKey, hashed_slug, term_key, term_slug
from feedmill.model.taxonomy import Kind, Term


class Taxonomy:
    """All terms of one kind: what the config says of some, and the rule for all others.

    A term's slug depends on its own key and on the config alone, never on other seeds.
    """

    def __init__(self, kind: Kind, configured: Iterable[TermSettings], feeds: Terms = "all") -> None:
        self.kind = kind
        self._feeds = feeds
        self._settings = {term.key: term for term in configured}
        self._aliases = {
            term_key(alias): term.key for term in self._settings.values() for alias in term.aliases
        }
        self._own_slugs = {term.slug: term.key for term in self._settings.values() if term.slug}
        self._terms: dict[str, Term | None] = {}

    def __iter__(self) -> Iterator[TermSettings]:
        """Iterate over the terms that the config names."""
        return iter(self._settings.values())

    def key(self, label: str) -> TermKey:
        """Return the key that `label` stands for, aliases followed; "" names no term."""
        key = term_key(label)
        return self._aliases.get(key, key)

    def term(self, label: str) -> Term | None:
        """Return the term as an entry carries it; None for an empty key.

        It has the seed's own label, or the configured one where the seed's is an alias.
        """
        try:
            return self._terms[label]
        except KeyError:
            pass
        key = self.key(label)
        term = self._make(key, label) if key else None
        if len(self._terms) < 100_000:  # labels come from files: the memory for them is bounded
            self._terms[label] = term
        return term

    def _make(self, key: TermKey, label: str) -> Term:
        shown = label if term_key(label) == key else self._settings[key].label
        return Term(kind=self.kind, key=key, label=shown, slug=self.slug(key), listed=self.has_feed(key))

    def has_feed(self, key: TermKey) -> bool:
        """Whether the config has a feed for the term, once it has entries."""
        return self._feeds == "all" or (self._feeds == "listed" and key in self._settings)

    def configured(self, key: TermKey) -> TermSettings | None:
        """Return what the config says of a term, None where that is nothing."""
        return self._settings.get(key)

    def terms(self, labels: Iterable[str]) -> tuple[Term, ...]:
        """Return the terms of `labels` in order; of two labels with one key the first stays."""
        found: dict[TermKey, Term] = {}
        for label in labels:
            term = self.term(label)
            if term is not None:
                found.setdefault(term.key, term)
        return tuple(found.values())

    def slug(self, key: TermKey) -> Slug:
        """Return the configured slug, else the key's own; the hashed form where that is somebody's."""
        settings = self._settings.get(key)
        if settings is not None and settings.slug:
            return settings.slug
        slug = term_slug(key)
        return hashed_slug(key) if self._own_slugs.get(slug, key) != key else slug

    def title(self, key: TermKey, most_used: str) -> str:
        """Return the configured title, else the label that seeds use most."""
        settings = self._settings.get(key)
        return (settings.title if settings else "") or most_used

    def description(self, key: TermKey) -> str:
        """Return the configured description, "" where there is none."""
        settings = self._settings.get(key)
        return settings.description if settings else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomies:
    """The terms of every kind under one config."""

    topics: Taxonomy
    providers: Taxonomy
    authors: Taxonomy
    categories: Taxonomy
    types: Taxonomy

    def __iter__(self) -> Iterator[Taxonomy]:
        return iter((self.topics, self.providers, self.authors, self.categories, self.types))

    def terms(self, seed: Seed) -> Iterator[Term]:
        """Yield every term of a seed, kind by kind."""
        yield from self.topics.terms(seed.topics)
        yield from self.providers.terms((seed.provider.name,) if seed.provider else ())
        yield from self.authors.terms(author_labels(seed))
        yield from self.categories.terms((seed.category,))
        yield from self.types.terms((seed.type,))


def taxonomies(settings: FeedSettings) -> Taxonomies:
    """Return the taxonomies of a config. Authors are known by their names too, and called by them."""
    by = settings.by
    authors = [
        replace(author, aliases=(*author.aliases, author.name), title=author.title or author.name)
        for author in settings.authors
    ]
    return Taxonomies(
        topics=Taxonomy(Kind.TOPIC, settings.topics, by.topics),
        providers=Taxonomy(Kind.PROVIDER, settings.providers, by.providers),
        authors=Taxonomy(Kind.AUTHOR, authors, by.authors),
        categories=Taxonomy(Kind.CATEGORY, (), by.categories),
        types=Taxonomy(Kind.TYPE, (), by.types),
    )


def author_labels(seed: Seed) -> tuple[str, ...]:
    """Return the names of a seed's authors: its own, else its provider's."""
    return tuple(author.name for author in seed.authors) or provider_authors(seed)


def provider_authors(seed: Seed) -> tuple[str, ...]:
    """Return the names that a seed's provider is given as authors."""
    return seed.provider.authors if seed.provider is not None else ()
