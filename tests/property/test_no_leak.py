"""Drafts leave no trace, and a takedown never fails open (docs/promises.md, No trace of a draft).

Random sites under random edits; every field of every version of every seed carries a mark of its own.
After each pass an oracle says which versions may be out. No mark of any other is in a document, its
name, an HTTP answer, a header or a metric; `secured` is nowhere that feedmill writes.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from decided import is_out
from feedmill.model.seed import Record
from feedmill.model.settings import DecodeSettings, ServerSettings
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.seeds.decode import decode
from feedmill.server import Origin
from leak.manuscript import DOUBTFUL, HELD, MARK, START, TERMS, damaged, draft
from leak.outlets import Office, answers, documents, kept_files, metrics
from leak.site import Blank, Break, Configure, Cut, Delete, Move, Save, Site, Step, TakeDown
from reliability.results import keep

MEMORY = Path("/dev/shm")  # thousands of passes, each with its fsyncs
NEVER = frozenset({b"secured", b"original", b"unknown"})
INDEXES = frozenset({"index.html", "feeds.opml", "feeds.json"})

names = st.sampled_from(["a.md", "b.html", "sub/c.md", "sub/deep/d.txt", "z.md"])
order = st.integers(0, 1000)
hours = st.sampled_from([-1200, -48, -3, -1, -1, -1, 1, 3, 30])
saves = st.builds(
    Save,
    names,
    st.sampled_from(["", "", "published: true"]),
    st.one_of(hours, hours, hours, st.none()),
    st.sampled_from([None, None, None, -1, 2, 4]),
    st.sampled_from([False, False, True]),
    order,
)
edits = st.one_of(
    saves,
    saves,
    saves,
    st.builds(Save, names, st.sampled_from(HELD + DOUBTFUL), order=order),
    st.builds(Break, names, order, order),
    st.builds(TakeDown, names, st.sampled_from(HELD[:-1] + DOUBTFUL), order, order),
    st.builds(Cut, names, st.integers(0, 1000)),
    st.builds(Blank, names, st.sampled_from([b"", b"\n", b"---\n", b"# heading\n", b"--- \n---\n"])),
    st.builds(Delete, names),
    st.builds(Move, names, names),
    st.builds(Step, st.sampled_from([-40, -2, 1, 2, 3, 30])),
    st.builds(Configure, st.booleans(), st.sampled_from([True, True, False])),
)
histories = st.lists(
    st.tuples(st.lists(edits, min_size=1, max_size=4), st.booleans(), st.sampled_from([False] * 5 + [True])),
    min_size=2,
    max_size=7,
)


@pytest.fixture(scope="module")
def looks() -> Iterator[list[int]]:
    """How many marks were looked at after each pass, for the page."""
    found: list[int] = []
    yield found
    keep(
        "Nothing of a withheld seed comes out",
        "random edits, takedowns, faults, clocks and rules; every document, answer, header and metric",
        len(found),
        f"{sum(found):,} marks looked at after these passes",
    )


class Watch:
    """Looks at everything that comes out of a site after a pass."""

    def __init__(self, site: Site, looks: list[int]) -> None:
        self.site = site
        self.looks = looks
        self.office = Office()
        self.origin = Origin(lambda *document: self.body(*document), ServerSettings(), lambda: site.now)

    def look(self, mill: Mill, report: PassReport, *, thoroughly: bool) -> None:
        """Hold what is out against what may be out."""
        self.body = mill.store.body
        site = self.site
        self.looks.append(0)
        found = documents(site.root / "feeds")
        out = site.expected(shown(found["all.json"]))
        assert shown(found["all.json"]) == out
        if out:
            assert shown(found["custom/show.json"]) == out
            assert b"personzq" in found["custom/show.rss"]
        assert report.eligible == len(out)
        for path, body in found.items():
            self.check(path, path.encode() + body, out)
        self.office.add(report)
        self.origin.install(mill.generation())
        self.check_answers(found, out, thoroughly=thoroughly)
        self.check("metrics", metrics(self.office, self.origin, site.now), out)
        for path, data in kept_files(site.root):
            assert not any(mark[1] in NEVER - {b"original"} for mark in MARK.finditer(data)), path
        told = json.dumps(report.to_json()).encode()
        assert not any(mark[1] == b"secured" for mark in MARK.finditer(told))

    def check_answers(self, found: dict[str, bytes], out: frozenset[int], *, thoroughly: bool) -> None:
        """Hold every answer of the origin against what may be out."""
        paths = (
            set(found) if thoroughly else {"all.html", "all.atom", *(path for path in found if "zq" in path)}
        )
        replies = answers(self.origin, ["/", *(f"/{path}" for path in sorted(paths))])
        for (target, _), (status, headers, body) in replies.items():
            assert status == 200, target
            self.check(target.lstrip("/") or "index.html", headers + b"\n" + body, out)
        secret = [n for n in range(1, self.site.serial + 1) if n not in self.site.public]
        for kind, what in (("topics", "topic"), ("providers", "provider")):
            for suffix in ("", ".html", ".atom"):
                probes = [f"/{kind}/{what}zq{n}x{suffix}" for n in secret]
                unknown = f"/{kind}/nothing-here{suffix}"
                replies = answers(self.origin, [unknown, *probes])
                for (_, coding), reply in replies.items():
                    assert reply == replies[unknown, coding]
                    assert reply[0] == 404

    def check(self, path: str, text: bytes, out: frozenset[int]) -> None:
        """No mark but those of versions that are out; once public terms live on in their own feeds."""
        for mark in MARK.finditer(unquote_to_bytes(text).lower()):  # readers get addresses encoded
            what, serial = mark[1], int(mark[2])
            self.looks[-1] += 1
            if what not in NEVER and serial in out:
                continue
            own = path == "metrics" or (mark[0].decode() in path and path not in INDEXES)
            assert what in TERMS and serial in self.site.public and own, (path, mark[0])


def shown(all_json: bytes) -> frozenset[int]:
    """The versions whose title is in a feed."""
    titles = [item["title"].encode() for item in json.loads(all_json)["items"]]
    return frozenset(int(mark[2]) for title in titles for mark in MARK.finditer(title))


def one_by_one(*batches: list[object], prune: bool = False) -> list[tuple[list[object], bool, bool]]:
    """Return a history of hinted passes, the last of which may prune."""
    last = len(batches) - 1
    return [(batch, True, prune and number == last) for number, batch in enumerate(batches)]


@given(history=histories)
@settings(
    max_examples=int(os.environ.get("FEEDMILL_TORTURE", "0")) or 12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
@example(history=one_by_one([Save("a.md", "", 1)], [Step(1)]))
@example(history=one_by_one([Save("a.md", "", -1, 2), Save("z.md")], [Step(2)]))
@example(history=one_by_one([Save("a.md"), Save("z.md")], [Delete("a.md")], [Step(1)], prune=True))
@example(history=one_by_one([Save("a.md"), Save("z.md")], [Save("a.md", "removed: yes")]))
@example(
    history=one_by_one([Save("a.md"), Save("z.md")], [Save("a.md", "published: false")], [Break("a.md", 0)])
)
@example(history=one_by_one([Save("a.md", shared=True)], [Save("z.md", "", -3, shared=True)]))
@example(history=one_by_one([Save("a.md")], [Configure(True, False), Break("a.md", 0)]))
@example(history=one_by_one([Save("a.md")], [TakeDown("a.md", "published: false", 1)]))
@example(history=one_by_one([Save("a.md", "published: true")], [Save("a.md", "published: flase")]))
def test_nothing_of_a_withheld_seed_comes_out(
    looks: list[int], history: list[tuple[list[object], bool, bool]]
) -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None))
        site = Site(Path(folder))
        (site.root / "seeds").mkdir()
        watch = Watch(site, looks)
        stack.callback(watch.origin.close)
        mills = stack.enter_context(ExitStack())
        for number, (batch, hinted, prune) in enumerate(history):
            paths = [site.apply(edit) for edit in batch]
            hints = frozenset().union(*paths) if hinted and number else None
            if not number or prune or any(isinstance(edit, Configure) for edit in batch):
                mills.close()  # else it lives from pass to pass, as in the daemon
                mill = mills.enter_context(site.mill())
            report = mill.run(PassRequest(paths=hints, prune=prune))
            watch.look(mill, report, thoroughly=number == len(history) - 1)


def stays(good: Record, broken: bytes, path: str) -> bool:
    """Whether the entry of `good` would still be out when its file holds `broken`."""
    seed = good.seed
    return is_out(decode(path, broken, DecodeSettings()), seed, START)


@pytest.mark.parametrize("words", [*HELD[:-1], *DOUBTFUL])
@pytest.mark.parametrize("before", ["", "published: true", "removed: false\nexpiryDateTime: 2030-01-01"])
def test_a_takedown_counts_from_the_byte_on_that_tells_of_it(before: str, words: str) -> None:
    """However little of a save has reached the disk, and whatever else is broken in it."""
    good = decode("a.md", draft(1, lines=(before,) if before else ()), DecodeSettings())
    assert good.seed is not None
    for order in (0, 17):
        whole = draft(2, lines=(words,), order=order)
        line = words.encode().splitlines()[-1]
        start = whole.index(b"\n" + line + b"\n") + 1
        told = start + len(line.partition(b":")[0]) + 2
        for end in (*range(told, told + 40), *range(told + 40, len(whole) + 1, 7)):
            assert not stays(good, whole[:end], "a.md"), whole[:end]
        for end in range(4, told, 3):
            record = decode("a.md", whole[:end], DecodeSettings())
            assert record.seed is None or not is_out(record, good.seed, START)
        for how in range(order, order + 40, 3):
            assert not stays(good, damaged(whole, how), "a.md"), how


def test_a_flag_line_that_changes_in_any_byte_withholds() -> None:
    """In a header that does not parse: nobody knows what the author was about to say."""
    header = b"---\ntitle: T\nwebUrl: https://x.org/\ndate: 2026-01-01\npublished: true\n"
    good = decode("a.md", header + b"---\n", DecodeSettings())
    broken = header + b"bad: [\n---\n"
    assert good.seed is not None
    assert stays(good, broken, "a.md")
    start = broken.index(b"published") + len(b"published: ")
    for place in range(start, start + 4):
        for byte in b"xTfn0\"' #\t:\xff":
            changed = broken[:place] + bytes([byte]) + broken[place + 1 :]
            assert not stays(good, changed, "a.md"), changed


@pytest.mark.parametrize("number", range(80))
def test_every_damage_is_one(number: int) -> None:
    """What the tests above call broken is broken, however it is made."""
    record = decode("a.md", damaged(draft(number, order=number * 13), number), DecodeSettings())
    assert record.seed is None
    assert not record.parsed


@pytest.mark.parametrize("blank", [b"\n" * 40_000, b"<p>" * 11_000])
def test_a_takedown_in_a_file_too_large_to_be_read_counts(tmp_path: Path, blank: bytes) -> None:
    site = Site(tmp_path)
    (tmp_path / "seeds").mkdir()
    site.apply(Save("a.md"))
    with site.mill() as mill:
        assert mill.run(PassRequest()).eligible == 1
        large = draft(2) + blank
        (tmp_path / "seeds/a.md").write_bytes(large)
        assert mill.run(PassRequest()).eligible == 1
        (tmp_path / "seeds/a.md").write_bytes(large.replace(b"---\n", b"---\npublished: false\n", 1))
        assert mill.run(PassRequest()).eligible == 0


def test_secured_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site = Site(tmp_path)
    (tmp_path / "seeds").mkdir()
    for number, edit in enumerate([Save("a.md"), Break("a.md", 3), TakeDown("a.md", "published: no", 1)]):
        site.apply(edit)
        for name in ("b.md", "c.md"):
            secret = b"securedzq99x"
            data = (b"secured: [" + secret, b"secured: {a: *" + secret, b'secured: "\\q' + secret)[number]
            (tmp_path / "seeds" / name).write_bytes(b"---\ntitle: x\n" + data + b"\n---\n")
        site.now += timedelta(hours=1)
        with site.mill() as mill:
            report = mill.run(PassRequest())
        assert report.problems
        assert b"secured" + b"zq" not in json.dumps(report.to_json()).encode()
        for path, data in kept_files(site.root):
            assert b"securedzq" not in data, path
    assert "securedzq" not in caplog.text
