"""Each folder beside this file is a site: its feeds must be byte for byte what `expected/` holds.

A new folder with `config.yaml`, `seeds/` and `now` is a new test; `python tests/golden/test_golden.py CASE…`
writes what is expected anew (read the difference before you commit it).
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from calendar import timegm
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedmill.cli.main import main

HERE = Path(__file__).resolve().parent
CASES = sorted(path.parent.name for path in HERE.glob("*/config.yaml"))


def mill(case: str, folder: Path) -> int:
    """Build a copy of the case as of its instant and return the exit code."""
    shutil.copytree(HERE / case / "seeds", folder / "seeds")
    shutil.copy(HERE / case / "config.yaml", folder)
    now = (HERE / case / "now").read_text().strip()
    return main(["-c", str(folder / "config.yaml"), "build", "--json", "--as-of", now])


def documents(folder: Path) -> dict[str, bytes]:
    """Every published document; what feedmill keeps for itself is hidden."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).as_posix().startswith(".")
    }


@pytest.mark.parametrize("case", CASES)
def test_the_feeds_are_what_is_expected(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = mill(case, tmp_path)
    report = json.loads(capsys.readouterr().out)
    wanted, found = documents(HERE / case / "expected"), documents(tmp_path / "feeds")
    report = {key: report[key] for key in ("seeds", "problems", "next_change")} | {"exit": code}
    assert report == json.loads((HERE / case / "report.json").read_text(encoding="utf-8"))
    assert sorted(found) == sorted(wanted)
    for name in wanted:
        told, expected = (one[name].decode("utf-8", "backslashreplace") for one in (found, wanted))
        assert told == expected, name


@pytest.mark.parametrize("case", CASES)
def test_readers_see_the_same_entries_in_every_format(case: str) -> None:
    expected = HERE / case / "expected"
    for file in sorted(expected.rglob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        if "items" not in document:
            continue
        wanted = [(item["id"], item["url"], instant(item["date_published"])) for item in document["items"]]
        for suffix in (".atom", ".rss"):
            if file.with_suffix(suffix).exists():
                assert entries(file.with_suffix(suffix)) == wanted, file.with_suffix(suffix)


def entries(file: Path) -> list[tuple[str, str, datetime]]:
    """What feedparser makes of a feed."""
    import feedparser

    feed: Any = feedparser.parse(file.read_bytes())
    assert feed.bozo is False, feed.get("bozo_exception")
    return [(e.id, e.link, datetime.fromtimestamp(timegm(e.published_parsed), UTC)) for e in feed.entries]


def instant(text: str) -> datetime:
    """An instant as RSS has it: to the second."""
    return datetime.fromisoformat(text).replace(microsecond=0)


def write(case: str) -> None:
    """Write what a case is expected to give."""
    from contextlib import redirect_stdout
    from io import StringIO

    with tempfile.TemporaryDirectory() as name:
        out = StringIO()
        with redirect_stdout(out):
            code = mill(case, Path(name))
        shutil.rmtree(HERE / case / "expected", ignore_errors=True)
        shutil.copytree(Path(name, "feeds"), HERE / case / "expected", ignore=shutil.ignore_patterns(".*"))
    report = json.loads(out.getvalue())
    kept = {key: report[key] for key in ("seeds", "problems", "next_change")} | {"exit": code}
    text = json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
    (HERE / case / "report.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for each in sys.argv[1:]:
        write(each)
