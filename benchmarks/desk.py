"""What a curator does at the desk over 7,000 seeds: how long until it answers?

    PYTHONPATH=tests python -m benchmarks.desk [--count 7000] [--rounds 20]

Each request is made over HTTP, on loopback, by a client that follows redirects as a browser does. A flag's
time has the pass in it that publishes it, and the list that is shown then.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from benchmarks.measure import wait_until
from benchmarks.workshop import SHAPES, Row, save, seeds, show
from operated.daemon import Folder, Operator, free_port

PAGES = {
    "list": "desk",
    "search": "desk?q=robot+data",
    "narrow": "desk?topic=AI&since=2020-01-01&state=eligible",
    "last page": "desk?page=140",
    "calendar": "desk/calendar",
    "problems": "desk/problems",
}


def ask(
    browser: OpenerDirector, address: str, form: list[tuple[str, str]] | None = None
) -> tuple[float, str]:
    """Return the seconds until an answer was read, and the answer."""
    begun = time.perf_counter()
    with browser.open(address, urlencode(form).encode() if form else None) as answer:
        text = answer.read().decode()
    return time.perf_counter() - begun, text


def measure(shape: str, count: int, rounds: int) -> Iterator[Row]:
    """Yield a row for each thing that a curator does."""
    operator = Operator(str(Path(sys.executable).with_name("feedmill")))
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(
            Path(name) / "site", f"server: {{port: {free_port()}}}\nadmin: {{port: {free_port()}}}\n"
        )
        for path in seeds(shape, count).rglob("*.md"):
            (folder.seeds / path.name).write_bytes(path.read_bytes())
        try:
            daemon = operator.run(folder, ready=False)
            wait_until("ready", lambda: bool(daemon.lines("ready")), 300)
            time.sleep(2)
            admin = daemon.status()["daemon"]["listening"]["admin"] + "-/"
            yield from _rows(admin, (folder.state / "token").read_text().strip(), rounds)
        finally:
            operator.end()


def _rows(admin: str, token: str, rounds: int) -> Iterator[Row]:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    ask(browser, f"{admin}?token={token}")
    for what, path in PAGES.items():
        times = [ask(browser, admin + path)[0] for _ in range(rounds)]
        yield {"what": what, "first": times[0], "median": statistics.median(times), "slowest": max(times)}
    listed = ask(browser, f"{admin}desk?state=eligible")[1]
    paths = re.findall(r'name="path" value="([^"]+)"', listed)
    key = re.search(r'name="form_token" value="([^"]+)"', listed)
    assert key is not None
    times = []
    for number in range(rounds):
        form = [("form_token", key[1]), ("state", "eligible"), ("unpublish", paths[number])]
        times.append(ask(browser, f"{admin}desk/flag", form)[0])
    yield {
        "what": "unpublish one",
        "first": times[0],
        "median": statistics.median(times),
        "slowest": max(times),
    }
    rest = paths[rounds:]
    many = [("form_token", key[1]), ("do", "unpublish"), *(("path", path) for path in rest)]
    took = ask(browser, f"{admin}desk/flag", many)[0]
    yield {"what": f"unpublish {len(rest)}", "first": took, "median": took, "slowest": took}


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=7000)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="lean")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    show(save("desk", measure(given.shape, given.count, given.rounds)))


if __name__ == "__main__":
    main()
