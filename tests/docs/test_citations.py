"""What code and tests cite as the contract stands in docs/: `(docs/seeds.md, Last good)` names a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CITATION = re.compile(r"\((docs/[\w./-]+\.md)(?:, ([^);]+))?[);]")


def files(*folders: str) -> Iterator[Path]:
    """Every Python file of these folders but this one."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return (path for path in found if path != Path(__file__))


def cited() -> dict[str, set[str]]:
    """Each document that is cited, with the headings (as one line, wherever it was broken)."""
    found: dict[str, set[str]] = {}
    for path in files("src", "tests"):
        for document, heading in CITATION.findall(" ".join(path.read_text("utf-8").split())):
            found.setdefault(document, set()).update({heading} - {""})
    return found


CITED = cited()


@pytest.mark.parametrize("document", CITED)
def test_what_is_cited_is_there(document: str) -> None:
    headings = set(re.findall(r"^#+ (.+)$", (ROOT / document).read_text("utf-8"), re.MULTILINE))
    assert headings >= CITED[document]


def test_nothing_is_cited_that_is_not_here() -> None:
    texts = [*files("src", "tests", "benchmarks"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]
    assert not [path for path in texts if "DESIGN" in path.read_text("utf-8")]
    assert {"Last good"} <= CITED["docs/seeds.md"], "the pattern finds citations"
