"""Each bad input is answered as docs/bad-input.md says, and all that is good goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from badinput import ROWS, Row, ask
from curator import Run, Site

TABLE = [pytest.param(group, row, id=row.input) for group, rows in ROWS.items() for row in rows]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can enter."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def document(root: Path) -> str:
    return (root / "docs" / "bad-input.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("group", "row"), TABLE)
def test_each_row(group: str, row: Row, folder: Path, document: str) -> None:
    answer = ask(row, folder)
    assert (answer.what, answer.code) == (row.what, row.code)
    table = document.partition(f"\n## {group}\n")[2].partition("\n## ")[0]
    assert answer.line(row) in table.splitlines()


def test_the_document_has_no_other_rows(document: str) -> None:
    rows = [line for line in document.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    assert len(rows) - len(ROWS) == sum(map(len, ROWS.values()))


def test_all_bad_seeds_at_once_leave_the_good_ones_alone(site: Site, run: Run) -> None:
    rows = [row for group in ("Files", "Front matter", "Fields") for row in ROWS[group]]
    for number, row in enumerate(rows):
        folder = site.folder / "each" / str(number)
        (folder / "seeds").mkdir(parents=True)
        if row.input.startswith("a link"):
            continue
        row.make(folder)
        for file in (folder / "seeds").iterdir():
            file.rename(site.seeds / f"{number}-{file.name[:200]}")
    for file in site.seeds.glob("*-x.md"):
        if file.is_file() and file.stat().st_size < 1 << 20:
            file.write_bytes(file.read_bytes().replace(b"example.org/a", f"example.org/{file.stem}".encode()))
    for number in range(5):
        site.seed(f"good{number}.md")
    done = run("build", "--json", code=1)
    assert "Traceback" not in done.err
    assert done.json["seeds"]["withheld"]["invalid"] == sum(row.what == "invalid" for row in rows)
    feed = (site.feeds / "all.json").read_text()
    assert all(f"https://example.org/good{number}" in feed for number in range(5))
    assert "Nothing" not in run("build", code=1).out


def test_the_same_fault_is_told_in_one_line_with_its_file(site: Site, run: Run) -> None:
    site.seed("bad.md", published="maybe")
    site.seed("good.md")
    wanted = "seeds/bad.md:6:12: error: 'published' is \"maybe\"; use true or false"
    text = (site.seeds / "bad.md").read_text()
    line = text.splitlines().index("published: maybe") + 1
    done = run("build", code=1)
    assert done.err.splitlines() == [wanted.replace(":6:", f":{line}:")]
    assert run("check", code=1).out.splitlines() == done.err.splitlines()


def test_a_numeric_topic_is_a_notice_of_check(site: Site, run: Run) -> None:
    site.seed("a.md", topics="[2024, '3', No]")
    done = run("check")
    assert done.out == "seeds/a.md:5:10: notice: the topic 2024 is a number; it is taken as written\n"
    assert run("check", "--strict", code=1).err == "1 notice; all count as errors (--strict).\n"
    assert run("build").err == ""


def test_a_warning_of_the_config_counts_where_all_is_strict(site: Site, run: Run) -> None:
    site.configure("")
    site.seed("a.md")
    assert "site.url is http://127.0.0.1:8080/" in run("check").out
    assert run("check", "--strict", code=1).err == "1 warning; all count as errors (--strict).\n"
    assert run("check", "--strict", "--json", code=1).json["errors"] == 1
