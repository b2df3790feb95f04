"""Every bad input, and what is to become of it; docs/bad-input.md shows the answers word by word.

`python tests/badinput.py docs/bad-input.md` asks the program and writes the document: read the difference
before you commit it. The tests ask again, row by row.
"""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedmill.cli.main import main

Make = Callable[[Path], None]

MEBIBYTE = 1 << 20
NOBODY = 65534
CONFIG = 'site: {title: News, url: "https://feeds.test.invalid/"}\n'
_TODAY = re.compile(r"(?<=add 'date: )\d{4}-\d\d-\d\d")
"""What changes from day to day in what is said."""
GOOD = "title: A\nwebUrl: https://example.org/a\npublishedDateTime: 2024-01-01\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One input. `make` gets the site's folder (beside a good config and a good seed) and spoils something.

    `what` is what becomes of it: `out`, a reason to withhold it, `no seed`, `unseen`, or `nothing is
    written`.
    `nobody`: the program runs as a user without rights.
    """

    input: str
    make: Make
    what: str
    code: int
    nobody: bool = False
    writes: bool = False
    """Only a real build meets it: a rehearsal opens nothing for writing."""
    checked: bool = False
    """Only `check` says something of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the program did: what became of the seed, exit code, and each thing it said."""

    what: str
    code: int
    said: tuple[tuple[str, str], ...]

    def line(self, row: Row) -> str:
        """Return the row of the document."""
        severity = next(
            (s for s in ("error", "warning", "notice") if any(s == said for said, _ in self.said)), "–"
        )
        told = "<br>".join(f"`` {message} ``".replace("|", "\\|") for _, message in self.said) or "–"
        return f"| {row.input} | {self.what} | {severity} | {self.code} | {told} |"


def ask(row: Row, folder: Path) -> Answer:
    """Make the site with its fault in `folder` and ask the program what it would do."""
    seeds = folder / "seeds"
    seeds.mkdir()
    (folder / "config.yaml").write_text(CONFIG)
    (seeds / "good.md").write_text("---\ntitle: Good\nwebUrl: https://example.org/\ndate: 2024-01-01\n---\n")
    row.make(folder)
    out, err = io.StringIO(), io.StringIO()
    with _nobody(row.nobody, folder), redirect_stdout(out), redirect_stderr(err):
        arguments = ["build", "--json"] if row.writes else ["build", "--dry-run", "--json"]
        code = int(main(["-c", str(folder / "config.yaml"), *arguments]))
        asked = out.getvalue()
        if row.checked:
            out.seek(0)
            out.truncate()
            main(["-c", str(folder / "config.yaml"), "check", "--json"])
    assert "Traceback" not in err.getvalue()
    shown = str(folder) + "/"
    if not out.getvalue():
        lines = err.getvalue().replace(shown, "").splitlines()
        return Answer(what="nothing is written", code=code, said=tuple(("error", line) for line in lines))
    report = json.loads(asked)
    if row.checked:
        report["problems"] = json.loads(out.getvalue())["problems"]
    said = [("error", f"held back: {report['held']}")] if report["held"] else []
    for problem in report["problems"]:
        place = f"{problem['line']}:{problem['column']}: " if problem["line"] else ""
        said.append((problem["severity"], place + problem["message"]))
    withheld = [reason for reason, count in report["seeds"]["withheld"].items() if count]
    if report["held"]:
        what = "nothing is written"
    elif report["seeds"]["eligible"] == 2:
        what = "out"
    else:
        assert report["seeds"]["eligible"] == 1, report
        what = withheld[0] if withheld else "no seed" if report["seeds"]["not_seeds"] else "unseen"
    said = [(severity, _TODAY.sub("<today>", message.replace(shown, ""))) for severity, message in said]
    return Answer(what=what, code=code, said=tuple(said))


@contextmanager
def _nobody(wanted: bool, folder: Path) -> Iterator[None]:
    """Do without the rights of root, which knows no permissions; the modules are loaded already."""
    if not wanted or os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    with tempfile.TemporaryDirectory() as other, redirect_stdout(io.StringIO()):  # loads every module
        Path(other, "seeds").mkdir()
        Path(other, "config.yaml").write_text(CONFIG)
        main(["-c", f"{other}/config.yaml", "build"])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def text(content: str | bytes) -> Make:
    """A file with this content."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return lambda path: void(path.write_bytes(data))


