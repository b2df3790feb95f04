"""Terms: from the labels that seeds carry to keys, slugs and paths (DESIGN 3, Terms)."""

from __future__ import annotations

from collections.abc import Iterable

from feedmill.model.settings import TermSettings
from feedmill.model.slug import Slug, TermKey, hashed_slug, term_key, term_slug
from feedmill.model.taxonomy import Kind, Term


class Taxonomy:
    """All terms of one kind: what the config says of some, and the rule for all others.

    A term's slug depends on its own key and on the config alone, never on other seeds.
    """

    def __init__(self, kind: Kind, configured: Iterable[TermSettings]) -> None:
        self.kind = kind
        self._settings = {term.key: term for term in configured}
        self._aliases = {
            term_key(alias): term.key for term in self._settings.values() for alias in term.aliases
        }
        self._own_slugs = {term.slug: term.key for term in self._settings.values() if term.slug}
        self._terms: dict[str, Term | None] = {}

    def key(self, label: str) -> TermKey:
        """Return the key that `label` stands for, aliases followed; "" names no term."""
        key = term_key(label)
        return self._aliases.get(key, key)

    def term(self, label: str) -> Term | None:
        """Return the term as an entry carries it, with the seed's own label; None for an empty key."""
        try:
            return self._terms[label]
        except KeyError:
            pass
        key = self.key(label)
        term = Term(kind=self.kind, key=key, label=label, slug=self.slug(key)) if key else None
        if len(self._terms) < 100_000:  # labels come from files: the memory for them is bounded
            self._terms[label] = term
        return term

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
