"""`publish` and `unpublish`: the flag's bytes and no others, or a refusal."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator import Run, Site
from feedmill.errors import SeedError
from feedmill.model.seed import Reason
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.flagedit import set_flag

HEAD = "title: A\nwebUrl: https://example.org/a\n"
STAYS = "no daemon runs here: the feeds stay as they are until feedmill build\n"


def edited(text: str | bytes, *, published: bool) -> bytes:
    data = text if isinstance(text, bytes) else text.encode()
    return set_flag("a.md", data, DecodeSettings(), published=published)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("published: true", "published: false"),
        ("published: yes", "published: false"),
        ("published: 'true'   # said so", "published: 'false'   # said so"),
        ('published: "On"', 'published: "false"'),
        ("published:   TRUE", "published:   false"),
        ("published:", "published: false"),
        ("published: # to do", "published: false # to do"),
        ("published: ", "published: false "),
        ("published : true", "published : false"),
        ('"published": true', '"published": false'),
        ("published: maybe", "published: false"),
        ("published: ~", "published: false"),
        ("published: false", "published: false"),
        ("published: no", "published: no"),
        ("'published': 'No' #", "'published': 'No' #"),
    ],
)
def test_the_word_is_replaced_where_it_stands(before: str, after: str) -> None:
    for head, tail in ((HEAD, ""), ("", HEAD), ("# x\n" + HEAD, "topics: [a]\n")):
        text = f"---\n{head}{before}\n{tail}---\nBody published: true\n"
        assert edited(text, published=False).decode() == text.replace(before, after, 1)


TOML = 'title = """\nA\n"""\nwebUrl = "https://example.org/a"\n'
JSON = '"title": "A", "webUrl": "https://example.org/a"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"+++\n{TOML}published = true # x\n+++\nB\n", f"+++\n{TOML}published = false # x\n+++\nB\n"),
        (
            "---toml\n'Published'='yes'\n" + TOML + "---\nB\n",
            "---toml\n'Published'='false'\n" + TOML + "---\nB\n",
        ),
        (
            f"+++\n{TOML}\n[extra]\npublished = true\n+++\nB\n",
            "+++\n"
            + TOML.replace('"""\nweb', '"""\npublished = false\nweb')
            + "\n[extra]\npublished = true\n+++\nB\n",
        ),
        ("+++\r\ntitle = 'A'\r\n+++\r\nB", "+++\r\ntitle = 'A'\r\npublished = false\r\n+++\r\nB"),
        ('{\n  "published": true,\n  ' + JSON + "\n}\nB", '{\n  "published": false,\n  ' + JSON + "\n}\nB"),
        ('{\n  "published": "Yes",' + JSON + "\n}\nB", '{\n  "published": "false",' + JSON + "\n}\nB"),
        ("{\n" + JSON + "\n}\nB", '{"published": false, \n' + JSON + "\n}\nB"),
        ("---json\n{" + JSON + "}\n---\nB", '---json\n{"published": false, ' + JSON + "}\n---\nB"),
        ("Title: A\nPublished: yes\nTags: x\n\nB\n", "Title: A\nPublished: false\nTags: x\n\nB\n"),
        ("Title: A\n    b\nTags: x\n\nB\n", "Title: A\n    b\npublished: false\nTags: x\n\nB\n"),
    ],
)
def test_front_matter_of_every_syntax_is_edited(before: str, after: str) -> None:
    settings = DecodeSettings(headers="pelican")
    withheld = set_flag("a.md", before.encode(), settings, published=False)
    assert withheld.decode() == after
    assert decode("a.md", withheld, settings).reason is Reason.UNPUBLISHED
    out = set_flag("a.md", withheld, settings, published=True)
    assert decode("a.md", out, settings).reason is not Reason.UNPUBLISHED
    assert set_flag("a.md", out, settings, published=False) == withheld


def test_crlf_cr_and_a_byte_order_mark_stay() -> None:
    text = f"---\n{HEAD}published: true\n---\nBody\n"
    for data in (
        text.replace("\n", "\r\n").encode(),
        text.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + text.encode(),
        b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        text.replace("---\nBody", "---\r\nBody").encode(),
        text.encode().rstrip(b"\n"),
    ):
        assert edited(data, published=False) == data.replace(b"published: true", b"published: false")


@pytest.mark.parametrize(
    ("front", "after"),
    [
        ("title: A\nwebUrl: b\n", "title: A\npublished: true\nwebUrl: b\n"),
        ("webUrl: b\ntitle: A\n", "webUrl: b\ntitle: A\npublished: true\n"),
        ("title: >\n  A\n  B\n\nwebUrl: b\n", "title: >\n  A\n  B\n\npublished: true\nwebUrl: b\n"),
        ("title: A\n  B\nwebUrl: b\n", "title: A\n  B\npublished: true\nwebUrl: b\n"),
        ("title: 'A\n\n  B' # c\nwebUrl: b\n", "title: 'A\n\n  B' # c\npublished: true\nwebUrl: b\n"),
        ("title:\nwebUrl: b\n", "title:\npublished: true\nwebUrl: b\n"),
        ("name: A\n", "name: A\npublished: true\n"),
        ("webUrl: b\n", "published: true\nwebUrl: b\n"),
        ("  title: A\n  webUrl: b\n", "  title: A\n  published: true\n  webUrl: b\n"),
        ("x: &t T\ntitle: *t\nwebUrl: b\n", "x: &t T\ntitle: *t\npublished: true\nwebUrl: b\n"),
        ('x: "\u2028 A"\ntitle: A\nwebUrl: b\n', 'x: "\u2028 A"\ntitle: A\npublished: true\nwebUrl: b\n'),
    ],
)
def test_a_missing_flag_is_added_after_the_title(front: str, after: str) -> None:
    for ending in ("\n", "\r\n"):
        text = f"---\n{front}---\nBody\n".replace("\n", ending)
        wanted = f"---\n{after}---\nBody\n".replace("\n", ending)
        assert edited(text, published=True).decode() == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("No front matter\n", "a.md: is no seed: it has no front matter"),
        ("---\ntitle: A\n", "a.md:1: the front matter is not closed by a line '---'; close it first"),
        (
            "---\n{title: A, published: true}\n---\n",
            "a.md:2: the front matter is written as {…}; set the flag by hand",
        ),
        ("---\n- a\n---\n", "a.md:2: the front matter is no mapping of fields; mend it first"),
        ("---\n---\n", "a.md:2: the front matter is no mapping of fields; mend it first"),
        (
            "---\nx: &y true\npublished: *y\n---\n",
            "a.md:3:1: the flag 'published' is an alias of another value; set it by hand",
        ),
        (
            "---\nx: 1\npublished: &q true\nz: *q\n---\n",
            "a.md:3:1: the flag 'published' is written in an unusual way; set it by hand",
        ),
        ("---\npublished: [true]\n---\n", "a.md:2:1: the flag 'published' is no single word; set it by hand"),
        (
            "---\npublished:\n  true\n---\n",
            "a.md:2:1: the flag 'published' spans several lines; set it by hand",
        ),
        (
            "---\npublished: !!bool true\n---\n",
            "a.md:2:1: the flag 'published' is written in an unusual way; set it by hand",
        ),
        (
            "---\npublished: true\nx: 1\npublished: false\n---\n",
            "a.md:4:1: the flag 'published' is there twice; leave one",
        ),
        ("---\ntitle: 'A\n---\n", "a.md:2"),
        (b"---\ntitle: A\npublished: \xff\n---\n", "a.md:3: is not UTF-8; save it as UTF-8 first"),
    ],
)
def test_what_cannot_be_done_safely_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(SeedError) as caught:
        edited(text, published=False)
    assert str(caught.value).startswith(message)
    if not message.endswith("2"):
        assert str(caught.value) == message


words = st.sampled_from(["true", "false", "yes", "No", "'on'", '"off"', "", "~", "later"])
scalars = st.one_of(
    st.sampled_from(
        ["A", "'x: y'", '"q\\n"', "|\n  a\n  b", ">-\n  c", "[a, b]", "{k: v}", "\n  - a\n  - b", "é\u2028"]
    ),
    st.text(alphabet="abc: #'\"é😀-?[]{}&*!|>%@`\u2028\u0085\t", max_size=12),
)
keys = st.sampled_from(["title", "webUrl", "topics", "removal", "x", "publishedDateTime", "'quoted'"])


@st.composite
def seeds(draw: st.DrawFn) -> tuple[bytes, str]:
    lines = [f"{draw(keys)}: {draw(scalars)}" for _ in range(draw(st.integers(0, 4)))]
    gap, word = draw(st.sampled_from([" ", "  ", "\t"])), draw(words)
    flag = f"published:{gap}{word}{draw(st.sampled_from(['', ' # why', '  ']))}"
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), flag)
    text = "---\n" + "\n".join(lines) + "\n---\nBody\npublished: true\n"
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return bom + text.encode(), flag


def shared(one: bytes, other: bytes) -> int:
    """How many bytes two strings begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


