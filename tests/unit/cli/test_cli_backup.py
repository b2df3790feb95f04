"""`feedmill backup` and `restore`, and a ledger that was lost: nothing is lost twice, nothing comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from curator import Run, Site


@pytest.fixture
def built(site: Site, run: Run) -> Site:
    """A site with one article, built."""
    site.seed("a.md")
    run("build")
    return site


def ledger(site: Site) -> Path:
    return site.feeds / ".feedmill" / "ledger.db"


def scribble(file: Path) -> None:
    file.write_bytes(b"no database at all" * 100)


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize(("damage", "said"), [(scribble, "damaged"), (empty, "is empty")])
def test_a_lost_ledger_is_told_by_the_pass_that_meets_it(
    built: Site, run: Run, damage: Callable[[Path], None], said: str
) -> None:
    run("build")  # which leaves a seal
    damage(ledger(built))
    done = run("build", code=1)
    assert "error: the ledger " in done.err and said in done.err, done.err
    assert "which feeds are retired" in done.err
    run("build")


def test_a_backup_is_replaced_by_a_good_one_alone(built: Site, run: Run) -> None:
    good = built.folder / "my.bak"
    run("backup", "my.bak")
    first = good.read_bytes()
    saved = ledger(built).read_bytes()
    pages = bytearray(saved)
    pages[4096 * 3 :] = b"\xff" * (len(pages) - 4096 * 3)
    for damage in (b"no database at all" * 100, bytes(pages)):
        ledger(built).write_bytes(damage)
        done = run("backup", "my.bak", code=3)
        assert str(ledger(built)) in done.err and "cannot write" not in done.err
        assert good.read_bytes() == first
    for lost in (lambda: ledger(built).write_bytes(b""), ledger(built).unlink):
        lost()
        assert "there is no ledger" in run("backup", "my.bak", code=3).err
        assert good.read_bytes() == first
    assert [file.name for file in built.folder.glob("*bak*")] == ["my.bak"]
    ledger(built).write_bytes(saved)
    run("backup", "my.bak")


def test_a_backup_takes_no_other_files_place(built: Site, run: Run) -> None:
    config = (built.folder / "config.yaml").read_bytes()
    for other in ("config.yaml", "seeds/a.md", "/dev/null", "feeds/.feedmill/ledger.db"):
        assert "no backup of feedmill's" in run("backup", other, code=2).err
    assert (built.folder / "config.yaml").read_bytes() == config
    assert not Path("/dev/null").is_file()
    (built.folder / "disk").mkdir()
    (built.folder / "latest.bak").symlink_to("disk/today.bak")
    (built.folder / "fresh").touch()
    for file in ("latest.bak", "latest.bak", "fresh"):
        run("backup", file)
    assert (built.folder / "latest.bak").is_symlink()
    assert (built.folder / "disk" / "today.bak").stat().st_size


def test_a_feed_younger_than_the_backup_stays(built: Site, run: Run) -> None:
    run("backup", "b")
    built.seed("b.md", topics="Beta")
    run("build")
    built.seed("b.md", topics="Beta", published="false")
    run("build")
    assert (built.feeds / "topics/beta.atom").exists()
    run("restore", "--force", "b")
    run("build")
    assert "<entry>" not in (built.feeds / "topics/beta.atom").read_text()
    run("prune")
    assert not (built.feeds / "topics/beta.atom").exists()


def shown(site: Site) -> str:
    return (site.feeds / "all.atom").read_text()


def broken(site: Site, path: str) -> None:
    site.write(path, "---\ntitle: [unclosed\n---\n")


def test_a_restore_brings_back_nothing_that_was_taken_down_since(built: Site, run: Run) -> None:
    built.seed("x.md", title="Secret")
    built.seed("y.md", title="Wrong")
    built.seed("z.md", title="Stays")
    run("build")
    run("backup", "b")
    built.seed("x.md", title="Secret", published="false")
    built.seed("y.md", title="Right")
    run("build")
    for path in ("x.md", "y.md", "z.md"):
        broken(built, path)
    run("build", code=1)
    assert "Right" in shown(built) and "Secret" not in shown(built)
    done = run("restore", "--force", "b")
    assert "3 seeds" in done.out and done.err == ""
    run("build", code=1)
    assert "Right" in shown(built) and "Stays" in shown(built)
    assert "Secret" not in shown(built) and "Wrong" not in shown(built)


def test_of_another_history_comes_back_what_both_know(built: Site, run: Run) -> None:
    built.seed("x.md", title="Secret")
    run("build")
    run("backup", "b")
    ledger(built).unlink()
    built.seed("x.md", title="Secret", published="false")
    run("build")
    broken(built, "x.md")
    broken(built, "a.md")
    run("build", code=1)
    assert "Secret" not in shown(built)
    run("restore", "--force", "b")
    run("build", code=1)
    assert "<title>A</title>" in shown(built) and "Secret" not in shown(built)


def test_where_nothing_is_known_the_last_good_forms_come_back_and_it_is_told(built: Site, run: Run) -> None:
    run("backup", "b")
    built.seed("a.md", title="Second")
    run("build")
    ledger(built).unlink()
    broken(built, "a.md")
    assert "a seed that is faulty now goes out again" in run("restore", "b").err
    run("build", code=1)
    assert "<title>A</title>" in shown(built)
    run("build", "--set", "seeds.on_invalid=withhold", code=1)
    run("build", code=1)
    assert "<entry>" not in shown(built)


def test_no_catalog_is_taken_for_that_of_a_restored_ledger(built: Site, run: Run) -> None:
    run("backup", "b")
    built.seed("a.md", title="Second")
    run("build")
    ledger(built).unlink()
    run("restore", "b")
    run("build")
    broken(built, "a.md")
    run("build", code=1)
    assert "<title>Second</title>" in shown(built)


def test_a_restore_that_cannot_have_the_subscriptions_leaves_the_ledger(built: Site, run: Run) -> None:
    run("backup", "b")
    built.seed("b.md")
    run("build")
    before = ledger(built).read_bytes()
    (built.feeds / ".feedmill" / "subscriptions.db").write_bytes(b"no database at all" * 100)
    assert "move it away" in run("restore", "--force", "b", code=3).err
    assert ledger(built).read_bytes() == before
    (built.folder / "empty").touch()
    assert "empty is no backup of feedmill's" in run("restore", "--force", "empty", code=3).err
    assert ledger(built).read_bytes() == before


def test_after_a_restore_a_held_pass_makes_the_documents_that_there_were(site: Site, run: Run) -> None:
    for number in range(31):
        site.seed(f"s{number}.md")
    run("build")
    entries = shown(site).count("<entry>")
    run("backup", "b")
    for folder in (site.feeds, site.folder / ".feedmill"):
        shutil.rmtree(folder)
    for number in range(30):
        (site.seeds / f"s{number}.md").unlink()
    run("restore", "b")
    assert "held back" in run("build", code=4).err
    assert shown(site).count("<entry>") == entries == 31