def void(_: object) -> None:
    """Nothing."""


def front(lines: str, *, without: str = "") -> Make:
    """A good seed with `lines` in its front matter, in place of its own line of the key `without`."""
    kept = "".join(
        f"{line}\n" for line in GOOD.splitlines() if not (without and line.startswith(without + ":"))
    )
    return text(f"---\n{kept}{lines}\n---\nBody\n")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        folder = os.open(path.parent, os.O_RDONLY)  # a long path does not fit into an address
        try:
            server.bind(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)


def _aliases() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


def _rows() -> Iterator[tuple[str, list[Row]]]:
    yield "config.yaml", list(_configs())
    yield "Folders", list(_folders())
    yield "Files", list(_files())
    yield "Front matter", list(_front_matter())
    yield "Fields", list(_fields())
    yield "Addresses", list(_addresses())


_CODES = {"invalid": 1, "nothing is written": 2}


def _addresses() -> Iterator[Row]:
    """Seeds whose addresses the config makes."""

    def row(input: str, seeds: str, lines: str, what: str = "out", **facts: Any) -> Row:
        def make(folder: Path) -> None:
            config = CONFIG.replace("}", ', home: "https://example.org/"}') + seeds
            (folder / "config.yaml").write_text(config)
            (folder / "seeds" / "x.md").write_text(f"---\ntitle: A\n{lines}\n---\nBody\n")

        return Row(input=input, make=make, what=what, code=_CODES.get(what, 0), **facts)

    dated = "date: 2024-01-01"
    yield row("a pattern with a missing part", 'seeds: {link: "{year}/{field:volume}/"}\n', dated, "invalid")
    yield row("a pattern with a date, none there", 'seeds: {link: "{year}/{slug}/"}\n', "", "invalid")
    yield row(
        "a pattern with an unknown part", 'seeds: {link: "{yeer}/{slug}/"}\n', dated, "nothing is written"
    )
    rule = 'seeds: {link: "{slug}/", rules: [{paths: ["nwes/**"], link: "news/{slug}/"}]}\n'
    yield row("a rule that matches nothing", rule, dated, checked=True)
    fixed = 'seeds: {link: "here/"}\n'
    yield row("two seeds at one address", fixed, f"{dated}\npermalink: https://example.org/", "duplicate")
    yield row(
        "a `permalink` of template code",
        'seeds: {link: "{slug}/"}\n',
        f"{dated}\npermalink: '{{{{ x }}}}'",
        "invalid",
    )
    authors = 'seeds: {link: "{slug}/"}\nauthors: {ada: {name: Ada}}\n'
    yield row("an author whom the config does not know", authors, f"{dated}\nauthor: bob")
    yield row("a misspelt name of a field", 'seeds: {link: "{slug}/"}\n', f"{dated}\nprovier: W3C\ntag: a")


def _row(input: str, make: Make, what: str = "out", *, code: int | None = None, path: str = "x.md") -> Row:
    def put(folder: Path) -> None:
        make(folder / "seeds" / path)

    return Row(input=input, make=put, what=what, code=int(what == "invalid") if code is None else code)


def _config(input: str, content: str | bytes | None) -> Row:
    def put(folder: Path) -> None:
        file = folder / "config.yaml"
        if content is None:
            file.unlink()
        else:
            text(content)(file)

    return Row(input=input, make=put, what="nothing is written", code=2)


