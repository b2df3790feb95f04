"""`feedmill run` and `feedmill new` where a newcomer meets them: what was saved, and what became of it."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from terminal import on_a_terminal

pytestmark = pytest.mark.process

PORTS = ("--set", "server.port=0", "--set", "admin.port=0")
Step = tuple[str, Callable[[Path], object]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site as `feedmill init` leaves it, with an undated seed."""
    code, shown = on_a_terminal(tmp_path, "init", "site", "--title", "News")
    assert code == 0, shown
    write("undated", "")(tmp_path / "site")
    return tmp_path / "site"


def write(name: str, front: str) -> Callable[[Path], object]:
    text = f"---\ntitle: {name} article\nwebUrl: https://example.org/{name}\n{front}---\nText.\n"
    return lambda site: (site / "seeds" / f"{name}.md").write_text(text)


def played(site: Path, steps: Iterator[Step], end: str) -> Callable[[str, subprocess.Popen[bytes]], bool]:
    """Take each step as soon as the text before it is shown, then stop the daemon."""
    waiting = next(steps)

    def act(shown: str, process: subprocess.Popen[bytes]) -> bool:
        nonlocal waiting
        whole = re.sub(r"\r?\n    ", " ", shown)
        while waiting[0] in whole:
            waiting[1](site)
            waiting = next(steps, (end, lambda _: process.send_signal(signal.SIGINT)))
            if waiting[0] == end and end in whole:
                process.send_signal(signal.SIGINT)
                return True
        return False

    return act


def test_each_change_is_a_line_and_what_is_not_published_has_its_remedy(site: Path) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    dated = "date: 2026-01-01\ntopics: [News]\n"
    steps: list[Step] = [
        (f"! seeds/undated.md:1: no date; add 'date: {today}'", write("first", dated)),
        ("+ first article → all, topics/news", write("second", "topics: [News]\n")),
        (f"! seeds/second.md:1: no date; add 'date: {today}'", write("draft", f"{dated}draft: true\n")),
        ("  seeds/draft.md: not published: it says 'draft: true'; ", write("later", "date: 2999-01-01\n")),
        ("  seeds/later.md: planned for 2999-01-01 00:00:00 UTC (in 97", write("first", f"{dated}type: x\n")),
        ("~ first article → all, topics/news", write("first", f"{dated}published: flase\n")),
        (
            "! seeds/first.md:6: 'published' is \"flase\"; use true or false: did you mean 'false'?",
            write("second", dated),
        ),
        ("+ second article → all, topics/news", lambda site: (site / "seeds" / "second.md").unlink()),
    ]
    act = played(site, iter(steps), "- second article, was in all, topics/news: its file is gone")
    code, shown = on_a_terminal(site, "run", *PORTS, env={"NO_COLOR": "1"}, act=act)
    assert code == 130, shown
    assert all(len(line) <= 80 for line in shown.splitlines() if "token=" not in line), shown
    greeting = shown.partition("Ctrl-C ends.")[0]
    assert re.search(r"^feedmill [0-9.]+\n  site +News, http://127.0.0.1:8080/\n", greeting), greeting
    assert "  seeds     seeds/  (1 published, 1 withheld)\n" in greeting
    assert re.search(r"  feeds +http://127\.0\.0\.1:[0-9]+/  \([0-9]+ documents\)\n", greeting)
    token = (site / ".feedmill" / "token").read_text().strip()
    assert re.search(rf"  operator +http://127\.0\.0\.1:[0-9]+/-/\?token={re.escape(token)}\n", greeting)
    assert "- first article, was in all, topics/news: it is invalid now" in shown
    assert not re.search(r"info +(pass|ready|fault)", shown)


def test_run_shows_the_feeds_in_the_browser(site: Path, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)

    def act(shown: str, process: subprocess.Popen[bytes]) -> bool:
        if not (tmp_path / "opened").exists():
            return False
        process.send_signal(signal.SIGINT)
        return True

    code, shown = on_a_terminal(site, "run", "--open", *PORTS, env={"BROWSER": str(browser)}, act=act)
    assert code == 130, shown
    assert (tmp_path / "opened").read_text().strip() in shown


def test_new_opens_the_seed_in_the_editor(site: Path, tmp_path: Path) -> None:
    editor = tmp_path / "an editor"
    editor.write_text("#!/bin/sh\nsed -i 's|^webUrl:.*|webUrl: https://example.org/mine|' \"$2\"\n")
    editor.chmod(0o755)
    code, shown = on_a_terminal(site, "new", "My own day", env={"EDITOR": f"'{editor}' -w", "VISUAL": ""})
    assert (code, shown) == (
        0,
        "Made seeds/my-own-day.md. When it is ready: feedmill publish seeds/my-own-day.md\n",
    )
    assert "webUrl: https://example.org/mine" in (site / "seeds" / "my-own-day.md").read_text()
    code, shown = on_a_terminal(site, "publish", "seeds/my-own-day.md")
    stays = "no daemon runs here: the feeds stay as they are until feedmill build\n"
    assert (code, shown) == (0, f"seeds/my-own-day.md: published\n{stays}")
    code, shown = on_a_terminal(site, "new", "Another", env={"EDITOR": str(tmp_path / "none"), "VISUAL": ""})
    assert code == 1 and "cannot be started" in shown
    assert (site / "seeds" / "another.md").exists()
