"""How soon a reader sees a page, in headless Chromium, and what it costs to load.

    PYTHONPATH=tests python -m benchmarks.pages [--rounds 9]

The index of 100 feeds and a feed page of 50 entries, from a daemon on loopback, each time without a cache:
the largest contentful paint, the page's bytes, and what is asked of elsewhere but for the entries' pictures.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.make_seeds import Shape, write
from benchmarks.measure import wait_until
from benchmarks.workshop import Row, save, show
from operated.daemon import Folder, Operator, free_port

FEEDS = Shape(size=2000, topics=60, providers=39)
PAGES = {"index of 100 feeds": "index.html", "feed page of 50 entries": "all.html"}
PAINT = """() => new Promise((done) => {
    const told = (list) => done(list.getEntries().at(-1).startTime);
    new PerformanceObserver(told).observe({ type: "largest-contentful-paint", buffered: true });
})"""


def measure(rounds: int) -> Iterator[Row]:
    """Yield a row for each page."""
    from playwright.sync_api import sync_playwright

    operator = Operator(str(Path(sys.executable).with_name("feedmill")))
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        folder = Folder(Path(name) / "site", f"server: {{port: {port}}}\nfeeds: {{html: true}}")
        write(folder.seeds, FEEDS, 3000)
        try:
            daemon = operator.run(folder, ready=False)
            wait_until("ready", lambda: bool(daemon.lines("ready")), 300)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                for what, path in PAGES.items():
                    rows = [_one(browser, f"http://127.0.0.1:{port}/{path}") for _ in range(rounds)]
                    yield {
                        "what": what,
                        "paint": statistics.median(row[0] for row in rows),
                        "slowest": max(row[0] for row in rows),
                        "bytes": rows[0][1],
                        "requests": rows[0][2],
                    }
                browser.close()
        finally:
            operator.end()


def _one(browser: Any, address: str) -> tuple[float, int, int]:
    """Open a page; return the seconds to its largest paint, the page's bytes, the requests to elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.resource_type != "image" else None)
    answer = page.goto(address, wait_until="load")
    seconds = page.evaluate(PAINT) / 1000
    size = len(answer.body())
    context.close()
    here = address.rpartition("/")[0]
    return seconds, size, sum(not url.startswith(here) for url in asked)


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    show(save("pages", measure(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
