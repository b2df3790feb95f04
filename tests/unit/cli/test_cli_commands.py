"""The other commands: init, list, explain, prune, config, status, and mistakes of typing."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from curator import CONFIG, Run, Site
from feedmill.config import loads


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def test_from_an_empty_folder_to_an_own_article(
    empty: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("init", "site")
    assert done.out == "Made config.yaml, seeds/hello.md, .gitignore.\nNext: cd site && feedmill run --open\n"
    monkeypatch.chdir(empty / "site")
    assert run("check").err == "No fault found.\n"
    own = (empty / "site" / "seeds" / "hello.md").read_text().replace("Hello, feed", "My own")
    (empty / "site" / "seeds" / "own.md").write_text(own.replace("rss-specification", "mine"))
    assert run("build", "--json").json["seeds"]["eligible"] == 2
    assert "My own" in (empty / "site" / "feeds" / "all.rss").read_text()
    assert "in feeds: it is published" in run("explain", "seeds/own.md").out


def test_init_writes_over_nothing(empty: Path, run: Run) -> None:
    (empty / ".gitignore").write_text("mine\n")
    done = run("init", "--title", 'No: "really"', "--url", "https://feeds.test.invalid/x/")
    assert done.out == "Made config.yaml, seeds/hello.md.\nNext: feedmill run --open\n"
    assert (empty / ".gitignore").read_text() == "mine\n"
    text = (empty / "config.yaml").read_text()
    settings = loads(text, base=empty)
    assert (settings.site.title, settings.site.url) == ('No: "really"', "https://feeds.test.invalid/x/")
    done = run("init", code=2)
    assert done.err == "feedmill: config.yaml is there already; nothing was written\n"
    assert (empty / "config.yaml").read_text() == text
    ids = set()
    for name in ("a", "b"):
        run("init", name)
        ids.add(loads((empty / name / "config.yaml").read_text(), base=empty).site.id)
    assert len(ids) == 2
    done = run("init", "c", "--url", "nowhere", code=2)
    assert "'site.url' is \"nowhere\"" in done.err
    assert not (empty / "c").exists()


def test_list(site: Site, run: Run) -> None:
    site.seed("a.md", topics="[Go, C++]")
    site.seed("b.md", published="false", topics="[Hidden]")
    done = run("list")
    assert done.err == "4 feeds\n"
    assert done.out.splitlines()[0].split()[:5] == ["all", "1", "2024-05-01", "10:00:00", "UTC"]
    assert "Hidden" not in done.out
    assert [row["title"] for row in run("list", "topics", "--json").json["topics"]] == ["C++", "Go"]
    assert [row["feed"] for row in run("list", "providers", "--json").json["providers"]] == ["providers/acme"]
    site.seed("c.md", title="Later", publishedDateTime="2999-01-02")
    site.seed("d.md", title="Soon", publishedDateTime="2999-01-01")
    listed = run("list", "withheld").out.splitlines()
    assert listed[0] == "unpublished  seeds/b.md  B"
    assert re.fullmatch(
        r"scheduled    seeds/d.md  2999-01-01 00:00:00 UTC \(in 97\d years\)  Soon", listed[2]
    )
    planned = run("list", "withheld", "scheduled", "--json").json["withheld"]
    assert [row["title"] for row in planned] == ["Soon", "Later"]
    assert planned[0] == {
        "seed": "d.md",
        "reason": "scheduled",
        "title": "Soon",
        "at": "2999-01-01T00:00:00Z",
    }
    assert "goes with withheld" in run("list", "feeds", "scheduled", code=2).err
    assert "'seeds' is not one of 'topics'" in run("list", "seeds", code=2).err
    assert not site.feeds.exists()


@pytest.mark.parametrize(
    ("fields", "state", "why"),
    [
        ({"published": "false"}, "unpublished", "it says 'published: false'"),
        ({"removed": "true"}, "removed", "it says 'removed: true'"),
        ({"title": "", "published": "true"}, "eligible", ""),
        ({"webUrl": "nope"}, "invalid", "'webUrl' is"),
        ({"publishedDateTime": ""}, "undated", "no date"),
        ({"publishedDateTime": "2999-01-01"}, "scheduled", "still to come"),
        ({"expiryDateTime": "2024-06-01"}, "expired", "its expiry has come"),
        ({"webUrl": "http://EXAMPLE.org/first"}, "duplicate", "it is the same entry as first.md"),
    ],
)
def test_explain(site: Site, run: Run, fields: dict[str, str], state: str, why: str) -> None:
    site.seed("first.md", publishedDateTime="2024-06-01")
    site.seed("x.md", **fields)
    found = run("explain", "x.md", "--json").json
    assert found["state"] == state
    assert found["in_feeds"] is (state == "eligible")
    assert found["reason"] == (None if state == "eligible" else state)
    assert why in found["why"]
    assert found["remedy"]
    text = run("explain", "seeds/x.md").out
    assert text.startswith("seeds/x.md")
    assert found["remedy"] in text
    if state == "eligible":
        assert found["feeds"][0] == {"feed": "all", "title": "News", "rank": 2, "of": 2, "shown": True}


def test_explain_says_what_waits_for_a_held_mill(site: Site, run: Run) -> None:
    gone = [site.seed(f"gone-{number}.md") for number in range(20)]
    site.seed("stays.md")
    draft = site.seed("draft.md", published="false")
    run("build")
    for file in gone:
        file.unlink()
    draft.write_text(draft.read_text().replace("false", "true"))
    for path, word in (("draft.md", "waiting: "), ("stays.md", "in feeds: ")):
        text = run("explain", f"seeds/{path}").out
        assert f"\n{word}it is published\n" in text
        assert "\nheld back: 20 of 21 entries would vanish" in text
        found = run("explain", path, "--json").json
        assert found["in_feeds"] is (path == "stays.md")
        assert found["held"].startswith("20 of 21")
    done = run("publish", "seeds/draft.md")
    assert "seeds/draft.md: still in no feed: 20 of 21 entries would vanish" in done.err


def test_explain_by_address_title_or_id(site: Site, run: Run) -> None:
    site.seed("first.md", title="One day")
    site.seed("draft.md", title="Another *day*", draft="true", webUrl="https://example.org/other/")
    site.seed("twin.md", title="One day", webUrl="https://example.org/twin")
    by_link = run("explain", "http://EXAMPLE.org/first/#top", "--json").json
    assert by_link["seed"] == "first.md"
    assert run("explain", by_link["id"], "--json").json == by_link
    found = run("explain", "another  DAY", "--json", code=2).err
    assert "no seed with such a title" in found
    found = run("explain", "another *Day*", "--json").json
    assert (found["seed"], found["why"], found["since"]) == ("draft.md", "it says 'draft: true'", None)
    assert run("explain", "https://example.org/other", "--json").json == found
    assert (
        "'one day' are 2 seeds; name one: seeds/first.md, seeds/twin.md"
        in run("explain", "one day", code=2).err
    )
    assert "no seed has the address" in run("explain", "https://example.org/none", code=2).err


def test_explain_of_what_is_no_seed(site: Site, run: Run) -> None:
    site.write("README.md", "# x\n")
    (site.seeds / "out.md").symlink_to("../config.yaml")
    (site.seeds / "x.pdf").write_text("")
    assert run("explain", "README.md", "--json").json["state"] == "not a seed"
    for name, why in (
        ("nowhere.md", "there is no nowhere.md in"),
        ("out.md", "out.md is a link that leads out of the seeds folder"),
        ("x.pdf", "x.pdf is no seed by its name"),
        ("config.yaml", "config.yaml is not in the seeds folder"),
    ):
        done = run("explain", name, code=2)
        assert why in done.err and "Traceback" not in done.err, done


def test_check_of_the_seeds_folder_is_a_check_of_all_seeds(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.seed("a.md", publishedDateTime="soon")
    site.seed("deep/b.md", publishedDateTime="later")
    told = run("check", code=1).out
    assert told.count("is no date") == 2
    for path in ("seeds", "seeds/", "./seeds", str(site.seeds)):
        assert run("check", path, code=1).out == told
    assert run("check", "seeds/deep", code=1).out.count("is no date") == 1
    assert run("check", "seeds/a.md", "seeds", code=1).out == told
    for path in ("seeds/typo.md", "typo", "deep/c.md"):
        assert f"{path}: there is no such file or folder" in run("check", path, code=2).err
    monkeypatch.chdir(site.seeds)
    assert run("check", ".", code=1).out.count("is no date") == 2
    assert run("check", "deep", code=1).out.count("is no date") == 1


def test_prune_and_revival(site: Site, run: Run) -> None:
    site.seed("a.md", topics="[Old]")
    site.seed("b.md")
    run("build")
    (site.seeds / "a.md").unlink()
    run("build")
    assert (site.feeds / "topics" / "old.atom").exists()
    assert "old" not in (site.feeds / "feeds.json").read_text()
    assert run("prune").out == "retired topics/old\n1 feed retired.\n"
    assert not (site.feeds / "topics" / "old.atom").exists()
    assert run("prune", "--json").json == {"retired": [], "held": None}
    site.seed("a.md", topics="[Old]")
    run("build")
    assert (site.feeds / "topics" / "old.atom").exists()
    shutil.rmtree(site.folder / ".feedmill")
    assert run("build", "--json").json["feeds"]["written"] == 0


def test_config(site: Site, run: Run) -> None:
    site.configure(CONFIG + "feeds: {limit: 7}\n")
    shown = run("config").out
    assert shown == run("config", "show").out
    assert "limit: 7" in shown
    again = loads(shown, base=site.folder)
    assert again.site.title == "News"
    schema = run("config", "schema").json
    assert schema["properties"].keys() >= {"site", "seeds", "feeds", "topics", "custom"}
    assert "title" in run("config", "seed-schema").json["properties"]
    site.configure("feeds: {limt: 7}\n")
    assert run("config", code=2).err == (
        "config.yaml:1:9: unknown key 'limt' in 'feeds'; did you mean 'limit'?\n"
    )
    assert run("config", "schema").code == 0


def test_status_without_a_daemon(site: Site, run: Run) -> None:
    assert run("status", "--json").json["daemon"]["state"] == "stopped"
    assert run("status").out.splitlines()[-1].startswith("no daemon runs here: feedmill run starts one")
    site.seed("a.md")
    site.seed("b.md", published="maybe")
    run("build", code=1)
    found = run("status", "--json").json
    assert found["counts"]["eligible"] == 1
    assert len(found["problems"]) == 1
    assert not any("Traceback" in line for line in run("status").out.splitlines())


def test_mistakes_of_typing(site: Site, run: Run) -> None:
    assert "Did you mean 'build'?" in run("biuld", code=2).err
    assert "Did you mean 'unpublish'?" in run("unpublsh", "a", code=2).err
    assert "No such option" in run("build", "--drfats", code=2).err
    assert "--drafts" in run("build", "--drfats", code=2).err
    assert run("--version").out.startswith("feedmill ")
    assert "Start here" in run("--help").out
    assert run("build", "-h").out == run("build", "--help").out
    done = run("xyzzy", code=2)
    assert "No such command 'xyzzy'" in done.err


def test_the_two_seeds_of_the_issue(root: Path, site: Site, run: Run) -> None:
    shutil.copytree(root / "tests" / "golden" / "empty" / "seeds", site.seeds, dirs_exist_ok=True)
    done = run("build")
    assert "Nothing is published yet: feedmill explain SEED says why a seed is withheld." in done.out
    for file in site.seeds.iterdir():
        assert "it says 'published: false'" in run("explain", f"seeds/{file.name}").out
    assert json.loads((site.feeds / "all.json").read_text())["items"] == []
    run("publish", "002_a0e452272032a549.txt")
    run("build")
    feeds = [row["feed"] for row in run("list", "--json").json["feeds"]]
    assert feeds == ["all", "topics/ai", "topics/natural-language-processing", "providers/rt"]


def test_check_warns_of_more_feeds_than_anybody_reads_and_names_the_setting(empty: Path, run: Run) -> None:
    (empty / "seeds").mkdir()
    (empty / "config.yaml").write_text(CONFIG)
    for number in range(11):
        topics = ", ".join(f"t{number}x{each}" for each in range(90 + number))
        text = f"---\ntitle: T\nwebUrl: https://x.org/{number}\ndate: 2020-01-01\ntopics: [{topics}]\n---\n"
        (empty / "seeds" / f"{number}.md").write_text(text)
    told = run("check").out
    assert "1,046 feeds, 1,045 of them topics; 'feeds.by.topics' can be listed" in told
    assert "config.yaml: warning" in told
    (empty / "seeds" / "10.md").unlink()
    assert run("check").err == "No fault found.\n"
    (empty / "config.yaml").write_text(CONFIG + "feeds: {by: {topics: off}}\n")
    assert run("check").err == "No fault found.\n"


def test_check_says_where_a_feed_went_whose_slug_had_a_hash(empty: Path, run: Run) -> None:
    (empty / "seeds").mkdir()
    seed = empty / "seeds" / "a.md"
    seed.write_text("---\ntitle: T\nwebUrl: https://x.org/a\ndate: 2020-01-01\ntopics: [München]\n---\n")
    (empty / "config.yaml").write_text(CONFIG + "topics: {X: {slug: münchen}}\n")
    run("build")
    assert run("check").err == "No fault found.\n"
    (empty / "config.yaml").write_text(CONFIG)
    run("build")
    told = run("check").out
    old = next(path.stem for path in (empty / "feeds" / "topics").glob("munchen--*.atom"))
    assert f"topics/{old} is topics/münchen now: lead its subscribers on" in told
    redirects = f"redirects: {{topics/{old}.atom: topics/münchen.atom}}\n"
    (empty / "config.yaml").write_text(CONFIG + redirects)
    assert run("check").err == "No fault found.\n"


def test_check_warns_of_patterns_that_make_identities_of_titles_and_of_no_others(
    empty: Path, run: Run
) -> None:
    (empty / "seeds").mkdir()
    (empty / "seeds" / "a.md").write_text("---\ntitle: T\ndate: 2020-01-01\nnumber: 7\n---\n")
    site = CONFIG.replace("}", ', home: "https://x.org/"}')
    assert site != CONFIG
    (empty / "config.yaml").write_text(site + 'seeds: {link: "{year}/{title|slug}/"}\n')
    told = run("check").out
    assert "config.yaml: warning: the pattern '{year}/{title|slug}/' makes addresses of titles" in told
    (empty / "config.yaml").write_text(site + 'seeds: {link: "{year}/{field:number}/"}\n')
    assert run("check").err == "No fault found.\n"
    (empty / "config.yaml").write_text(site + 'seeds: {rules: [{paths: ["*.md"], link: "{path}/"}]}\n')
    assert "the pattern '{path}/'" in run("check").out


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_as_good_as_dev_null(site: Site, closed: str) -> None:
    site.seed("a.md")
    program = "from feedmill.cli.main import main; raise SystemExit(main())"
    for command in ("build", "check"):
        line = f"exec {shlex.quote(sys.executable)} -c {shlex.quote(program)} {command} {closed}"
        assert subprocess.run(line, shell=True, check=False, timeout=60).returncode == 0
    assert "<title>A</title>" in (site.feeds / "all.atom").read_text()


def test_a_bug_of_ours_is_told_and_no_seeds_fault(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("feedmill.pipeline.check.check_seeds", wrong)
    assert "ZeroDivisionError" in run("check", code=3).err


def test_status_tells_of_a_hold_while_it_is(site: Site, run: Run) -> None:
    site.configure(CONFIG + "guard: {min_entries: 2}\n")
    files = [site.seed(f"s{number}.md") for number in range(4)]
    run("build")
    texts = {file: file.read_bytes() for file in files[1:]}
    for file in texts:
        file.unlink()
    run("build", code=4)
    done = run("status", code=4)
    assert "held back: 3 of 4 entries would vanish" in done.err
    assert "feedmill rebuild --force" in done.out
    told = run("status", "--json", code=4).json
    assert (told["daemon"]["state"], told["problems"][0]["path"]) == ("stopped", "")
    for file, text in texts.items():
        file.write_bytes(text)
    run("build")
    assert "held" not in run("status").err
    for file in texts:
        file.unlink()
    run("build", code=4)
    run("rebuild", "--force")
    assert "held" not in run("status").err


def test_init_makes_no_folder_of_a_file(site: Site, run: Run) -> None:
    assert "config.yaml' is a file" in run("init", "config.yaml", code=2).err