@given(seeds(), st.booleans())
def test_only_the_flags_bytes_change_and_the_seed_says_so_afterwards(
    seed: tuple[bytes, str], published: bool
) -> None:
    data, _ = seed
    try:
        after = edited(data, published=published)
    except SeedError:
        return
    assert edited(after, published=published) == after
    record = decode("a.md", after, DecodeSettings())
    said = record.reason or (record.seed.withheld if record.seed else None)
    assert (said is Reason.UNPUBLISHED) is not published
    start = shared(data, after)
    end = shared(data[start:][::-1], after[start:][::-1])
    taken, put = data[start : len(data) - end], after[start : len(after) - end]
    assert len(taken) <= 5 and (taken.isalpha() or taken in (b"", b"~")), taken
    assert len(put.strip().splitlines()) <= 2 and len(put) <= len("published: false") + 6, put


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(site: Site, run: Run) -> None:
    file = site.seed("a.md")
    file.chmod(0o640)
    (site.seeds / "b.md").symlink_to("a.md")
    assert run("unpublish", "seeds/b.md").out == "seeds/b.md: unpublished\n"
    assert (site.seeds / "b.md").is_symlink()
    assert b"published: false\n" in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(p.name for p in site.seeds.iterdir()) == ["a.md", "b.md"]


