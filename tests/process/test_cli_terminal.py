"""The installed command where people meet it: on a terminal, in pipes, interrupted, beside another one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from terminal import PROGRAM, on_a_terminal

pytestmark = pytest.mark.process

CONFIG = 'site: {title: News, url: "https://feeds.test.invalid/"}\nseeds: {workers: 1}\n'
COLOUR = "\x1b["


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with two good seeds, a bad one and an undated one."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    for name, extra in (("a", ""), ("b", "topics: [Go]\n"), ("bad", "published: maybe\n")):
        write(tmp_path, name, extra + "publishedDateTime: 2024-05-01\n")
    write(tmp_path, "undated", "")
    return tmp_path


def write(site: Path, name: str, front: str, body: str = "") -> None:
    text = f"---\ntitle: {name}\nwebUrl: https://example.org/{name}\n{front}---\n{body}"
    (site / "seeds" / f"{name}.md").write_text(text)


def test_colour_on_a_terminal_only_and_never_where_it_is_not_wanted(site: Path) -> None:
    code, shown = on_a_terminal(site, "build")
    assert code == 1
    assert f"{COLOUR}31merror{COLOUR}0m" in shown
    for arguments, env in ((["build", "--no-color"], {}), (["build"], {"NO_COLOR": "1"})):
        _, shown = on_a_terminal(site, *arguments, env=env)
        assert COLOUR not in shown and "error: 'published'" in shown
    done = subprocess.run([PROGRAM, "build"], cwd=site, capture_output=True, text=True, check=False)
    assert COLOUR not in done.stdout + done.stderr


@pytest.mark.parametrize("columns", [60, 80])
def test_the_summary_and_the_help_fit_a_narrow_terminal(site: Path, columns: int) -> None:
    _, shown = on_a_terminal(site, "build", columns=columns, env={"NO_COLOR": "1"})
    summary = shown[shown.index("\nseeds ") :]
    assert all(len(line) <= columns for line in summary.splitlines())
    _, shown = on_a_terminal(site, "--help", columns=columns)
    assert all(len(line) <= columns for line in shown.split("Start here")[0].splitlines())


@pytest.mark.parametrize("command", ["build", "check"])
def test_equal_faults_are_told_once_within_80_columns(site: Path, command: str) -> None:
    for number in range(45):
        (site / "seeds" / f"n{number:02}.md").write_text("---\ntitle: x\ndate: 2024-05-01\n---\n")
    _, shown = on_a_terminal(site, command, env={"NO_COLOR": "1"})
    told = shown.partition("\nseeds  ")[0].splitlines()
    assert all(len(line) <= 80 for line in told), shown
    whole = re.sub(r"\n    ", " ", shown)
    assert "error: 45 × no link; add 'webUrl: https://…', or seeds.link, a pattern" in whole
    assert "(first: seeds/n00.md:1, seeds/n01.md:1)" in whole
    assert "seeds/n02.md" not in whole
    assert re.search(
        r"^seeds/undated.md:1: notice: no date; add 'date: \d{4}-\d\d-\d\d'$", whole, re.MULTILINE
    )
    subprocess.run([PROGRAM, "build"], cwd=site, capture_output=True, check=False)
    (site / "seeds" / "new.md").write_text("---\ntitel: x\nwebUrl: https://example.org/x\n---\n")
    _, shown = on_a_terminal(site, command, env={"NO_COLOR": "1"})
    whole = re.sub(r"\n    ", " ", shown)
    fresh, _, known = whole.partition("\nand as before:\n")
    assert "seeds/new.md:2:1: error: no title: 'titel' is not read; did you mean 'title'?" in fresh
    assert "×" not in fresh
    assert known.count("×") == 1


def many(site: Path, count: int) -> None:
    body = "Text with *words* and [links](x). " * 60
    for number in range(count):
        write(site, f"many{number:05}", "publishedDateTime: 2024-01-01\n", body)


def test_long_work_shows_a_bar_and_takes_it_away(site: Path) -> None:
    many(site, 900)
    code, shown = on_a_terminal(site, "build", columns=60)
    assert code == 1
    bars = re.findall(r"\r\x1b\[K((?:looking|reading|sorting|printing)[^\r\n]*)", shown)
    assert bars, shown[-500:]
    assert all(len(bar) <= 60 for bar in bars)
    assert "\r\x1b[K" in shown[shown.rindex(bars[-1]) + len(bars[-1]) :]


def test_control_c_ends_cleanly_with_130(site: Path) -> None:
    many(site, 1500)

    def interrupt(shown: str, process: subprocess.Popen[bytes]) -> bool:
        if "reading" not in shown:
            return False
        os.kill(process.pid, signal.SIGINT)
        return True

    code, shown = on_a_terminal(site, "build", act=interrupt)
    assert code == 130, shown
    assert shown.rstrip().endswith("interrupted")
    assert "Traceback" not in shown
    assert not (site / "feeds" / "all.rss").exists()
    for file in (site / "seeds").glob("many*"):
        file.unlink()
    done = subprocess.run([PROGRAM, "build"], cwd=site, capture_output=True, check=False)
    assert done.returncode == 1


def test_a_reader_who_has_had_enough_is_nobodys_fault(site: Path) -> None:
    for command in (["config", "schema"], ["check"], ["--help"]):
        process = subprocess.Popen(
            [PROGRAM, *command], cwd=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read().decode().replace("1 error, 1 notice.\n", "") == ""
        process.stderr.close()
        process.wait(timeout=30)


@pytest.mark.parametrize("place", [".feedmill/lock", "feeds/.feedmill/lock"])
def test_a_locked_folder_is_named_with_its_holder(site: Path, place: str) -> None:
    from feedmill.store.local.lock import FolderLock

    (site / place).parent.mkdir(parents=True)
    with FolderLock(site / place, "run"):
        done = subprocess.run([PROGRAM, "build"], cwd=site, capture_output=True, text=True, check=False)
        assert done.returncode == 3
        assert place in done.stderr and str(os.getpid()) in done.stderr
        assert "Traceback" not in done.stderr
        dry = subprocess.run([PROGRAM, "build", "--dry-run"], cwd=site, capture_output=True, check=False)
        assert dry.returncode == 1
    assert subprocess.run([PROGRAM, "build"], cwd=site, capture_output=True, check=False).returncode == 1


def test_a_full_disk_is_told_and_harms_nothing(site: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    (site / "feeds").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=768k", "tmpfs", str(site / "feeds")]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        assert subprocess.run([PROGRAM, "build"], cwd=site, capture_output=True, check=False).returncode == 1
        before = (site / "feeds" / "all.rss").read_bytes()
        for number in range(60):
            write(
                site, f"more{number}", f"topics: [T{number}]\npublishedDateTime: 2024-01-01\n", "word " * 500
            )
        done = subprocess.run([PROGRAM, "build"], cwd=site, capture_output=True, text=True, check=False)
        assert done.returncode == 3
        assert "No space left on device" in done.stderr or "full" in done.stderr
        assert "Traceback" not in done.stderr
        assert (site / "feeds" / "all.rss").read_bytes() == before
    finally:
        subprocess.run(["umount", str(site / "feeds")], capture_output=True, check=False)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("feedmill list to", {"topics"}),
        ("feedmill un", {"unpublish"}),
        ("feedmill build --dr", {"--drafts", "--dry-run"}),
        ("feedmill config s", {"show", "schema", "seed-schema"}),
    ],
)
def test_shells_complete(site: Path, words: str, wanted: set[str]) -> None:
    env = {**os.environ, "_FEEDMILL_COMPLETE": "bash_complete", "COMP_WORDS": words}
    env["COMP_CWORD"] = str(len(words.split()) - 1)
    done = subprocess.run([PROGRAM], cwd=site, env=env, capture_output=True, text=True, check=False)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == wanted


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(site: Path, shell: str) -> None:
    env = {**os.environ, "_FEEDMILL_COMPLETE": f"{shell}_source"}
    done = subprocess.run([PROGRAM], cwd=site, env=env, capture_output=True, text=True, check=False)
    assert f"{shell}_complete" in done.stdout and done.stderr == ""
    env = {
        **os.environ,
        "_FEEDMILL_COMPLETE": "bash_complete",
        "COMP_WORDS": "feedmill explain se",
        "COMP_CWORD": "2",
    }
    done = subprocess.run([PROGRAM], cwd=site, env=env, capture_output=True, text=True, check=False)
    assert done.stdout == "file,se\n"
