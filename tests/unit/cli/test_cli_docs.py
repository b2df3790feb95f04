"""docs/cli.md says what the program does."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli_doc import main, markdown
from curator import Run, Site
from feedmill.cli.main import COMMANDS
from feedmill.push.subscriber import Subscription, subscriber_json


@pytest.fixture(scope="module")
def document(root: Path) -> str:
    return (root / "docs" / "cli.md").read_text(encoding="utf-8")


def test_it_is_what_the_program_writes(document: str, tmp_path: Path) -> None:
    assert document == markdown()
    assert main([str(tmp_path / "cli.md")]) == 0
    assert (tmp_path / "cli.md").read_text() == document


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_of_the_help_is_in_it(command: str, document: str, run: Run) -> None:
    text = run(command, "--help").out
    for option in re.findall(r"--[a-z-]+", text):
        assert f"{option}" in document, option
    assert f"### `feedmill {command}`" in document
    assert all(len(line) <= 80 for line in text.splitlines()), text


def examples(document: str, heading: str) -> list[Any]:
    section = document.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", section, re.DOTALL)]


def same_form(documented: Any, real: Any, place: str = "") -> None:
    """The names are the same all the way down; lists are compared by their first items."""
    if isinstance(documented, dict) and isinstance(real, dict) and documented:
        assert documented.keys() <= real.keys(), place
        for key in documented:
            same_form(documented[key], real[key], f"{place}.{key}")
    elif isinstance(documented, list) and documented and real:
        assert isinstance(real, list), place
        same_form(documented[0], real[0], f"{place}[]")
    elif documented is not None and real is not None and not isinstance(documented, (dict, list)):
        assert type(documented) is type(real), place


def test_the_documented_json_is_what_is_printed(document: str, site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md", published="false")
    report, preview = examples(document, "`build`, `rebuild`")
    dry = run("build", "--dry-run", "--json").json
    same_form(preview, dry)
    built = run("build", "--json").json
    same_form(report, built)
    assert report.keys() == built.keys()
    assert report["seeds"]["withheld"].keys() == built["seeds"]["withheld"].keys()
    same_form(report, run("rebuild", "--json").json)
    site.seed("a.md", title="Other")
    changed = run("build", "--dry-run", "--json").json
    same_form(preview["changes"][0]["change"], changed["changes"][0]["change"])
    [check] = examples(document, "`check`")
    assert check.keys() == run("check", "--json").json.keys()
    [explain] = examples(document, "`explain`")
    found = run("explain", "a.md", "--json").json
    assert explain.keys() == found.keys()
    same_form(explain, found)
    feeds, withheld, subscribers = examples(document, "`list`")
    same_form(feeds, run("list", "--json").json)
    same_form(withheld, run("list", "withheld", "--json").json)
    assert run("list", "subscribers", "--json").json == {"subscribers": []}
    someone = Subscription(
        callback="", path="", ends=datetime.now(UTC), up_to_date=True, failures=0, trouble=""
    )
    assert subscribers["subscribers"][0].keys() == subscriber_json(someone).keys()
    [prune] = examples(document, "`prune`")
    assert prune.keys() == run("prune", "--json").json.keys()
    [status] = examples(document, "`status`")
    same_form(status, run("status", "--json").json)
    [problem] = examples(document.replace("## JSON", "### JSON"), "JSON")
    site.seed("c.md", published="maybe")
    assert problem.keys() == run("check", "--json", code=1).json["problems"][0].keys()
