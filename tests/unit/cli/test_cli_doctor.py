"""`feedmill doctor`: each trouble that is planted is found, with what to do; a sound site has none."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from curator import CONFIG, Run, Site
from feedmill.cli.doctor.checks import CHECKS
from feedmill.cli.doctor.command import examine
from feedmill.cli.doctor.finding import Finding, Patient
from feedmill.config import load
from feedmill.store.local.lock import FolderLock
from nobody import NOBODY, as_nobody

PORTS = "server: {port: 0}\nadmin: {port: 0}\n"
SOUND = CONFIG.replace("http:", "https:") + PORTS


@pytest.fixture
def sound(site: Site, run: Run) -> Site:
    """A site that is built and has nothing wrong."""
    site.configure(SOUND)
    site.seed("a.md")
    run("build")
    return site


def found(run: Run, *, code: int = 1) -> list[tuple[str, str, str]]:
    document = run("doctor", "--json", code=code).json
    assert all(each["remedy"] for each in document["findings"])
    return [(each["check"], each["severity"], each["what"]) for each in document["findings"]]


def test_a_sound_site_has_nothing_to_mend(sound: Site, run: Run) -> None:
    done = run("doctor")
    assert done.out.splitlines()[-1] == "Nothing to mend."
    assert [line.split(maxsplit=1)[1] for line in done.out.splitlines()[:-1]] == [c.name for c in CHECKS]
    assert found(run, code=0) == []
    assert not list(sound.folder.rglob("*.new"))


def configured(text: str) -> Callable[[Site], None]:
    return lambda site: site.configure(text)


def all_drafts(site: Site) -> None:
    site.seed("a.md", published="false")


def no_seeds(site: Site) -> None:
    (site.seeds / "a.md").rename(site.seeds / "a.doc")


def plain_texts(site: Site) -> None:
    site.write("a.md", "# No front matter\n")
    shutil.rmtree(site.feeds)
    shutil.rmtree(site.folder / ".feedmill")


def damaged(site: Site) -> None:
    (site.feeds / ".feedmill" / "ledger.db").write_bytes(b"no database at all" * 100)


def set_aside(site: Site) -> None:
    (site.feeds / ".feedmill" / "ledger.db.corrupt-1").write_bytes(b"no database at all")


def written_over(site: Site) -> None:
    (site.feeds / "all.atom").write_text("mine")


def saved_tomorrow(site: Site) -> None:
    os.utime(site.seeds / "a.md", (time.time() + 86400,) * 2)


def readable_token(site: Site) -> None:
    (site.folder / ".feedmill" / "token").write_text("x")
    (site.folder / ".feedmill" / "token").chmod(0o644)


EXAMPLE = SOUND.replace("feeds.test.invalid", "feeds.example.org")
LOCAL = SOUND.replace("https://feeds.test.invalid/", "http://127.0.0.1:8080/").replace(
    "port: 0", "port: 8099", 1
)


@pytest.mark.parametrize(
    ("plant", "check", "severity", "what"),
    [
        (configured(EXAMPLE), "site.url", "error", "an example"),
        (configured(LOCAL), "site.url", "error", "names port 8080, and the server listens on 8099"),
        (
            configured(SOUND.replace("admin: {", "admin: {host: 0.0.0.0, ")),
            "operator's page",
            "warning",
            "0.0.0.0",
        ),
        (lambda site: site.seeds.rename(site.folder / "gone"), "seeds folder", "error", "there is no folder"),
        (no_seeds, "seeds folder", "error", "matches seeds.include"),
        (readable_token, "permissions", "warning", "others can read"),
        (saved_tomorrow, "clock", "warning", "a seed was saved at"),
        (written_over, "store", "warning", "1 document not as published (first: all.atom)"),
        (damaged, "store", "warning", "the ledger was damaged"),
        (set_aside, "ledger", "warning", "ledger.db.corrupt-1 was the ledger"),
        (
            configured(SOUND + f"mirrors: [{{url: 'file://{__file__}'}}]\n"),
            "mirrors",
            "error",
            "cannot be used",
        ),
        (all_drafts, "seeds", "error", "no seed is published: 1 unpublished"),
        (plain_texts, "seeds", "error", "1 file and not one seed"),
        (lambda site: site.seed("b.md", webUrl=""), "seeds", "warning", "1 fault of seeds"),
        (lambda site: site.seed("b.md", topics="[AC/DC]"), "addresses", "notice", "1 feed with a hash"),
    ],
)
def test_a_planted_trouble_is_found(
    sound: Site, run: Run, plant: Callable[[Site], None], check: str, severity: str, what: str
) -> None:
    plant(sound)
    told = found(run, code=0 if severity == "notice" else 1)
    assert [each for each in told if each[:2] == (check, severity) and what in each[2]], told


def test_a_mirror_that_lacks_documents_is_told_until_it_has_them(sound: Site, run: Run) -> None:
    sound.configure(SOUND + f"mirrors: [{{url: 'file://{sound.folder}/www'}}]\n")
    ((check, severity, what),) = found(run)
    assert (check, severity) == ("mirrors", "warning")
    assert "/www lacks " in what and "(first: 404.html)" in what
    assert not (sound.folder / "www").exists()
    run("build")
    assert found(run, code=0) == []


def test_what_a_mirror_has_in_another_form_or_too_much_is_told(sound: Site, run: Run) -> None:
    """Its names alone say nothing: it may hold what was taken down."""
    sound.configure(SOUND + f"mirrors: [{{url: 'file://{sound.folder}/www'}}]\n")
    run("build")
    www = sound.folder / "www"
    left = (www / "all.atom").read_bytes() + b"<!-- of before -->"
    (www / "all.atom").write_bytes(left)
    (www / "topics/once.atom").write_bytes(left)
    (www / "index.html").write_bytes(b"a page of somebody's")
    before = {path: path.stat() for path in sound.folder.rglob("*")}
    told = [what.partition("/www ")[2] for _, _, what in found(run)]
    assert told == [
        "has an older form of 2 documents (first: all.atom)",
        "still has, though withdrawn or published no more, 1 document (first: topics/once.atom)",
    ]
    assert {path: path.stat() for path in www.rglob("*")}.items() <= before.items()
    run("build")
    assert found(run, code=0) == []


def test_places_that_were_left_are_told(sound: Site, run: Run) -> None:
    """Nobody takes down there what is withdrawn since."""
    sound.configure(SOUND + f"mirrors: ['file://{sound.folder}/www']\n")
    run("build")
    sound.configure(SOUND + f"mirrors: ['file://{sound.folder}/elsewhere']\n")
    run("build")
    ((check, severity, what),) = found(run)
    assert (check, severity) == ("left behind", "warning")
    assert f"file://{sound.folder}/www is no mirror any more, and keeps " in what
    (left,) = (file for file in sound.folder.glob(".feedmill/mirror-*.db") if b"/www" in file.read_bytes())
    left.unlink()
    assert found(run, code=0) == []
    sound.configure(SOUND + "store: {url: 'postgresql://nowhere.invalid/mill'}\n")
    told = [what for check, _, what in found(run) if check == "left behind"]
    assert len(told) == 2
    assert told[0].startswith(f"{sound.feeds} has what was published before store.url was set")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody has."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield int(listening.getsockname()[1])


def test_a_port_that_is_taken_and_a_hub_that_does_not_answer(sound: Site, run: Run, taken: int) -> None:
    sound.configure(SOUND.replace("port: 0", f"port: {taken}", 1))
    assert ("ports", "error", f"127.0.0.1:{taken} is taken by another program") in found(run)
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        hub = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    sound.configure(f"{SOUND}push: {{hubs: ['{hub}']}}\n")
    told = found(run)
    assert [each[:2] for each in told] == [("hubs", "warning")]
    assert "Connection refused" in told[0][2]


def test_a_lock_that_somebody_holds(sound: Site, run: Run) -> None:
    with FolderLock(sound.folder / ".feedmill" / "lock", "build"):
        assert [each[:2] for each in found(run)] == [("daemon", "error")]
    assert found(run, code=0) == []


def ask(site: Site, check: str, **facts: object) -> list[Finding]:
    settings = load(site.folder / "config.yaml", environ={}, cwd=site.folder)
    patient = replace(Patient(settings=settings, now=datetime.now(UTC)), **facts)  # type: ignore[arg-type]
    try:
        return [each for one in CHECKS if one.name == check for each in examine(one, patient)]
    finally:
        patient.close()


def test_a_clock_that_went_back(sound: Site) -> None:
    before = datetime.now(UTC) - timedelta(days=1)
    assert "the clock went back" in ask(sound, "clock", now=before)[0].what
    assert (
        "before this feedmill was made" in ask(sound, "clock", now=datetime(1970, 1, 1, tzinfo=UTC))[0].what
    )


def test_limits_of_the_kernel(sound: Site, tmp_path: Path) -> None:
    for number in range(20):
        (sound.seeds / str(number)).mkdir()
    inotify = tmp_path / "proc" / "sys" / "fs" / "inotify"
    inotify.mkdir(parents=True)
    (inotify / "max_user_watches").write_text("8\n")
    assert "fs.inotify.max_user_watches=65536" in ask(sound, "watching", proc=tmp_path / "proc")[0].remedy
    (inotify / "max_user_watches").write_text("65536\n")
    assert ask(sound, "watching", proc=tmp_path / "proc") == []
    (tmp_path / "proc" / "self").mkdir()
    mounts = f"30 1 0:5 / {tmp_path} rw - nfs4 server:/srv rw\n"
    (tmp_path / "proc" / "self" / "mountinfo").write_text(mounts)
    assert "lies on nfs4" in ask(sound, "watching", proc=tmp_path / "proc")[0].what


def test_what_another_user_may_not_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        monkeypatch.chdir(name)
        site = Site(Path(name))
        site.configure(SOUND)
        file = site.seed("a.md")
        run("build")
        assert ask(site, "seeds folder") == ask(site, "permissions") == []
        file.chmod(0o000)
        site.feeds.chmod(0o555)
        with as_nobody():
            assert "1 seed cannot be read by this user (first: a.md)" in ask(site, "seeds folder")[0].what
            found = ask(site, "permissions")
        site.feeds.chmod(0o755)
        assert f"{site.feeds} cannot be written by this user" in found[0].what
        if os.geteuid() == 0:
            for folder in (site.folder, site.feeds, site.folder / ".feedmill"):
                os.chown(folder, NOBODY, NOBODY)
            with as_nobody():
                assert "belongs to another user, as after a run as root" in ask(site, "permissions")[0].what