def test_several_at_once_and_twice(site: Site, run: Run) -> None:
    site.seed("a.md")
    site.seed("b.md", published="false")
    done = run("unpublish", "seeds/a.md", "b.md", "seeds/a.md")
    assert done.out == "seeds/a.md: unpublished\nseeds/b.md: unpublished already\n"
    before = (site.seeds / "a.md").stat().st_mtime_ns
    assert run("unpublish", "a.md").out == "seeds/a.md: unpublished already\n"
    assert (site.seeds / "a.md").stat().st_mtime_ns == before
    assert run("publish", "a.md", "b.md").out == "seeds/a.md: published\nseeds/b.md: published\n"
    assert run("build", "--json").json["seeds"]["eligible"] == 2


def test_what_the_flag_alone_does_not_do_is_said(site: Site, run: Run) -> None:
    site.seed("a.md", published="false", removed="true")
    assert "seeds/a.md: still in no feed: it says 'removed: true'" in run("publish", "a.md").err
    site.seed("b.md", webUrl="https://example.org/same")
    site.seed("c.md", webUrl="http://EXAMPLE.org/same")
    done = run("unpublish", "b.md")
    assert done.err == (
        "seeds/b.md: seeds/c.md carries the same entry and is published in its place; unpublish it as well\n"
        + STAYS
    )
    assert run("unpublish", "c.md").err == STAYS


def test_a_wrong_name_stops_before_anything_is_written(site: Site, run: Run, tmp_path: Path) -> None:
    file = site.seed("a.md", published="true")
    before = file.read_bytes()
    (tmp_path / "other.md").write_text("---\ntitle: x\n---\n")
    (site.seeds / "notes.pdf").write_text("x")
    for name, why in (
        ("nowhere.md", "there is no nowhere.md in"),
        ("other.md", "other.md is not in the seeds folder"),
        ("notes.pdf", "is no seed by its name: see seeds.include"),
        (".", "is a folder; name a file in it"),
    ):
        done = run("unpublish", "seeds/a.md", name, code=2)
        assert why in done.err
        assert "Traceback" not in done.err
    assert file.read_bytes() == before
    done = run("unpublish", code=2)
    assert "Missing argument 'SEED...'" in done.err


