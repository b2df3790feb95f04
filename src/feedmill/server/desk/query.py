"""What a curator asks the list for, and which seeds that is: pure, and quick for thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from feedmill.model.desk import SeedList, SeedRow, folded
from feedmill.model.instant import in_zone
from feedmill.model.seed import Severity
from feedmill.model.slug import term_key
from feedmill.server.admin_http import Form

PAGE = 50
"""Rows that a page has."""

_LABELS = 200
"""Labels that are proposed while somebody types."""

ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search. All conditions hold; "" and None ask for nothing. `problem`: a severity, or "any"."""

    text: str = ""
    state: str = ""
    topic: str = ""
    provider: str = ""
    since: date | None = None
    until: date | None = None
    problem: str = ""
    page: int = 1

    @classmethod
    def of(cls, form: Form) -> Self:
        """Return the search that a form or an address asks for; what makes no sense is left out."""
        number = form.get("page")
        return cls(
            text=" ".join(form.get("q").split())[:200],
            state=form.get("state"),
            topic=form.get("topic").strip(),
            provider=form.get("provider").strip(),
            since=_date(form.get("since")),
            until=_date(form.get("until")),
            problem=form.get("problem") if form.get("problem") in (ANY, *Severity) else "",
            page=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether more is asked than a word and a state."""
        return bool(self.topic or self.provider or self.since or self.until or self.problem)

    def fields(self) -> dict[str, str]:
        """Return the fields that say the same."""
        given: dict[str, Any] = {
            "q": self.text,
            "state": self.state,
            "topic": self.topic,
            "provider": self.provider,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "problem": self.problem,
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}

    def address(self, **changes: Any) -> str:
        """Return the query string of this search with changes; on the first page unless one is named."""
        return urlencode(replace(self, **{"page": 1, **changes}).fields())

    @property
    def here(self) -> str:
        """Return the query string of this search, and of this page of it."""
        return urlencode(self.fields())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search finds: the `rows` of this page, all `paths`, and how many of each state it would find."""

    rows: tuple[SeedRow, ...]
    paths: tuple[str, ...]
    states: Mapping[str, int]
    page: int
    pages: int


class Index:
    """The list as it is searched."""

    def __init__(self, seeds: SeedList) -> None:
        self.seeds = seeds
        self._zone = ZoneInfo(seeds.zone)

    @cached_property
    def topics(self) -> Sequence[str]:
        """The labels that most seeds have, by name."""
        return _common(topic for row in self.seeds.rows for topic in row.topics)

    @cached_property
    def providers(self) -> Sequence[str]:
        """The providers that most seeds have, by name."""
        return _common(row.provider for row in self.seeds.rows if row.provider)

    def find(self, query: Query) -> Found:
        """Return what the search finds; a page beyond the last is the last."""
        words = folded(query.text).split()
        topic, provider = term_key(query.topic), term_key(query.provider)
        narrow = query.is_narrow
        rows = [
            row
            for row in self.seeds.rows
            if all(word in row.folded for word in words)
            and (not narrow or self._fits(row, query, topic, provider))
        ]
        states = Counter(row.state for row in rows)
        if query.state:
            rows = [row for row in rows if row.state == query.state]
        pages = max(1, -(-len(rows) // PAGE))
        number = min(query.page, pages)
        return Found(
            rows=tuple(rows[(number - 1) * PAGE : number * PAGE]),
            paths=tuple(row.path for row in rows),
            states=states,
            page=number,
            pages=pages,
        )

    def _fits(self, row: SeedRow, query: Query, topic: str, provider: str) -> bool:
        if topic and all(term_key(label) != topic for label in row.topics):
            return False
        if provider and term_key(row.provider) != provider:
            return False
        if query.problem and not any(query.problem in (ANY, one.severity) for one in row.problems):
            return False
        if query.since is None and query.until is None:
            return True
        if row.published is None:
            return False
        day = in_zone(row.published, self._zone).date()
        return (query.since or day) <= day <= (query.until or day)


def _common(labels: Iterable[str]) -> Sequence[str]:
    return sorted((label for label, _ in Counter(labels).most_common(_LABELS)), key=str.casefold)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
