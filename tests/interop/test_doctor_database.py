"""`feedmill doctor` over a PostgreSQL that nodes share: what is wrong is found, with what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from feedmill.cli.doctor.database import check_database
from feedmill.cli.doctor.finding import Patient
from feedmill.config import loads
from feedmill.pipeline import PassRequest
from feedmill.pipeline.one_pass import silent
from feedmill.pipeline.runner import Runner
from operated.daemon import seed_text
from postgres import Server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Looked:
    """A site over a database, and what doctor finds."""

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.url = url
        (root / "seeds").mkdir()
        self.write("a", "A")

    def write(self, name: str, title: str) -> None:
        (self.root / "seeds" / f"{name}.md").write_text(seed_text(title))

    def build(self) -> None:
        settings = replace(loads(f"store: {{url: '{self.url}'}}\n", base=self.root), workers=1)
        with Runner(settings, purpose="build", clock=lambda: NOW, progress=silent) as runner:
            runner.run(PassRequest())

    def found(self, url: str = "") -> list[tuple[str, str]]:
        patient = Patient(settings=loads(f"store: {{url: '{url or self.url}'}}\n", base=self.root), now=NOW)
        try:
            findings = list(check_database(patient))
        finally:
            patient.close()
        assert all(each.remedy for each in findings)
        return [(each.severity.value, each.what) for each in findings]


@pytest.fixture
def looked(tmp_path: Path, url: str) -> Iterator[Looked]:
    yield Looked(tmp_path, url)


def test_the_state_of_tables_and_seeds_is_told(looked: Looked, server: Server) -> None:
    assert looked.found() == [("notice", "the database has no tables of feedmill's yet")]
    looked.build()
    assert looked.found() == []
    looked.write("b", "B")
    assert looked.found() == [("notice", "the seeds here are not those that generation 1 was made from")]
    looked.build()
    (looked.root / "seeds/b.md").unlink()
    ((severity, what),) = looked.found()
    assert severity == "error" and "an earlier generation than 2: this copy lags" in what
    server.sql(looked.url, "UPDATE feedmill_head SET version = 99")
    ((severity, what),) = looked.found()
    assert severity == "error" and "made by a newer feedmill (version 99" in what


def test_nodes_that_are_silent_behind_or_other_are_told(looked: Looked, server: Server) -> None:
    looked.build()
    server.sql(
        looked.url,
        "INSERT INTO feedmill_node SELECT n.name, 1, 'standby', 'run', n.prints, h.serial - n.lag,"
        " clock_timestamp(), clock_timestamp() - n.age FROM feedmill_head h, LATERAL (VALUES"
        " ('well', h.prints, 0, interval '1 s'), ('late', h.prints, 1, interval '1 s'),"
        " ('other', 'x', 0, interval '1 s'), ('gone', h.prints, 0, interval '1 hour'))"
        " AS n(name, prints, lag, age)".replace(
            "feedmill_head h, (VALUES", "feedmill_head h, LATERAL (VALUES"
        ),
    )
    assert sorted(looked.found()) == [
        ("warning", "no node leads, so nothing is published"),
        ("warning", "node gone was last heard of 3600 s ago, at generation 1"),
        ("warning", "node late is 1 generation behind"),
        (
            "warning",
            "node other prints otherwise than what is published, or has other mirrors: it does not lead",
        ),
    ]


def test_a_user_without_rights_a_read_only_place_and_none(
    looked: Looked, server: Server, tmp_path: Path
) -> None:
    looked.build()
    schema = looked.url.rpartition("%3D")[2]
    server.sql(looked.url, f"CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA {schema} TO reader")
    server.sql(looked.url, f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader")
    ((severity, what),) = looked.found(looked.url.replace("postgresql://postgres@", "postgresql://reader@"))
    assert severity == "error" and "DELETE, INSERT, UPDATE on feedmill_document" in what
    read_only = looked.found(looked.url + "%20-cdefault_transaction_read_only%3Don")
    assert read_only == [("error", "the database takes no changes: it is a replica, or read-only")]
    ((severity, what),) = looked.found(looked.url.replace(schema, "nowhere"))
    assert severity == "error" and "leads to no schema" in what
    away = f"postgresql://postgres:hidden@/postgres?host={quote(str(tmp_path), safe='')}"
    ((severity, what),) = looked.found(away)
    assert severity == "error" and "No such file" in what and "hidden" not in what
