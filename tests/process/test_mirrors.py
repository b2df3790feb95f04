"""Mirrors: the installed command and a bucket (moto), or a folder, as readers would find them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from buckets import KEYS, Bucket, Request, bucket
from feedmill.model.artifact import digest
from operated.daemon import Daemon, Folder, Operator, eventually, seed_text

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

ALL = "feeds: {formats: [rss, atom, json], html: true}"


@pytest.fixture
def s3() -> Iterator[Bucket]:
    with bucket() as found:
        yield found


@pytest.fixture
def folder(site: Site, s3: Bucket) -> Folder:
    """A site with two seeds and a mirror."""
    made = site(f"{ALL}\nmirrors: [{{url: 's3://bucket/www', endpoint: '{s3.url}'}}]")
    made.write("one.md")
    made.write("two.md", seed_text("Two", topic="Tools"))
    return made


def mirrored(s3: Bucket) -> dict[str, bytes]:
    """Return what the mirror has, by path."""
    return {key.removeprefix("www/"): body for key, body in s3.objects().items() if key.startswith("www/")}


def dead_links(there: Mapping[str, bytes]) -> set[str]:
    """Return what an index there names and is not there."""
    named: set[str] = set()
    if listing := there.get("feeds.json"):
        for feed in json.loads(listing)["feeds"]:
            named |= {feed[form] for form in ("html", "rss", "atom", "json") if feed.get(form)}
    for name in ("feeds.opml", "index.html"):
        named |= set(
            re.findall(r'(?:xmlUrl|href)="(https://feeds\.test/[^"#]+)"', there.get(name, b"").decode())
        )

    paths = {unquote(url.removeprefix("https://feeds.test/")) for url in named}
    return {path for path in paths if path not in there and f"{path}.html" not in there}


def test_a_build_fills_the_bucket_in_order_and_waits(folder: Folder, s3: Bucket, feedmill: Command) -> None:
    s3.put("www/own.css", b"mine")
    s3.put("www-other/all.atom", b"another prefix")
    done = feedmill("build", "--json", cwd=folder.path, env=KEYS)
    assert mirrored(s3) == folder.documents() | {"own.css": b"mine"}
    assert s3.objects()["www-other/all.atom"] == b"another prefix"
    assert not any(".feedmill" in key for key in s3.objects())
    (told,) = json.loads(done.stdout)["mirrors"]
    assert (told["put"], told["fenced"], told["trouble"]) == (len(folder.documents()), True, None)
    assert "s3cr3t" not in done.stdout + done.stderr
    order = [request.path.removeprefix("www/") for request in s3.requests if request.kind == "PUT"]
    last = order.index("feeds.json"), order.index("feeds.opml")
    assert order.index("index.html") > max(last)
    assert all(order.index(path) < min(last) for path in folder.documents() if "/" in path)
    assert order.index("topics/tools.html") > order.index("topics/tools.atom")
    head = s3.head("www/all.atom")
    assert head["content-type"] == "application/atom+xml; charset=utf-8"
    assert head["cache-control"].startswith("public, max-age=900, s-maxage=60, stale-if-error=")
    assert s3.head("www/feeds.json")["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("state", ["kept", "lost"])
def test_nothing_to_do_costs_one_listing(folder: Folder, s3: Bucket, feedmill: Command, state: str) -> None:
    feedmill("build", cwd=folder.path, env=KEYS)
    s3.requests.clear()
    if state == "lost":  # as in a fresh checkout: headers are in no listing
        subprocess.run(["rm", "-rf", folder.state, folder.feeds], check=True)
    feedmill("build", cwd=folder.path, env=KEYS)
    looks = len(mirrored(s3)) if state == "lost" else 0
    assert [request.kind for request in s3.requests] == ["LIST", *["HEAD"] * looks]


def test_other_headers_reach_a_bucket_of_which_nothing_is_remembered(
    folder: Folder, s3: Bucket, feedmill: Command
) -> None:
    feedmill("build", cwd=folder.path, env=KEYS)
    s3.put(
        "www/all.atom", mirrored(s3)["all.atom"]
    )  # as by `aws s3 sync`: the same bytes, another media type
    subprocess.run(["rm", "-rf", folder.state], check=True)
    feedmill("build", "--set", "server.max_age=1m", cwd=folder.path, env=KEYS)
    heads = {path: s3.head(f"www/{path}") for path in mirrored(s3)}
    assert all(head["cache-control"].startswith("public, max-age=60,") for head in heads.values())
    assert heads["all.atom"]["content-type"] == "application/atom+xml; charset=utf-8"


def test_another_site_below_the_place_keeps_what_it_has(
    folder: Folder, s3: Bucket, feedmill: Command, site: Site
) -> None:
    """One mill has a bucket, another a prefix in it; what a third one put there does not tell its site."""
    feedmill("build", cwd=folder.path, env=KEYS)
    theirs = mirrored(s3)
    for path, body in theirs.items():
        headers = {"x-amz-meta-feedmill": digest(body)}
        assert s3.ask("PUT", f"/bucket/old/{quote(path)}", body, headers)[0] == 200
    headers = {"x-amz-meta-feedmill": digest(b"of ours, once")}
    assert s3.ask("PUT", "/bucket/topics/once.atom", b"of ours, once", headers)[0] == 200
    root = site(f"{ALL}\nmirrors: [{{url: 's3://bucket', endpoint: '{s3.url}'}}]")
    root.write("three.md")
    feedmill("build", cwd=root.path, env=KEYS)
    below = {f"{folder}/{path}": body for path, body in theirs.items() for folder in ("www", "old")}
    assert s3.objects() == below | root.documents()


def test_an_edit_costs_its_documents(folder: Folder, s3: Bucket, feedmill: Command) -> None:
    feedmill("build", cwd=folder.path, env=KEYS)
    before = folder.documents()
    s3.requests.clear()
    folder.write("two.md", seed_text("Two", topic="Tools", more="excerpt: New words\n"))
    feedmill("build", cwd=folder.path, env=KEYS)
    changed = {path for path, body in folder.documents().items() if before.get(path) != body}
    again = 2  # whether conditions are honoured is tried on the first object
    assert s3.count("PUT") == len(changed) + again
    assert {request.path.removeprefix("www/") for request in s3.requests if request.kind == "PUT"} == changed
    assert mirrored(s3) == folder.documents()


def test_what_is_published_no_more_goes_and_nothing_foreign(
    folder: Folder, s3: Bucket, feedmill: Command
) -> None:
    feedmill("build", cwd=folder.path, env=KEYS)
    s3.put("www/topics/mine.atom", b"<feed>somebody else's</feed>")
    (folder.seeds / "two.md").unlink()
    subprocess.run(["rm", "-rf", folder.state, folder.feeds], check=True)  # nobody remembers the topic
    feedmill("build", cwd=folder.path, env=KEYS)
    assert mirrored(s3) == folder.documents() | {"topics/mine.atom": b"<feed>somebody else's</feed>"}
    assert "topics/tools.atom" not in mirrored(s3)


def test_a_foreign_object_keeps_its_place_and_is_told(folder: Folder, s3: Bucket, feedmill: Command) -> None:
    s3.put("www/index.html", b"my home page")
    done = feedmill("build", cwd=folder.path, env=KEYS, code=1)
    assert (
        "s3://bucket/www/index.html was not made by this mill and stays as it is; move it away" in done.stderr
    )
    assert mirrored(s3)["index.html"] == b"my home page"
    assert mirrored(s3)["all.atom"] == folder.documents()["all.atom"]


def test_a_mirror_that_fails_is_exit_code_three(folder: Folder, s3: Bucket, feedmill: Command) -> None:
    more = f"{ALL}\nmirrors: [{{url: 's3://nowhere', endpoint: '{s3.url}'}}, 'file://{folder.path}/www']"
    folder.configure(more)
    done = feedmill("build", cwd=folder.path, env=KEYS, code=3)
    assert "s3://nowhere: behind: s3://nowhere: cannot list it: there is no such bucket" in done.stdout
    www = folder.path / "www"
    copied = {str(path.relative_to(www)) for path in www.rglob("*.*")} - {".feedmill"}
    assert copied == set(folder.documents()), "one dead mirror does not stop the other"


def test_tries_reach_no_mirror(folder: Folder, s3: Bucket, feedmill: Command) -> None:
    feedmill("build", "--feeds", "elsewhere", cwd=folder.path, env=KEYS)
    feedmill("build", "--as-of", "2026-01-03", cwd=folder.path, env=KEYS)
    feedmill("build", "--dry-run", cwd=folder.path, env=KEYS)
    assert s3.requests == []


def test_a_store_that_ignores_conditions_is_told(folder: Folder, s3: Bucket, feedmill: Command) -> None:
    s3.ignores_conditions = True
    done = feedmill("build", "--json", cwd=folder.path, env=KEYS)
    assert json.loads(done.stdout)["mirrors"][0]["fenced"] is False
    assert mirrored(s3) == folder.documents()


def test_a_second_writer_is_noticed_and_not_overwritten(
    folder: Folder, s3: Bucket, feedmill: Command
) -> None:
    feedmill("build", cwd=folder.path, env=KEYS)
    folder.write("two.md", seed_text("Two", topic="Tools", more="excerpt: New words\n"))

    def other(request: Request) -> None:
        if request.kind == "PUT" and request.path == "www/topics/tools.atom":
            s3.put(request.path, b"<feed>of a newer build</feed>")

    s3.before = other
    done = feedmill("build", cwd=folder.path, env=KEYS, code=3)
    assert "somebody else writes here as well; when that is done, build again" in done.stdout
    assert mirrored(s3)["topics/tools.atom"] == b"<feed>of a newer build</feed>"


def test_killed_at_each_put_no_index_names_what_is_absent(
    folder: Folder, s3: Bucket, feedmill: Command, operator: Operator
) -> None:
    """Every seventh change is this process's last: before it arrives, or after."""
    feedmill("build", cwd=folder.path, env=KEYS)
    folder.write("three.md", seed_text("Three", topic="New topic"))
    (folder.seeds / "two.md").unlink()
    feedmill("build", "--set", "mirrors=[]", cwd=folder.path, env=KEYS)  # the rest is the mirror's alone
    feedmill("prune", "--set", "mirrors=[]", cwd=folder.path, env=KEYS)
    start = s3.objects()
    for step in range(1, 60, 7):
        for after in (False, True):
            assert s3.ask("POST", "/moto-api/reset")[0] == 200
            assert s3.ask("PUT", "/bucket")[0] == 200
            _restore(s3, start)
            for memory in folder.state.glob("mirror-*.db"):
                memory.unlink()
            killed = _build_killed(folder, s3, operator, step, after)
            assert not dead_links(mirrored(s3)), (step, after)
            if not killed:
                assert mirrored(s3) == folder.documents()
                return
            feedmill("build", cwd=folder.path, env=KEYS)
            assert mirrored(s3) == folder.documents(), (step, after)
    raise AssertionError("it never came to its end")


