"""Entries: what the feeds tell of a seed, the same in every format."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from feedmill.compose.terms import Taxonomies, Taxonomy, provider_authors
from feedmill.model.feed import Byline, Entry
from feedmill.model.instant import Instant, floor_second
from feedmill.model.language import direction
from feedmill.model.podcast import Episode, Person
from feedmill.model.seed import Author, Related, Seed
from feedmill.model.settings import AuthorSettings, Content


def compose_entry(
    seed: Seed,
    updated: Instant,
    taxonomies: Taxonomies,
    *,
    related: int = 0,
    content: Content = "full",
) -> Entry:
    """Return the entry of a dated seed that last changed at `updated`.

    With `related`, the first articles of the seed's list end the content and are its related links.
    `content` says how much of the text the feed carries: all, the summary, or neither.
    """
    assert seed.published is not None
    provider = taxonomies.providers.term(seed.provider.name) if seed.provider else None
    articles = seed.related[:related]
    body = ""
    if content == "full":
        body = seed.content
        if articles:
            body = (
                body or (f"<p>{escape(seed.summary, quote=False)}</p>" if seed.summary else "")
            ) + related_list(articles)
        if body and direction(seed.language) == "rtl":  # few readers know the way from the language alone
            body = f'<div lang="{seed.language}" dir="rtl">{body}</div>'
    return Entry(
        id=seed.id,
        link=seed.link,
        title=seed.title,
        published=floor_second(seed.published),
        updated=floor_second(updated),
        summary="" if content == "none" else seed.summary,
        content=body,
        authors=_authors(seed, taxonomies.authors),
        provider=provider,
        topics=taxonomies.topics.terms(seed.topics),
        images=seed.images,
        related=articles,
        episode=seed.episode and _episode(seed.episode, taxonomies.authors),
        language=seed.language,
    )


def related_list(articles: tuple[Related, ...]) -> str:
    """Return the HTML list that ends an entry's content."""
    items = "".join(
        f'<li><a href="{escape(a.link)}">{escape(a.title, quote=False)}</a></li>' for a in articles
    )
    return f"<ul>{items}</ul>"


def _authors(seed: Seed, taxonomy: Taxonomy) -> tuple[Byline, ...]:
    named = seed.authors or tuple(Author(name=name) for name in provider_authors(seed))
    if named:
        return tuple(_byline(author, taxonomy) for author in named)
    return (Byline(name=seed.provider.name),) if seed.provider is not None else ()


def _episode(episode: Episode, taxonomy: Taxonomy) -> Episode:
    """Name the people as the config's authors are named, where they are among them."""
    if not episode.people:
        return episode
    return replace(episode, people=tuple(_person(person, taxonomy) for person in episode.people))


def _person(person: Person, taxonomy: Taxonomy) -> Person:
    known = _byline(Author(name=person.name, url=person.url), taxonomy)
    return replace(person, name=known.name, url=known.url)


def _byline(author: Author, taxonomy: Taxonomy) -> Byline:
    """What the config says of an author goes before what the seed says."""
    term = taxonomy.term(author.name)
    known = taxonomy.configured(term.key) if term is not None else None
    if not isinstance(known, AuthorSettings):
        return Byline(name=author.name, url=author.url, email=author.email, term=term)
    return Byline(name=known.name, url=known.url or author.url, email=known.email or author.email, term=term)
