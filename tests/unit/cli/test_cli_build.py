"""`feedmill build`: its options, what it prints, and its exit codes."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from curator import CONFIG, Run, Site
from untouched import let_rest


def rows(out: str) -> dict[str, str]:
    """The lines of the summary by their first word."""
    return {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines() if line}


def changes(run: Run, *arguments: str, code: int | None = 0) -> dict[str, Any]:
    """What a dry run says of each feed."""
    found = run("build", "--dry-run", "--json", *arguments, code=code).json["changes"]
    return {each["feed"]: each for each in found}


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_first_and_a_second_build(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md", published="false")
    site.write("README.md", "# x\n")
    first = rows(run("build").out)
    assert first["seeds"] == "2 1 other file without front matter"
    assert first["in"] == "feeds 1 1 new"
    assert first["withheld"] == "1 1 unpublished"
    assert first["documents"] == "22 22 written, 0 unchanged"
    before = tree(site.feeds)
    second = rows(run("build").out)
    assert (second["in"], second["documents"]) == ("feeds 1 as before", "22 0 written, 22 unchanged")
    assert tree(site.feeds) == before


NO_LINK = "no link; add 'webUrl: https://…', or seeds.link, a pattern that makes addresses, to the config"


def test_many_problems_stay_readable(site: Site, run: Run) -> None:
    for number in range(30):
        site.seed(f"bad{number:02}.md", published="maybe")
        site.seed(f"undated{number:02}.md", publishedDateTime="")
    site.seed("good.md")
    site.seed("flase.md", published="flase")
    where = "(first: seeds/{0}00.md:{1}, seeds/{0}01.md:{1})"
    groups = [
        f"error: 30 × 'published' is \"maybe\"; use true or false {where.format('bad', 7)}",
        "seeds/flase.md:7:12: error: 'published' is \"flase\"; use true or false: did you mean 'false'?",
        f"notice: 30 × no date; add 'date: {datetime.now(UTC):%Y-%m-%d}' {where.format('undated', 1)}",
    ]
    assert run("build", code=1).err.splitlines() == groups
    site.seed("new.md", webUrl="")
    assert run("build", code=1).err.splitlines() == [
        f"seeds/new.md:1:1: error: {NO_LINK}",
        "and as before:",
        *groups,
    ]
    done = run("check", code=1)
    assert len(done.out.splitlines()) == 62
    assert done.err.splitlines() == [groups[0], groups[2], "32 errors, 30 notices."]


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_the_summary_fits(site: Site, run: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for number, line in enumerate(["published: false", "removed: true", "published: maybe", "x: 1"]):
        site.seed(f"{number}.md", **dict([line.split(": ")]))
        site.seed(f"{number}u.md", publishedDateTime="")
        site.seed(f"{number}e.md", expiryDateTime="2024-06-01")
        site.seed(f"{number}s.md", publishedDateTime="2999-01-01")
    out = run("build", code=1).out
    assert all(len(line) <= int(columns) for line in out.splitlines())


def test_dry_run_tells_what_appears_changes_and_vanishes(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md", topics="[Rust]")
    born = changes(run)
    assert born.keys() == {"all", "topics/go", "topics/rust", "providers/acme"}
    assert born["topics/rust"]["state"] == "born"
    assert [entry["title"] for entry in born["all"]["appear"]] == ["A", "B"]
    assert not site.feeds.exists() and not (site.folder / ".feedmill").exists()
    run("build")
    assert changes(run) == {}
    before = tree(site.folder)
    site.seed("a.md", title="New", body="Text\n", topics="[Go, Zig]")
    (site.seeds / "b.md").unlink()
    site.seed("c.md", webUrl="https://example.org/c")
    done = changes(run)
    assert done["all"]["state"] == "changed"
    [changed] = done["all"]["change"]
    assert changed["title"] == "New"
    assert {"title", "content"} <= set(changed["fields"])
    assert [entry["title"] for entry in done["all"]["appear"]] == ["C"]
    assert [entry["title"] for entry in done["all"]["vanish"]] == ["B"]
    assert done["topics/rust"]["state"] == "emptied"
    assert done["topics/zig"]["state"] == "born"
    text = run("build", "--dry-run").out
    assert "topics/rust  Rust  (now empty)\n  - B\n" in text
    assert "5 feeds would change: 2 entries would appear, 1 change, 1 vanish. Nothing was written." in text
    after = tree(site.folder)
    assert {k: v for k, v in after.items() if "/seeds/" not in k} == {
        k: v for k, v in before.items() if "/seeds/" not in k
    }
    run("build")
    assert changes(run) == {}
    site.seed("b.md", topics="[Rust]")
    assert changes(run)["topics/rust"]["state"] == "revived"


def test_dry_run_without_the_state_folder_says_the_same(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md", topics="[Rust]", body="Text")
    run("build")
    site.seed("a.md", title="New")
    (site.seeds / "b.md").unlink()
    wanted = changes(run)
    shutil.rmtree(site.folder / ".feedmill")
    assert changes(run) == wanted
    assert wanted["topics/go"]["change"][0]["fields"] == ["title"]
    run("build")
    shutil.rmtree(site.folder / ".feedmill")
    assert changes(run) == {}


def test_dry_run_after_a_change_of_the_config(site: Site, run: Run) -> None:
    site.seed("a.md", topics="[Golang]")
    site.seed("b.md", topics="[Go]")
    run("build")
    site.configure(CONFIG + "topics: {Go: {aliases: [Golang]}}\n")
    done = changes(run)
    assert done["topics/golang"]["state"] == "emptied"
    assert [entry["title"] for entry in done["topics/go"]["appear"]] == ["A"]
    assert done["topics/golang"]["vanish"][0]["title"] == "A"
    run("build")
    assert changes(run) == {}


@pytest.mark.parametrize(
    ("config", "feeds"),
    [
        ("feeds: {limit: 1}", {"all", "topics/go"}),
        ("feeds: {max_bytes: 1 KiB}", {"all", "topics/go"}),
        ("feeds: {formats: [atom]}", {"all", "topics/go"}),
        ("topics: {Go: {description: A language}}", {"topics/go"}),
        ("log: {level: debug}", set()),
    ],
)
def test_dry_run_names_the_feeds_that_another_config_prints_otherwise(
    site: Site, run: Run, config: str, feeds: set[str]
) -> None:
    """Although not one entry of theirs changes."""
    site.configure(CONFIG)
    site.seed("a.md", topics="[Go]")
    site.seed("b.md", topics="[Go]")
    run("build")
    site.configure(CONFIG + config + "\n")
    assert {path for path in changes(run) if not path.startswith("providers/")} == feeds
    run("build")
    assert changes(run) == {}


def test_an_entry_that_would_be_another_one_is_warned_of(site: Site, run: Run) -> None:
    site.seed("a.md")
    run("build")
    old = run("explain", "a.md", "--json").json["id"]
    site.seed("a.md", webUrl="https://example.org/moved")
    wanted = (
        "seeds/a.md: warning: is another entry than before, readers would see it twice; "
        f'add "id: {old}" to keep it\n'
    )
    assert wanted in run("build", "--dry-run").err
    assert wanted == run("check").out
    site.seed("a.md", webUrl="https://example.org/moved", id=old)
    assert run("check").out == ""
    assert [e["id"] for e in changes(run)["all"]["change"]] == [old]


def test_as_of_and_drafts_never_reach_the_public_folder(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("secret.md", published="false")
    site.seed("soon.md", publishedDateTime="2999-01-01T00:00:00Z", topics="[Future]")
    for arguments in (
        ["--as-of", "2999-02-01"],
        ["--drafts"],
        ["--drafts", "--feeds", "feeds/../feeds"],
        ["--drafts", "--feeds", "feeds/preview"],
        ["--drafts", "--set", "feeds.dir=./feeds"],
    ):
        done = run("build", *arguments, code=2)
        assert "say where to: --feeds DIR" in done.err
        assert not site.feeds.exists()
    run("build")
    public = tree(site.feeds)
    state = tree(site.folder / ".feedmill")
    mirror = (site.folder / "mirror").as_uri()
    run("build", "--drafts", "--set", "feeds.dir=aside", "--set", f"mirrors=[{{url: '{mirror}'}}]")
    assert "Secret" in (site.folder / "aside" / "all.json").read_text()
    assert not (site.folder / "mirror").exists()
    run("build", "--drafts", "--feeds", "preview")
    shown = (site.folder / "preview" / "all.json").read_text()
    assert "Secret" in shown and "Soon" in shown
    run("build", "--as-of", "2999-02-01", "--feeds", "later")
    later = (site.folder / "later" / "all.json").read_text()
    assert "Soon" in later and "Secret" not in later
    assert (site.folder / "later" / "topics" / "future.atom").exists()
    assert tree(site.feeds) == public
    assert {k: v for k, v in tree(site.folder / ".feedmill").items() if "lock" not in k} == {
        k: v for k, v in state.items() if "lock" not in k
    }
    assert changes(run, "--as-of", "2999-02-01")["topics/future"]["state"] == "born"
    assert changes(run) == {}


def test_as_of_the_past(site: Site, run: Run) -> None:
    site.seed("a.md", publishedDateTime="2024-05-01T10:00:00Z")
    assert run("build", "--as-of", "2024-05-01T09:59:59Z", "--json").json["seeds"]["eligible"] == 0
    assert run("build", "--as-of", "2024-05-01T12:00:00+02:00", "--json").json["seeds"]["eligible"] == 1
    done = run("build", "--as-of", "yesterday", code=2)
    assert done.err == "feedmill: 'yesterday' is no instant; write 2026-12-24 or 2026-12-24T18:00:00Z\n"


def test_the_guard_holds_back_and_force_overrules(site: Site, run: Run) -> None:
    for number in range(30):
        site.seed(f"{number}.md")
    run("build")
    for number in range(20):
        (site.seeds / f"{number}.md").unlink()
    before = tree(site.feeds)
    done = run("build", code=4)
    assert done.err.startswith("held back: 20 of 30 entries would vanish")
    assert run("build", "--dry-run", code=4).err.startswith("held back: ")
    assert run("build", "--json", code=4).json["held"]
    assert run("rebuild", code=4).out == ""
    assert tree(site.feeds) == before
    assert run("build", "--force", "--json").json["entries"]["vanished"] == 20


def test_a_kept_seed_is_told_and_exits_one(site: Site, run: Run) -> None:
    site.seed("a.md")
    run("build")
    site.seed("a.md", publishedDateTime="tomorrow")
    done = run("build", code=1)
    assert done.err.endswith("(its last good form stays published)\n")
    assert "in last good form" in done.out
    report = run("build", "--json", code=1).json
    assert (report["seeds"]["kept"], report["problems"][0]["kept"]) == (1, True)
    explained = run("explain", "a.md").out
    assert "it is invalid now" in explained and "all" in explained


def test_full_reads_everything_again(site: Site, run: Run) -> None:
    file = site.seed("a.md")
    run("build")
    status = file.stat()
    text = file.read_bytes()
    file.write_bytes(text.replace(b"title: A", b"title: B"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = run("build", "--full", "--json").json
    assert report["entries"]["changed"] == 1


def test_options_and_environment_override_the_config(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site.seed("a.md")
    monkeypatch.setenv("FEEDMILL_SITE__TITLE", "From outside")
    run("build", "--set", "feeds.formats=atom", "--set", "feeds.html=false", "--feeds", "elsewhere")
    assert sorted(p.name for p in (tmp_path / "elsewhere").iterdir() if p.is_file()) == [
        "all.atom", "feeds.json", "feeds.opml",
    ]  # fmt: skip
    assert b"From outside" in (tmp_path / "elsewhere" / "all.atom").read_bytes()
    done = run("build", "--set", "site.titel=x", code=2)
    assert "did you mean 'title'?" in done.err
    assert "did you mean" in run("build", "--set", "feeds.limit=many", "--set", "fedes.limit=3", code=2).err
    (tmp_path / "other").mkdir()
    (tmp_path / "config.yaml").rename(tmp_path / "other" / "mine.yaml")
    assert "init" in run("build", code=2).err
    assert run("-c", "other/mine.yaml", "build", "--seeds", "seeds").code == 0
    assert run("build", "-c", "other/mine.yaml", "--seeds", "seeds").code == 0


def test_a_foreign_file_in_the_way_is_told_with_its_place(site: Site, run: Run) -> None:
    site.seed("a.md")
    (site.feeds / "topics").mkdir(parents=True)
    (site.feeds / "topics" / "go.rss").write_text("mine")
    done = run("build", code=1)
    assert done.err.startswith("feeds/topics/go.rss: error: ")
    assert "was not made by feedmill; move it away" in done.err
    assert (site.feeds / "topics" / "go.rss").read_text() == "mine"
    assert (site.feeds / "topics" / "go.atom").exists()


def test_a_folder_of_texts_that_are_no_seeds_is_not_met_with_silence(site: Site, run: Run) -> None:
    site.write("README.md", "# Read me\n")
    for command in ("build", "check"):
        done = run(command, code=1)
        assert "seeds: error: 1 file matches and is no seed: a seed begins with" in done.out + done.err
    site.seed("a.md")
    assert run("build").err == ""


def test_a_folder_of_files_that_no_pattern_takes_is_not_met_with_silence(site: Site, run: Run) -> None:
    assert run("build").err == ""  # nothing is there
    site.write(".gitkeep", "")
    assert run("build").err == ""
    site.seed("deep/a.md")
    for option in ("seeds.include=**/*.mdd", "seeds.exclude=[deep]"):
        for command in ("build", "check"):
            done = run(command, "--set", option, code=1)
            assert "seeds: error: no file in it matches 'seeds.include'" in done.out + done.err
    assert run("build").err == ""


@pytest.mark.parametrize("feeds", ["{}", "{formats: [json], html: false}"])
def test_a_mirror_without_its_memory_keeps_nothing_that_was_taken_down(
    site: Site, run: Run, feeds: str
) -> None:
    mirror = site.folder / "mirror"
    site.configure(
        f"{CONFIG}feeds: {feeds}\ncopies: {{old/feed.json: all.json}}\nmirrors: ['{mirror.as_uri()}']\n"
    )
    site.seed("a.md", title="Secret")
    site.seed("b.md")
    run("build")
    (mirror / "other.json").write_text('{"version": "https://jsonfeed.org/version/1.1", "title": "Secret"}')
    site.seed("a.md", title="Secret", published="false")
    shutil.rmtree(site.folder / ".feedmill")
    run("build")
    holding = [path.name for path in mirror.rglob("*.*") if path.is_file() and b"Secret" in path.read_bytes()]
    assert holding == ["other.json"]


@pytest.mark.parametrize("rested", [False, True])
def test_who_answers_for_what_it_did_does_not_answer_for_old_faults(
    site: Site, run: Run, rested: bool
) -> None:
    seeds = site.seed("a.md"), site.seed("b.md", publishedDateTime="soon")
    if rested:  # then the seal holds
        let_rest(*seeds)
    assert "is no date" in run("rebuild", code=1).err
    run("rebuild")
    run("prune")
    run("build", code=1)
    site.seed("c.md", publishedDateTime="later")
    run("rebuild", code=1)