def _build_killed(folder: Folder, s3: Bucket, operator: Operator, step: int, after: bool) -> bool:
    """Run a build that is killed at its n-th change of the bucket; return whether it came to that."""
    changes = count(1)

    def end(request: Request) -> None:
        if request.kind in ("PUT", "DELETE", "POST") and next(changes) == step:
            started.wait(10)
            process.kill()

    def nothing(request: Request) -> None:
        pass

    started = threading.Event()
    s3.before, s3.after = (nothing, end) if after else (end, nothing)
    process = operator.spawn(folder, "build", env=KEYS)
    started.set()
    killed = process.wait(60) != 0
    s3.before = s3.after = nothing
    return killed


def _restore(s3: Bucket, objects: Mapping[str, bytes]) -> None:
    """Put objects as the mill did: with its mark."""
    for key, body in objects.items():
        headers = {"x-amz-meta-feedmill": digest(body)}
        assert s3.ask("PUT", f"/bucket/{quote(key)}", body, headers)[0] == 200


def test_the_daemon_follows_and_tells_how_far_it_is(folder: Folder, s3: Bucket, operator: Operator) -> None:
    daemon = operator.run(folder, env=KEYS)
    eventually(lambda: mirrored(s3) == folder.documents(), "the mirror is there")
    folder.write("three.md")
    daemon.shows("one", "Two", "three")
    eventually(lambda: mirrored(s3) == folder.documents(), "the mirror follows")
    told = eventually(lambda: _mirror(daemon, "current"), "the mirror is current")
    assert (told["lag"], told["behind"], told["documents"]) == (0, 0, len(folder.documents()))
    s3.down = True
    folder.write("four.md")
    daemon.shows("one", "Two", "three", "four")
    told = eventually(lambda: _mirror(daemon, "failing"), "the mirror fails", within=60)
    assert "s3://bucket/www" in told["trouble"]
    assert "s3cr3t" not in json.dumps(daemon.status())
    assert any("a mirror is behind" in problem["message"] for problem in daemon.status()["problems"])
    s3.down = False
    eventually(lambda: mirrored(s3) == folder.documents(), "the mirror comes back", within=60)
    eventually(lambda: _mirror(daemon, "current"), "the mirror is current")


