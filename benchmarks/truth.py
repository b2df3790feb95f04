"""What should be in the feeds: read from the seeds' text, without any of the programs that are compared."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LIMIT = 50
Term = tuple[str, str]
"""Kind (`topics`, `providers`) and slug."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the adapters and the check need of a seed that `make_seeds` wrote."""

    path: str
    title: str
    excerpt: str
    instant: str
    link: str
    published: bool
    provider: str
    topics: tuple[str, ...]

    def terms(self) -> Iterator[Term]:
        """Yield the feeds that this seed belongs to, if it is published."""
        yield "providers", slug(self.provider)
        for topic in self.topics:
            yield "topics", slug(topic)


def slug(label: str) -> str:
    """Return what every tool makes of our labels: they are plain words on purpose."""
    return label.lower().replace(" ", "-")


def facts(path: str, text: str) -> Facts:
    """Read a made seed; its first lines have a fixed form."""
    head = text.partition("\nrelated:")[0]

    def one(key: str) -> str:
        found = re.search(rf'^{key}: "?(.*?)"?$', head, re.MULTILINE)
        assert found, (path, key)
        return found[1]

    provider = re.search(r"^provider:\n  name: (.*)$", head, re.MULTILINE)
    topics = re.search(r"^topics:\n((?:  - .*\n)+)", head, re.MULTILINE)
    assert provider
    assert topics
    return Facts(
        path=path,
        title=one("title"),
        excerpt=one("excerpt"),
        instant=one("publishedDateTime"),
        link=one("webUrl"),
        published=one("published") == "true",
        provider=provider[1],
        topics=tuple(line[4:] for line in topics[1].splitlines()),
    )


def read(folder: Path) -> Iterator[tuple[Facts, str]]:
    """Yield facts and text of every seed below `folder`, in the order of their names."""
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        yield facts(str(path.relative_to(folder)), text), text


def expected(seeds: Iterable[Facts]) -> dict[Term, list[str]]:
    """Return the titles of each feed, newest first."""
    found: defaultdict[Term, list[tuple[str, str]]] = defaultdict(list)
    for seed in seeds:
        if seed.published:
            for term in seed.terms():
                found[term].append((seed.instant, seed.title))
    return {term: [title for _, title in sorted(rows, reverse=True)[:LIMIT]] for term, rows in found.items()}