def _configs() -> Iterator[Row]:
    yield _config("none", None)
    yield _config("not YAML", "site: [\n")
    yield _config("a list", "- a\n")
    yield _config("not UTF-8", b"site: {title: caf\xe9}\n")
    yield _config("a tab", "site:\n\ttitle: A\n")
    yield _config("an unknown key", "feeds:\n  limt: 5\n")
    yield _config("a key twice", "feeds: {limit: 5}\nfeeds: {limit: 6}\n")
    yield _config("a wrong type", "server: {port: http}\n")
    yield _config("a mapping for a text", "site: {title: {a: b}}\n")
    yield _config("a bad cron expression", 'schedule: {rebuild: {cron: "61 * * * *"}}\n')
    yield _config("a bad duration", "schedule: {rebuild: {every: 15}}\n")
    yield _config("a bad size", "feeds: {max_bytes: 1 furlong}\n")
    yield _config("a bad share", "guard: {max_vanished: 150%}\n")
    yield _config("a bad time zone", "seeds: {timezone: Mars/Olympus}\n")
    yield _config("a bad URL", "site: {url: feeds.example.org}\n")
    yield _config("a bad format", "feeds: {formats: [rss, rdf]}\n")
    yield _config("two terms with one slug", "topics: {A: {slug: x}, B: {slug: x}}\n")
    yield _config("two custom feeds with one slug", "custom: [{slug: a}, {slug: a}]\n")
    show = "custom: [{slug: a, podcast: {image: %s, categories: %s}}]\n"
    yield _config("a podcast without artwork", "custom: [{slug: a, podcast: {categories: Arts}}]\n")
    yield _config("artwork that no directory takes", show % ("'https://e.test.invalid/a.webp'", "Arts"))
    yield _config("a category that Apple does not have", show % ("'https://e.test.invalid/a.jpg'", "Sciense"))
    yield _config(
        "a podcast without RSS",
        show % ("'https://e.test.invalid/a.jpg'", "Arts") + "feeds: {formats: [atom]}\n",
    )
    yield _config("an alias that is a term", "topics: {A: {aliases: [B]}, B: {}}\n")
    yield _config("redirects in a circle", "redirects: {a: b, b: a}\n")
    yield _config("feeds inside seeds", "feeds: {dir: seeds/feeds}\n")
    yield _config("seeds inside feeds", "seeds: {dir: feeds/seeds}\n")
    yield _config("the same port twice", "server: {port: 81}\nadmin: {port: 81}\n")
    yield _config("`draft` mapped to `published`", "seeds: {fields: {published: [draft]}}\n")
    yield _config("an alias bomb", _aliases() + "\n")
    yield _config("100,000 brackets", "site: " + "[" * 100_000)


def _folders() -> Iterator[Row]:
    def gone(folder: Path) -> None:
        (folder / "seeds" / "good.md").unlink()
        (folder / "seeds").rmdir()

    def mode(path: str, bits: int) -> Make:
        def put(folder: Path) -> None:
            (folder / path).mkdir(exist_ok=True)
            (folder / path).chmod(bits)

        return put

    def sealed(folder: Path) -> None:
        file = folder / "seeds" / "x.md"
        front("")(file)
        file.chmod(0)

    def blocked(folder: Path) -> None:
        (folder / "feeds").write_text("")

    written = "nothing is written"

    def row(input: str, make: Make, what: str, code: int, *, writes: bool = False) -> Row:
        return Row(input=input, make=make, what=what, code=code, nobody=True, writes=writes)

    yield Row(input="no seeds folder", make=gone, what=written, code=4)
    yield row("a seeds folder that cannot be read", mode("seeds", 0), written, 4)
    yield row("a folder in it that cannot be read", mode("seeds/in", 0), "unseen", 1)
    yield row("a file that cannot be read", sealed, "invalid", 1)
    yield row("a feeds folder that cannot be written", mode("feeds", 0o500), written, 3, writes=True)
    yield row("a state folder that cannot be written", mode(".feedmill", 0o500), written, 3, writes=True)
    yield Row(input="a file named `feeds`", make=blocked, what=written, code=3, writes=True)


