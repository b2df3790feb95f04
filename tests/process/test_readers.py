"""Real feed readers subscribe, poll again, and get the one new entry.

newsboat, sfeed and rss2email from Debian, reader and feedparser from PyPI. Each subscribes to feeds that
`feeds.opml` names, has every entry, costs a 304 when nothing changed, and gets what is saved then.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import time
import urllib.request
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default as mail_policy
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.process

SEED = """---
title: {title}
webUrl: https://www.example.com/{name}
publishedDateTime: 2026-0{month}-01T10:00:00Z
excerpt: What {title} & others <say>.
topics: [{topics}]
provider: {{name: RT, domain: rt.com}}
---
The text of **{title}**.
"""
DEADLINE = 20.0


@dataclass
class Origin:
    """A running feedmill with a few seeds."""

    folder: Path
    url: str
    admin: str

    def save(self, name: str, title: str, month: int = 1, topics: str = "News") -> None:
        """Save a seed as an editor does, moved into place whole."""
        text = SEED.format(name=name, title=title, month=month, topics=topics)
        aside = self.folder / f".{name}"
        aside.write_text(text)
        aside.rename(self.folder / "seeds" / f"{name}.md")

    def feeds(self) -> list[str]:
        """Return the addresses that feeds.opml names, and that of everything."""
        root = ElementTree.fromstring(fetch(self.url + "feeds.opml"))
        named = [outline.attrib["xmlUrl"] for outline in root.iterfind(".//outline[@xmlUrl]")]
        return [self.url + "all.atom", *named]

    def not_modified(self) -> int:
        """Return how many 304 the origin has answered."""
        found = re.search(
            rb'feedmill_http_requests_total\{status="304"\} (\d+)', fetch(self.admin + "metrics")
        )
        return int(found[1]) if found else 0

    def has(self, title: str) -> bool:
        """Whether the feed of everything has an entry."""
        return title in fetch(self.url + "all.json").decode()


def fetch(url: str) -> bytes:
    """GET, from this machine only."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
    return body


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """Run a reader to its end."""
    subprocess.run(command, env=env, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)


