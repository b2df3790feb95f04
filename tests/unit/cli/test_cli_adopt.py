"""`feedmill adopt`: feeds from files and over HTTP, the file of ids that comes of them."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from curator import CONFIG, Run, Site
from feedmill.cli.adopt import ids_text, read_ids


def feed(site: Site, name: str = "old.xml", **guids: str) -> Path:
    items = "".join(
        f"<item><title>{slug}</title><link>https://example.org/{slug}</link>"
        f'<guid isPermaLink="false">{guid}</guid></item>'
        for slug, guid in guids.items()
    )
    file = site.folder / name
    file.write_text(f"<rss><channel>{items}</channel></rss>", encoding="utf-8")
    return file


@pytest.fixture
def origin(site: Site) -> Iterator[str]:
    """The site's folder over HTTP."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(site.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_file_of_ids_is_written_and_the_config_s_line_said(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("draft.md", draft="true")
    feed(site, a="urn:old:a", gone="urn:old:gone")
    done = run("adopt", "old.xml")
    assert read_ids(site.folder / "ids.yaml") == {"https://example.org/a": "urn:old:a"}
    assert "2 old entries: 1 new id, 0 known before" in done.out
    assert "ids: ids.yaml" in done.out
    assert "Not matched (1)" in done.err
    assert "gone  https://example.org/gone" in done.err


def test_the_file_that_the_config_names_keeps_what_is_there(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md")
    site.configure(CONFIG + "seeds: {ids: old/ids.json}\n")
    feed(site, a="urn:old:a")
    done = run("adopt", "old.xml")
    assert "ids: " not in done.out
    feed(site, a="urn:newer:a", b="urn:old:b")
    again = run("adopt", "old.xml")
    assert "2 old entries: 1 new id, 1 known before" in again.out
    assert "has the GUID urn:old:a already; urn:newer:a is left out" in again.err
    assert json.loads((site.folder / "old" / "ids.json").read_text()) == {
        "https://example.org/a": "urn:old:a",
        "https://example.org/b": "urn:old:b",
    }
    file = site.folder / "old" / "ids.json"
    before = file.stat().st_mtime_ns, file.stat().st_ino
    run("adopt", "old.xml")
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_ids_that_are_not_there_are_a_fault_for_all_but_adopt(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.configure(CONFIG + "seeds: {ids: ids.yaml}\n")
    feed(site, a="urn:old:a")
    for command in ("build", "check", "list"):
        said = run(command, code=2).err
        assert said.startswith("config.yaml:2:14: 'seeds.ids' names ") and "feedmill adopt OLD-FEED" in said
    assert not site.feeds.exists()
    run("adopt", "old.xml")
    run("build")
    assert "<id>urn:old:a</id>" in (site.feeds / "all.atom").read_text()


def test_an_adopted_id_is_nothing_to_warn_of(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md")
    run("build")
    feed(site, a="urn:old:a")
    run("adopt", "old.xml")
    site.configure(CONFIG + "seeds: {ids: ids.yaml}\n")
    site.seed("b.md", webUrl="https://example.org/elsewhere")
    done = run("build", "--dry-run")
    assert done.err.count("is another entry than before") == 1
    assert "seeds/b.md: warning: is another entry" in done.err


def test_over_http(site: Site, run: Run, origin: str) -> None:
    site.seed("a.md")
    feed(site, a="urn:old:a")
    run("adopt", f"{origin}/old.xml")
    assert read_ids(site.folder / "ids.yaml") == {"https://example.org/a": "urn:old:a"}
    assert (
        f"{origin}/nothing.xml cannot be fetched: HTTP Error 404"
        in run("adopt", f"{origin}/nothing.xml", code=2).err
    )


def test_our_own_feeds_can_be_adopted(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md", id="tag:x,2024:b")
    run("build")
    run("adopt", "feeds/all.rss", "feeds/all.atom", "feeds/all.json")
    ids = {item["url"]: item["id"] for item in json.loads((site.feeds / "all.json").read_text())["items"]}
    assert read_ids(site.folder / "ids.yaml") == ids
    assert set(ids) == {"https://example.org/a", "https://example.org/b"}


def test_what_cannot_be_read_writes_nothing(site: Site, run: Run) -> None:
    site.seed("a.md")
    assert "nowhere.xml cannot be read: No such file" in run("adopt", "nowhere.xml", code=2).err
    (site.folder / "page.html").write_text("<html/>")
    assert "page.html: is no RSS, Atom or JSON Feed, but <html>" in run("adopt", "page.html", code=1).err
    feed(site, other="urn:x:other")
    assert run("adopt", "old.xml", code=1).out == "1 old entry: 0 new ids, 0 known before\n"
    assert not (site.folder / "ids.yaml").exists()
    (site.folder / "ids.yaml").write_text("- a\n")
    assert "is no mapping of addresses to ids" in run("adopt", "old.xml", code=1).err


def test_the_text_is_a_mapping_whatever_is_in_it(tmp_path: Path) -> None:
    ids = {'https://x.org/"a: #b"': "urn:é", "https://x.org/" + "%D0%B0" * 600: "tag:x: y"}
    file = tmp_path / "ids.yaml"
    file.write_text(ids_text(tuple(ids.items()), as_json=False), encoding="utf-8")
    assert read_ids(file) == ids
