"""The desk's searches: which seeds they find, how they travel in addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feedmill.model.desk import SeedList, SeedRow, folded
from feedmill.model.seed import Problem, Severity
from feedmill.server.admin_http import Form
from feedmill.server.desk.query import PAGE, Index, Query


def _row(path: str, title: str = "", state: str = "eligible", **facts: object) -> SeedRow:
    said = folded("\n".join((title, path, str(facts.get("provider", "")))))
    return SeedRow(path=path, title=title, state=state, folded=said, **facts)  # type: ignore[arg-type]


ROWS = (
    _row("a.md", "Straße am Fluss", provider="Acme", topics=("Go", "Machine Learning")),
    _row("b.md", "Bread", "scheduled", published=datetime(2026, 11, 30, 23, 30, tzinfo=UTC)),
    _row("c.md", "", "invalid", problems=(Problem(path="c.md", message="no link"),)),
    _row(
        "d.md",
        "Bread again",
        problems=(Problem(path="d.md", message="odd", severity=Severity.WARNING),),
        published=datetime(2026, 11, 1, tzinfo=UTC),
    ),
)
INDEX = Index(SeedList(rows=ROWS, zone="Europe/Berlin"))


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ("", "a b c d"),
        ("q=bread", "b d"),
        ("q=again+BREAD", "d"),
        ("q=STRASSE", "a"),
        ("q=c.md", "c"),
        ("q=am+flu%C3%9F", "a"),
        ("q=B%EF%BC%B2EAD", "b d"),
        ("state=scheduled", "b"),
        ("state=nonsense", ""),
        ("topic=machine-learning", "a"),
        ("topic=Machine", ""),
        ("provider=ACME", "a"),
        ("problem=any", "c d"),
        ("problem=error", "c"),
        ("problem=warning", "d"),
        ("problem=%3Cscript%3E", "a b c d"),
        ("since=2026-12-01", "b"),  # in the seeds' zone it is December already
        ("until=2026-11-30", "d"),
        ("since=2026-11-01&until=2026-11-01", "d"),
        ("since=yesterday", "a b c d"),
        ("q=bread&problem=warning&since=2026-10-01", "d"),
    ],
)
def test_a_search_finds(asked: str, paths: str) -> None:
    found = INDEX.find(Query.of(Form(asked.encode())))
    assert found.paths == tuple(f"{name}.md" for name in paths.split())


def test_states_are_counted_as_if_none_were_chosen() -> None:
    found = INDEX.find(Query(text="bread", state="eligible"))
    assert found.states == {"scheduled": 1, "eligible": 1}
    assert found.paths == ("d.md",)


def test_a_search_travels_in_an_address() -> None:
    query = Query(text="a & b", state="invalid", topic="Go", since=date(2026, 1, 2), problem="any", page=3)
    assert Query.of(Form(query.here.encode())) == query
    assert "page" not in Query.of(Form(query.address(state="").encode())).fields()
    assert Query.of(Form(b"page=-1")).page == Query.of(Form("page=²".encode())).page == 1


def test_a_page_beyond_the_last_is_the_last() -> None:
    many = Index(SeedList(rows=tuple(_row(f"{n}.md") for n in range(PAGE + 1))))
    found = many.find(Query(page=9))
    assert (found.page, found.pages, [row.path for row in found.rows]) == (2, 2, [f"{PAGE}.md"])
    assert len(found.paths) == PAGE + 1


def test_the_first_day_is_found_in_any_zone() -> None:
    row = _row("first.md", published=datetime(1, 1, 1, tzinfo=UTC))
    index = Index(SeedList(rows=(row,), zone="America/New_York"))
    assert index.find(Query(until=date(1, 1, 1))).paths == ("first.md",)