def _files() -> Iterator[Row]:
    yield _row("empty file", text(""), "no seed")
    yield _row("no front matter", text("# Read me\n"), "no seed")
    yield _row("a folder named `x.md`", Path.mkdir, "unseen")
    yield _row("a named pipe", lambda path: os.mkfifo(path), "unseen")
    yield _row("a socket", make_socket, "unseen")
    yield _row("a link to a device", lambda path: path.symlink_to("/dev/zero"), "unseen", code=1)
    yield _row("a link out of the folder", lambda path: path.symlink_to("../config.yaml"), "unseen", code=1)
    yield _row("a link to itself", lambda path: path.symlink_to("x.md"), "unseen", code=1)
    yield _row("a link to nowhere", lambda path: path.symlink_to("nowhere.md"), "unseen", code=1)
    yield _row("a link to a folder", lambda path: path.symlink_to("."), "unseen")
    yield _row("64 MB", text("---\n" + GOOD + "---\n" + "x" * (64 * MEBIBYTE)), "invalid")
    yield _row("a name with a newline", front(""), path="a\nb.md")
    yield _row("a name with emoji", front(""), path="😀.md")
    yield _row("a name that is not UTF-8", front(""), path="caf\udce9.md")
    yield _row("a name of 255 bytes", front(""), path="x" * 252 + ".md")
    yield _row("a hidden file", front(""), "unseen", path=".x.md")
    yield _row("an editor's temporary file", front(""), "unseen", path="x.md~")


def _front_matter() -> Iterator[Row]:
    yield _row("never closed", text("---\ntitle: A\n"), "invalid")
    yield _row("cut off within a word", text("---\ntitle: A\nwebUrl: https://exa"), "invalid")
    yield _row("cut off within a quote", text('---\ntitle: "A\n---\n'), "invalid")
    yield _row("a tab as indentation", front("provider:\n\tname: B"), "invalid")
    yield _row("the same key twice", front("title: B"))
    yield _row("a flag twice, at odds", front("published: true\npublished: false"), "invalid")
    yield _row("a Python tag on a field", front("excerpt: !!python/object/apply:os.system [id]"), "invalid")
    yield _row("a Python tag on a key nobody reads", front("x: !!python/name:os.system"))
    yield _row("Latin-1", text(b"---\ntitle: caf\xe9\n---\n"), "invalid")
    yield _row("UTF-16", text("---\ntitle: A\n---\n".encode("utf-16")), "invalid")
    yield _row("a lone surrogate, as bytes", text("---\ntitle: \ud800\n---\n"), "invalid")
    yield _row("a lone surrogate, escaped", front(r'title: "a\ud800b"', without="title"), "invalid")
    yield _row("a NUL", front("excerpt: a\0b"), "invalid")
    yield _row("an escaped NUL", front(r'excerpt: "a\0b"'))
    yield _row("64 levels deep", front("x: " + "[" * 63 + "]" * 63))
    yield _row("65 levels deep, where nobody reads", front("x: " + "[" * 64 + "]" * 64), "invalid")
    yield _row("65 levels deep", front("topics: " + "[" * 64 + "]" * 64), "invalid")
    yield _row("1,000,000 levels deep", front("topics: " + "[" * 1_000_000), "invalid")
    yield _row("100,000 levels of `- `", front("topics:\n  " + "- " * 100_000), "invalid")
    yield _row("an alias bomb", front(_aliases() + "\ntopics: *a11"), "invalid")
    yield _row("1,001 aliases", front("x: &x a\ntopics: [" + ", ".join(["*x"] * 1001) + "]"), "invalid")
    yield _row("an alias of nothing", front("topics: *nobody"), "invalid")
    yield _row("a list", text("---\n- a\n---\n"), "invalid")
    yield _row("a text", text("---\nhello\n---\n"), "invalid")
    yield _row("nothing", text("---\n---\n"), "invalid")
    yield _row("two documents", text(f"---\n{GOOD}---\ntitle: B\n---\n"))
    yield _row("CRLF and a byte order mark", text(("\ufeff---\n" + GOOD + "---\n").replace("\n", "\r\n")))
    yield _row("a blank line before it", text("\n---\n" + GOOD + "---\n"), "no seed")
    yield _row("a directive", text("---\n%YAML 1.1\n" + GOOD + "---\n"), "invalid")