def test_a_refused_file_does_not_stop_the_others(site: Site, run: Run) -> None:
    site.write("a.md", "---\n{title: A}\n---\n")
    site.seed("b.md", published="true")
    done = run("unpublish", "a.md", "b.md", code=1)
    assert done.err.startswith("seeds/a.md:2: the front matter is written as {…}")
    assert done.out == "seeds/b.md: unpublished\n"


GOOD = "---\ntitle: A\nwebUrl: https://example.org/a\npublishedDateTime: 2020-01-01\nprice: x\n---\nText.\n"


@pytest.mark.parametrize(
    "broken",
    [
        GOOD.replace("price: x", "price: [").encode(),
        GOOD.replace("\n---\nText", "\nText").encode(),
        GOOD.replace("---\n", "----\n", 1).encode(),
        ("\n" + GOOD).encode(),
        ("\ufeff\ufeff" + GOOD).encode(),
        GOOD.replace("\n", "\r", 5).encode(),
        GOOD.replace("title: A", "title: \xe9").encode("latin-1"),
        b"",
        b"---",
        b"# no seed any more\n",
    ],
)
def test_unpublishing_withholds_whatever_is_broken(site: Site, run: Run, broken: bytes) -> None:
    file = site.folder / "seeds/a.md"
    site.write("a.md", GOOD)
    assert run("build", "--json").json["seeds"]["eligible"] == 1
    file.write_bytes(broken)
    assert run("build", "--json", code=None).json["seeds"]["eligible"] == 1
    done = run("unpublish", "a.md", code=None)
    assert done.out == "seeds/a.md: unpublished\n"
    after = file.read_bytes()
    assert after.replace(b"published: false\n", b"", 1).rstrip() == broken.rstrip()
    assert run("build", "--json", code=None).json["seeds"]["eligible"] == 0
    assert run("unpublish", "a.md", code=None).out == "seeds/a.md: unpublished already\n"
    assert file.read_bytes() == after


def test_where_no_line_can_be_put_in_what_to_write_is_said_and_withholds(site: Site, run: Run) -> None:
    site.write("a.md", GOOD)
    run("build")
    (site.folder / "seeds/a.md").write_bytes(GOOD.encode("utf-16"))
    done = run("unpublish", "a.md", code=1)
    assert "save it as UTF-8 with a line 'published: false' below the first '---'" in done.err
    site.write("a.md", GOOD.replace("---\n", "---\npublished: false\n", 1))
    assert run("build", "--json").json["seeds"]["eligible"] == 0


def test_a_file_that_never_was_a_seed_is_left_alone(site: Site, run: Run) -> None:
    site.write("README.md", "# About\n")
    assert "is no seed" in run("unpublish", "README.md", code=1).err
    assert (site.folder / "seeds/README.md").read_text() == "# About\n"


def test_a_flag_in_any_spelling_is_replaced_and_a_date_left_to_its_author() -> None:
    assert b"Published: false" in edited("---\ntitle: A\nPublished: yes\n---\n", published=False)
    with pytest.raises(SeedError, match="'published' is a date; write 'draft: true' instead"):
        edited("---\ntitle: A\npublished: 2026-01-01\n---\n", published=False)


def test_a_long_name_in_any_script_is_no_hindrance(site: Site, run: Run) -> None:
    for name in ("a" * 240 + ".md", "漢" * 80 + ".md"):
        site.seed(name, webUrl="https://example.org/x")
        run("unpublish", f"seeds/{name}")
        assert "published: false" in (site.seeds / name).read_text()


def test_without_a_daemon_it_says_what_has_to_follow(site: Site, run: Run) -> None:
    site.seed("a.md")
    run("build")
    for _ in range(2):  # what is unpublished already may be in the feeds still
        done = run("unpublish", "a.md")
        assert done.out.startswith("seeds/a.md: unpublished")
        assert done.err == STAYS
    assert run("publish", "a.md").err == STAYS