def until(holds: Callable[[], Any]) -> None:
    """Wait until `holds` does."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port of loopback that nobody has just now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
def origin(tmp_path: Path, start_feedmill: Any) -> Iterator[Origin]:
    """A feedmill that serves three entries on loopback."""
    port, admin = free_port(), free_port()
    folder = tmp_path / "site"
    (folder / "seeds").mkdir(parents=True)
    found = Origin(folder, f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{admin}/")
    (folder / "config.yaml").write_text(
        f"site: {{title: Readers, url: '{found.url}'}}\n"
        f"server: {{port: {port}, max_age: 1s, shared_max_age: 1s}}\nadmin: {{port: {admin}}}\n"
    )
    found.save("one", "First", 1)
    found.save("two", "EUâ€™s second", 2, "News, C++")
    found.save("three", "Third", 3, "C++")
    process = start_feedmill("run", cwd=folder, log=tmp_path / "log")
    end = time.monotonic() + DEADLINE
    while True:
        assert process.poll() is None, (tmp_path / "log").read_text()
        try:
            fetch(found.url + "readyz")
            break
        except OSError:
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            time.sleep(0.05)
    yield found


TITLES = {"First", "EU’s second", "Third"}


def test_feedparser(origin: Origin) -> None:
    import feedparser

    for address in origin.feeds():
        for url in (address, address.replace(".atom", ".rss")):
            first = feedparser.parse(url)
            assert not first.bozo, (url, first.get("bozo_exception"))
            assert {entry.title for entry in first.entries} <= TITLES
            assert first.entries
            again = feedparser.parse(url, etag=first.etag, modified=first.get("modified"))
            assert again.status == 304
            assert again.headers.get("etag"), "a 304 repeats the ETag"
    assert {entry.title for entry in feedparser.parse(origin.url + "all.rss").entries} == TITLES
    before = feedparser.parse(origin.url + "all.atom")
    origin.save("four", "Fourth", 4)
    until(lambda: origin.has("Fourth"))
    after = feedparser.parse(origin.url + "all.atom", etag=before.etag, modified=before.get("modified"))
    assert after.status == 200
    assert next(entry.title for entry in after.entries) == "Fourth"
    assert {entry.id for entry in before.entries} < {entry.id for entry in after.entries}


def test_reader(origin: Origin, tmp_path: Path) -> None:
    from reader import make_reader

    addresses = origin.feeds()
    library = make_reader(str(tmp_path / "reader.sqlite"))
    for address in addresses:
        library.add_feed(address)
    library.update_feeds()
    assert {entry.title for entry in library.get_entries()} == TITLES
    before = origin.not_modified()
    for address in addresses:
        library.update_feed(address)
    assert origin.not_modified() - before == len(addresses)
    origin.save("four", "Fourth", 4)
    until(lambda: origin.has("Fourth"))
    changed = [address for address in addresses if (found := library.update_feed(address)) and found.new]
    assert changed, "somebody got the new entry"
    count = library.get_entry_counts(feed=origin.url + "all.atom").total
    assert count == 4
    library.close()


def test_newsboat(origin: Origin, tmp_path: Path, require: Any) -> None:
    program = require("newsboat")
    urls, cache, config = tmp_path / "urls", tmp_path / "cache.db", tmp_path / "config"
    urls.write_text(origin.url + "all.rss\n")
    config.write_text("")
    command = [program, "-u", str(urls), "-c", str(cache), "-C", str(config), "-x", "reload"]
    env = {**os.environ, "HOME": str(tmp_path)}

    def poll() -> set[str]:
        subprocess.run(
            command, env=env, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL
        )
        with sqlite3.connect(cache) as database:
            rows = database.execute("SELECT title FROM rss_item WHERE deleted = 0").fetchall()
        database.close()
        return {title for (title,) in rows}

    assert poll() == TITLES
    poll()  # newsboat sends its validators from the third poll on
    before = origin.not_modified()
    assert poll() == TITLES
    assert origin.not_modified() > before
    origin.save("four", "Fourth", 4)
    until(lambda: origin.has("Fourth"))
    assert poll() == TITLES | {"Fourth"}


def test_sfeed(origin: Origin, tmp_path: Path, require: Any) -> None:
    program = require("sfeed_update")
    require("curl")
    rc, store = tmp_path / "sfeedrc", tmp_path / "feeds"
    rc.write_text(
        f'sfeedpath="{store}"\nfeeds() {{\n'
        f'  feed "all" "{origin.url}all.atom"\n  feed "cpp" "{cpp(origin)}"\n}}\n'
    )

    def poll() -> dict[str, list[str]]:
        subprocess.run(
            [program, str(rc)], check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL
        )
        return {
            name: [line.split("\t")[1] for line in (store / name).read_text().splitlines()]
            for name in ("all", "cpp")
        }

    first = poll()
    assert set(first["all"]) == TITLES
    assert set(first["cpp"]) == {"EU’s second", "Third"}
    assert poll() == first, "polling again adds nothing"
    origin.save("four", "Fourth", 4)
    until(lambda: origin.has("Fourth"))
    second = poll()
    assert sorted(second["all"]) == sorted([*first["all"], "Fourth"])
    assert second["cpp"] == first["cpp"]


def cpp(origin: Origin) -> str:
    """Return the address of the feed whose name no URL can spell."""
    listed = json.loads(fetch(origin.url + "feeds.json"))
    found: str = next(feed["atom"] for feed in listed["feeds"] if feed["title"] == "C++")
    return found


def test_rss2email(origin: Origin, tmp_path: Path, require: Any) -> None:
    program = require("r2e")
    config, data, maildir = tmp_path / "r2e.cfg", tmp_path / "r2e.json", tmp_path / "mail"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    config.write_text(
        "[DEFAULT]\nfrom = me@example.org\nto = me@example.org\nemail-protocol = maildir\n"
        f"maildir-path = {tmp_path}\nmaildir-mailbox = mail\nverbose = warning\n"
    )
    base = [program, "-c", str(config), "-d", str(data)]
    env = {**os.environ, "HOME": str(tmp_path)}

    def r2e(*words: str) -> None:
        run(*base, *words, env=env)

    def subjects() -> list[str]:
        files = [*(maildir / "new").iterdir(), *(maildir / "cur").iterdir()]
        mails = [message_from_bytes(file.read_bytes(), policy=mail_policy) for file in files]
        return sorted(str(mail["subject"]) for mail in mails)

    r2e("add", "all", origin.url + "all.atom")
    r2e("run")
    assert subjects() == sorted(TITLES)
    before = origin.not_modified()
    r2e("run")
    assert subjects() == sorted(TITLES), "nothing is mailed twice"
    assert origin.not_modified() > before
    origin.save("four", "Fourth", 4)
    until(lambda: origin.has("Fourth"))
    r2e("run")
    assert subjects() == sorted([*TITLES, "Fourth"])