def _fields() -> Iterator[Row]:
    yield _row("no title", front("", without="title"), "invalid")
    yield _row("title empty", front("title:", without="title"), "invalid")
    yield _row("title blank", front('title: "  "', without="title"), "invalid")
    yield _row("title of tags only", front("title: <br>", without="title"), "invalid")
    yield _row("title a mapping", front("title: {a: b}", without="title"), "invalid")
    yield _row("title `No`", front("title: No", without="title"))
    yield _row("no link", front("", without="webUrl"), "invalid")
    yield _row("link relative", front("webUrl: /a", without="webUrl"), "invalid")
    yield _row("link without a scheme", front("webUrl: example.org/a", without="webUrl"), "invalid")
    yield _row("link `javascript:`", front('webUrl: "javascript:alert(1)"', without="webUrl"), "invalid")
    yield _row("link with spaces", front("webUrl: https://example.org/a b", without="webUrl"))
    yield _row("link with a non-ASCII host", front("webUrl: https://bücher.example/ä", without="webUrl"))
    yield _row("link with a password", front("webUrl: https://u:p@example.org/", without="webUrl"))
    yield _row(
        "link with a bad port", front("webUrl: https://example.org:99999/", without="webUrl"), "invalid"
    )
    yield _row(
        "link of 10,000 characters",
        front("webUrl: https://example.org/" + "a" * 9980, without="webUrl"),
        "invalid",
    )
    yield _row(
        "date February 30", front("publishedDateTime: 2024-02-30", without="publishedDateTime"), "invalid"
    )
    yield _row(
        "date in year 0", front("publishedDateTime: 0000-01-01", without="publishedDateTime"), "invalid"
    )
    yield _row(
        "date in year 9999", front("publishedDateTime: 9999-12-31", without="publishedDateTime"), "scheduled"
    )
    yield _row(
        "date past the end of time",
        front("publishedDateTime: 9999-12-31T23:59:59-12:00", without="publishedDateTime"),
        "invalid",
    )
    yield _row(
        "date with offset +25:00",
        front("publishedDateTime: 2024-01-01T00:00:00+25:00", without="publishedDateTime"),
        "invalid",
    )
    yield _row(
        "date `tomorrow`", front("publishedDateTime: tomorrow", without="publishedDateTime"), "invalid"
    )
    yield _row("date a number", front("publishedDateTime: 20240101", without="publishedDateTime"), "invalid")
    yield _row(
        "date a list", front("publishedDateTime: [2024-01-01]", without="publishedDateTime"), "invalid"
    )
    yield _row("no date", front("", without="publishedDateTime"), "undated")
    yield _row("flag `maybe`", front("published: maybe"), "invalid")
    yield _row("flag empty", front("published:"), "invalid")
    yield _row("flag a list", front("published: [true]"), "invalid")
    yield _row("flag a number", front("removed: 1"), "invalid")
    yield _row("flag in another spelling", front("Pub-lished: false"), "unpublished")
    yield _row("flag in two spellings, at odds", front("published: true\nPublished: false"), "invalid")
    yield _row("flag misspelt, a boolean word", front("publised: no"), "invalid")
    yield _row("flag misspelt, perhaps", front("publisher: Acme"), "out")
    yield _row("flag without a blank, in braces", text("---\n{title: A, published:false}\n---\n"), "invalid")
    yield _row("flag swallowed by a quote", front('excerpt: "a\npublished: false\nprice: b"'), "invalid")
    yield _row("another program's flag", front("draft: true"), "unpublished")
    yield _row("status `archived`", front("status: archived"), "unpublished")
    yield _row("status unknown", front("status: someday"), "out")
    yield _row(
        "several expiries, the earliest past", front("expires: 2024-02-01\nexpiryDate: 2999-01-01"), "expired"
    )
    yield _row("expiry unreadable", front("expiryDateTime: soon"), "invalid")
    yield _row("topics a number", front("topics: 3.10"))
    yield _row("topics with numbers and `No`", front("topics: [2024, No, ~, ' ']"))
    yield _row("topics nested", front("topics: [a, [b]]"), "invalid")
    yield _row("topics a mapping", front("topics: {a: b}"), "invalid")
    yield _row(
        "10,000 topics", front("topics: [" + ", ".join(f"t{n}" for n in range(10_000)) + "]"), "invalid"
    )
    yield _row("topic `../../etc/passwd`", front("topics: [../../etc/passwd]"))
    yield _row("topic `.`", front("topics: ['.', '..']"))
    yield _row("topic emoji", front("topics: [😀]"))
    yield _row("topic with bidi controls", front('topics: ["\u202eevil\u202c"]'))
    yield _row("provider a text", front("provider: ACME"))
    yield _row("provider empty", front("provider: {}"))
    yield _row("provider a list", front("provider: [ACME]"), "invalid")
    yield _row("provider's authors a text", front("provider: {name: A, authors: B}"))
    yield _row("images a mapping", front("images: {url: a.png}"))
    yield _row("images without url", front("images: [{title: x}]"))
    yield _row("image `data:`", front("images: ['data:image/png;base64,AAAA']"))
    yield _row("an enclosure without a length", front("audio: a.mp3"))
    yield _row("an enclosure whose length is no number of bytes", front("audio: a.mp3\npodcast_bytes: 24 MB"))
    yield _row("an enclosure that is a page", front("video: 'https://videos.test.invalid/watch?v=1'"))
    yield _row("an enclosure without an address", front("enclosure: {length: 5}"))
    yield _row("an enclosure with `javascript:`", front("audio: 'javascript:alert(1)'"))
    for lines in (
        "duration: soon",
        "episode: zero",
        "season: 0",
        "explicit: maybe",
        "episode_type: teaser",
        "chapters: [Intro]",
        "transcript: {type: text/vtt}",
        "people: {name: Ann, url: 'mailto:a@b.c'}",
    ):
        yield _row(f"`{lines}`", front("audio: {url: a.mp3, length: 5}\n" + lines))
    yield _row("image with negative sizes", front("images: [{url: a.png, width: -1, height: 1e9}]"))
    yield _row("quality no number", front("quality: high"), "invalid")
    yield _row("an excerpt of 3 MB", front("excerpt: " + "x " * 1_500_000))
    yield _row("an excerpt of 5 MB", front("excerpt: " + "x" * 5_000_000), "invalid")
    yield _row("an id with a space", front("id: a b"))
    yield _row("an id that is a list", front("id: [a]"), "invalid")
    yield _row("script in the body", text("---\n" + GOOD + "---\n<script>alert(1)</script><p onclick=x>ok\n"))
    yield _row("a body nested 2,000 deep", text("---\n" + GOOD + "---\n" + "<div>" * 2000 + "ok\n"))