def _mirror(daemon: Daemon, state: str) -> dict[str, object] | None:
    (mirror,) = daemon.status()["followers"]["mirrors"]
    return mirror if mirror["state"] == state else None


def test_rebuild_full_looks_at_what_is_there(folder: Folder, s3: Bucket, operator: Operator) -> None:
    daemon = operator.run(folder, env=KEYS)
    eventually(lambda: _mirror(daemon, "current"), "the mirror is current")
    s3.put("www/all.atom", b"spoiled")
    assert s3.ask("DELETE", "/bucket/www/all.rss")[0] == 204
    daemon.rebuild(full=True)
    eventually(lambda: mirrored(s3) == folder.documents(), "the mirror is mended")


def test_without_the_library_it_says_what_to_install(
    folder: Folder, feedmill: Command, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u; f = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'obstore' else f(name, *rest)\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    for command in ("build", "check", "doctor"):
        done = feedmill(command, cwd=folder.path, env={**KEYS, "PYTHONPATH": path}, code=2)
        assert "needs obstore: pip install '.[buckets]' in feedmill's checkout" in done.stderr
    assert not folder.feeds.exists() or not folder.documents()


def test_who_answers_for_the_store_is_told_apart_from_a_second_writer(
    folder: Folder, s3: Bucket, feedmill: Command
) -> None:
    """A 404 where a condition was sent, and a page of HTML for a listing, which lists nothing."""
    feedmill("build", cwd=folder.path, env=KEYS)
    folder.write("two.md", seed_text("Two", topic="Tools", more="excerpt: New words\n"))
    for kind, status, told in (("PUT", 404, "was answered with 404"), ("LIST", 200, "the listing lacks it")):
        s3.instead = {kind: (status, b"<html>log in</html>")}
        done = feedmill("build", cwd=folder.path, env=KEYS, code=3)
        assert told in " ".join(done.stdout.split())
    s3.instead = {}
    feedmill("build", cwd=folder.path, env=KEYS)
    assert mirrored(s3) == folder.documents()
