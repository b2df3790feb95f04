"""Mills one hostile seed at a time, each in a process of its own that the kernel ends at a bound.

`attack.py FOLDER NAME…` prints one JSON line for each: CPU seconds, peak memory, what became of it.
The single-seed path of the daemon: a site is milled, the file is saved, the pass is told its path.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest

CPU_SECONDS = int(os.environ.get("FEEDMILL_HOSTILE_CPU", "20"))
"""What one seed may cost: the kernel kills at this bound, so that no test measures time."""
MEMORY = 1 << 30
"""Address space that a process may add for one seed."""
SIZE = int(os.environ.get("FEEDMILL_HOSTILE_BYTES", 4 << 20)) - 2000
COUNT = SIZE // 42
"""How many small things make a large file."""
CONFIG = 'site: {title: T, url: "https://feeds.example.org/"}\nfeeds: {related: 5}\nseeds: {workers: 1}\n'
HEAD = "title: Hostile\nwebUrl: https://example.org/x\ndate: 2020-01-01\ntopics: [T]\n"


def _front(more: str, body: str = "") -> bytes:
    return f"---\n{HEAD}{more}\n---\n{body}".encode("utf-8", "surrogatepass")


def _instead(key: str, value: str) -> bytes:
    lines = [line for line in HEAD.splitlines() if not line.startswith(f"{key}:")]
    return ("---\n" + "\n".join([*lines, f"{key}: {value}"]) + "\n---\n").encode("utf-8", "surrogatepass")


def _flood(unit: str, size: int = SIZE) -> str:
    return unit * (size // len(unit.encode("utf-8", "surrogatepass")))


def _bomb() -> bytes:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return _front("\n".join([*lines, "levels: *a11", "topics: *a11"]))


FRONT: dict[str, Callable[[], bytes]] = {
    "alias bomb": _bomb,
    "a million topics": lambda: _front("topics:\n" + _flood("- a\n")).replace(b"topics: [T]\n", b""),
    "images of dashes": lambda: _front("images:\n" + _flood("- - -\n")),
    "pictures without end": lambda: _front("", _flood("<img src=é>")),
    "anchors": lambda: _front("".join(f"k{n}: &a{n} x\n" for n in range(SIZE // 20))),
    "quadratic aliases": lambda: _front("a: &a [" + "x, " * 30_000 + "]\nlevels: [" + "*a, " * 900 + "]"),
    "merge bomb": lambda: _front(
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 40))
    ),
    "a million brackets": lambda: _front("x: " + _flood("[")),
    "a million braces": lambda: _front("x: " + _flood("{a: ")),
    "a million dashes": lambda: _front("x:\n  " + _flood("- ")),
    "a million questions": lambda: _front(_flood("? ")),
    "deep by indentation": lambda: _front("".join(" " * n + "a:\n" for n in range(2_500))),
    "title of 3 MB": lambda: _instead("title", _flood("a b ", SIZE * 3 // 4)),
    "title of 3 MB, many topics": lambda: _instead("title", _flood("T ", SIZE * 3 // 4)).replace(
        b"[T]", ("[" + ", ".join(f"T{n}" for n in range(50)) + "]").encode()
    ),
    "excerpt of 4 MB": lambda: _front("excerpt: " + _flood("word ")),
    "excerpt of tags": lambda: _front("excerpt: '" + _flood("<b>") + "'"),
    "excerpt of open tags": lambda: _front("excerpt: '" + _flood("<a ") + "'"),
    "excerpt of entities": lambda: _front("excerpt: '" + _flood("&amp;") + "'"),
    "excerpt of ampersands": lambda: _front("excerpt: '" + _flood("&") + "'"),
    "excerpt of mojibake": lambda: _front("excerpt: '" + _flood("â€™") + "'"),
    "excerpt of half mojibake": lambda: _front("excerpt: '" + _flood("Ãƒ") + "'"),
    "excerpt folded": lambda: _front("excerpt: >\n" + _flood("  a\n\n")),
    "escapes": lambda: _front('excerpt: "' + _flood("\\u0041") + '"'),
    "combining flood": lambda: _instead("title", "a" + _flood("\u0301")),
    "bidi flood": lambda: _instead("title", "x" + _flood("\u202e\u2066")),
    "noncharacters": lambda: _instead("title", "x" + _flood("\ufffe\U0010ffff", 400_000)),
    "ligatures": lambda: _instead("topics", "[" + _flood("\ufdfa", SIZE * 3 // 4) + "]"),
    "as many topics": lambda: _instead("topics", "[" + ", ".join(f"t{n}" for n in range(COUNT)) + "]"),
    "many pictures": lambda: _front(
        "images:\n" + "".join(f"- {{url: 'https://x.org/{n}'}}\n" for n in range(COUNT))
    ),
    "many authors": lambda: _front(
        "provider: {name: P, authors: [" + ", ".join(f"{{name: a{n}}}" for n in range(COUNT)) + "]}"
    ),
    "many levels": lambda: _front("levels: [" + ", ".join(f"l{n}" for n in range(COUNT)) + "]"),
    "provider of 3 MB": lambda: _front("provider: " + _flood("p", SIZE * 3 // 4)),
    "many related": lambda: _front(
        "related:\n" + "".join(f"- {{title: t, webUrl: 'https://x.org/{n}'}}\n" for n in range(COUNT))
    ),
    "many keys": lambda: _front("".join(f"k{n}: v\n" for n in range(COUNT))),
    "many times one key": lambda: _front("published: true\n" * COUNT),
    "many flags that differ": lambda: _front("published: true\npublished: false\n" * (COUNT // 2)),
    "a key of 4 MB": lambda: _front(_flood("k") + ": v"),
    "many anchors": lambda: _front("".join(f"k{n}: &a{n} v\n" for n in range(COUNT))),
    "comments": lambda: _front(_flood("# c\n")),
    "blank lines": lambda: _front(_flood("\n")),
    "quotes": lambda: _front("x: " + _flood('"')),
    "colons": lambda: _front("x: " + _flood(": ")),
    "link of 3 MB": lambda: _instead("webUrl", "https://example.org/" + _flood("%41", SIZE * 3 // 4)),
    "link of dots": lambda: _instead("webUrl", "https://example.org/" + _flood("../", SIZE * 3 // 4)),
    "host of labels": lambda: _instead("webUrl", "https://" + _flood("ä.", SIZE * 3 // 4) + "org/"),
    "id of 3 MB": lambda: _front("id: " + _flood("i", SIZE * 3 // 4)),
    "digits": lambda: _front("quality: " + _flood("9")),
    "exponent": lambda: _front("quality: 1e999999999"),
    "date of digits": lambda: _instead("date", _flood("1")),
    "year": lambda: _instead("date", "99999999999999999-01-01"),
    "never closed": lambda: ("---\n" + HEAD + _flood("x: y\n")).encode(),
    "rulers": lambda: _flood("---\n").encode(),
    "zeros": lambda: b"---\n" + bytes(SIZE),
    "carriage returns": lambda: b"---\r" + b"\r" * SIZE,
    "tags": lambda: _front("x: !!python/object/apply:os.system ['touch /tmp/feedmill-was-here']"),
}
"""What a front matter may be made of."""

BODY: dict[str, str] = {
    "text": "word ",
    "lines": "a\n",
    "brackets": "[",
    "pictures": "![",
    "links": "[a](",
    "link of angle": "[a](<b",
    "emphasis": "*a_ ",
    "stars": "**a *",
    "ticks": "`a``",
    "quotes": "> ",
    "list": "- ",
    "numbered": "1. ",
    "tilde": "~~a ",
    "table": "|a",
    "definitions": "[a]: b\n",
    "escapes": "\\",
    "entities": "&#x1F600;",
    "ampersands": "&",
    "less": "<",
    "comments": "<!--",
    "questions": "<?",
    "declarations": "<!A ",
    "cdata": "<![CDATA[",
    "open tags": "<a ",
    "attributes": "<a b='",
    "div": "<div>",
    "bold": "<b>",
    "links nested": "<a href=x>",
    "adoption": "<b><p>",
    "table in table": "<table><tr><td>",
    "foster": "<table><b>x",
    "select": "<select>",
    "svg": "<svg><math>",
    "template": "<template>",
    "attribute flood": " a=b",
    "rulers": "***\n",
    "setext": "a\n=\n",
    "hard breaks": "a  \n",
    "urls": "<http://a",
    "mail": "<a@",
    "nul": "\0",
}
"""What a body may be flooded with, in Markdown and in HTML."""


def names() -> list[str]:
    """Return every attack."""
    bodies = [f"{kind} {name}" for name in BODY for kind in ("md", "html")]
    return [*FRONT, *bodies]


def made(name: str) -> tuple[str, bytes]:
    """Return a hostile file: its name and its bytes."""
    if name in FRONT:
        return "hostile.md", FRONT[name]()
    kind, _, what = name.partition(" ")
    start = "<p" if what == "attribute flood" else ""
    return f"hostile.{kind}", _front("", start + _flood(BODY[what], SIZE - 200))


def attack(folder: Path, name: str) -> dict[str, object]:
    """Mill the file and return what became of it; the process may die on the way."""
    file, data = made(name)
    (folder / "seeds").mkdir(parents=True, exist_ok=True)
    (folder / "seeds/good.md").write_bytes(_instead("title", "Good").replace(b"/x", b"/good"))
    with Mill(loads(CONFIG, base=folder), clock=_clock) as mill:
        mill.run(PassRequest())
        (folder / "seeds" / file).write_bytes(data)
        before, started = _usage()
        report = mill.run(PassRequest(paths=frozenset({file})))
        after, ended = _usage()
        first = report.problems[0].message if report.problems else ""
        sizes = [
            path.stat().st_size for path in (folder / "feeds").glob("**/*.*") if "feedmill" not in str(path)
        ]
        return {
            "name": name,
            "bytes": len(data),
            "cpu": round(ended - started, 3),
            "memory": max(0, after - before),
            "eligible": report.eligible,
            "problem": first[:200],
            "largest": max(sizes),
            "good": b"/good" in (folder / "feeds/all.rss").read_bytes(),
        }


def _clock() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def _usage() -> tuple[int, float]:
    """Return peak memory and CPU seconds, those of the process that decodes a large file among them."""
    own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime
    return max(own.ru_maxrss, theirs.ru_maxrss) * 1024, cpu


def _bounded(folder: Path, name: str) -> None:
    """Run one attack in a child under limits; print its line, or how it died."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        used = int(time.process_time()) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, used + CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, now + MEMORY))
        try:
            sys.stdout.write(json.dumps(attack(folder, name)) + "\n")
            sys.stdout.flush()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        sys.stdout.write(json.dumps({"name": name, "signal": os.WTERMSIG(status)}) + "\n")


def main() -> None:
    """Run every attack that is named."""
    import feedmill.render.feedgen_backend  # noqa: F401 - imported once, before the children

    folder = Path(sys.argv[1])
    for number, name in enumerate(sys.argv[2:]):
        _bounded(folder / str(number), name)


if __name__ == "__main__":
    main()