ROWS = dict(_rows())

_INTRO = """\
# Bad input, and what happens

<!-- Written by `python tests/badinput.py docs/bad-input.md`, which asks the program; each row is a test. -->

What is wrong with one seed never stops the others: it is reported with its file, line and column, and all
the rest goes out. What is wrong with the config stops everything before the first write, with every fault
at once. Nothing here ends in a traceback.

- *What happens* is what becomes of the seed: it is **out** in the feeds, withheld for a reason
  (**invalid**, **undated**, **scheduled**), **no seed** (counted, not reported) or **unseen** (not even
  counted). A seed that was out before and is **invalid** now keeps its last good entry, unless a flag, a
  status or an expiry says otherwise or [may do so](seeds.md#why-a-seed-is-in-no-feed).
- *Exit* is the exit code of `feedmill build` with this fault alone: 0 clean, 1 done with invalid seeds,
  2 config, 3 storage, 4 held back.
- Messages about seeds begin with line and column; on a terminal the file's name comes before them.
"""


def document(folder: Path) -> str:
    """Ask the program about every row, in folders below `folder`, and return the document."""
    lines = [_INTRO]
    number = 0
    for group, rows in ROWS.items():
        lines += [
            f"## {group}",
            "",
            "| input | what happens | severity | exit | message |",
            "| --- " * 5 + "|",
        ]
        for row in rows:
            number += 1
            place = folder / str(number)
            place.mkdir(mode=0o755)
            lines.append(ask(row, place).line(row))
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        Path(sys.argv[1]).write_text(document(Path(base)), encoding="utf-8")
