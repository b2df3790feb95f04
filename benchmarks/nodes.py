"""A seed is saved while three nodes share a PostgreSQL: when do all of them serve it?

    PYTHONPATH=tests python -m benchmarks.nodes [--edits 40] [--counts 200 7000]

The clock starts just before the rename that saves the seed. All nodes watch the folder; each is asked over
HTTP, on a connection that stays open, for what is newer than the `all.atom` it answered last, until that has
the new title. Processor time is that of the three nodes together, answering these questions included.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.measure import processor, quantile, wait_until
from benchmarks.workshop import Row, save, seeds, show
from nodes import NodeDaemon, Nodes
from operated.daemon import Operator
from postgres import Server, programs

PAUSE, LOOK = 0.1, 0.002
"""Seconds between two edits, and between two looks: more of those would take time from the nodes."""


def newest(folder: Path, feed: bytes) -> list[Path]:
    """Return the seeds of the entries of a feed."""
    links = set(re.findall(rb'<link href="([^"]+)" rel="alternate"', feed)) or set(
        re.findall(rb'<link rel="alternate" href="([^"]+)"', feed)
    )
    found = []
    for path in sorted(folder.rglob("*.md")):
        match = re.search(rb'(?m)^webUrl: *"?([^"\n]+)', path.read_bytes())
        if match is not None and match[1].strip() in links:
            found.append(path)
    return found


def one(readers: list[Reader], path: Path, title: str) -> float:
    """Save a title; return the seconds until every node serves it."""
    text = re.sub(r"(?m)^title:.*$", f"title: {title}", path.read_text(encoding="utf-8"), count=1)
    aside = path.with_name(f".{path.name}.aside")
    aside.write_text(text, encoding="utf-8")
    waiting = list(readers)
    begun = time.perf_counter()
    aside.replace(path)
    while waiting:
        waiting = [reader for reader in waiting if title.encode() not in reader.body()]
        time.sleep(LOOK)
        if time.perf_counter() - begun > 30:
            raise TimeoutError(f"{title} is not everywhere")
    return time.perf_counter() - begun


class Reader:
    """A connection to a node, over which a reader asks as readers do: a 304 costs next to nothing."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port)
        self._tag = ""

    def body(self) -> bytes:
        """Return the node's `all.atom`, b"" while it is as it was."""
        fields = {"Accept-Encoding": "identity", **({"If-None-Match": self._tag} if self._tag else {})}
        self._connection.request("GET", "/all.atom", headers=fields)
        answer = self._connection.getresponse()
        self._tag = answer.headers["ETag"]
        return answer.read()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def measure(count: int, edits: int) -> Iterator[Row]:
    """Yield one row."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as ending:
        server = Server(programs(lambda *names: names[0]))
        ending.callback(server.end)
        operator = Operator(str(Path(sys.executable).with_name("feedmill")))
        ending.callback(operator.end)
        nodes = Nodes(Path(name), server.url("bench"), operator)
        for path in seeds("real", count).rglob("*.md"):
            (nodes.seeds / path.name).write_bytes(path.read_bytes())
        for node in nodes.nodes:
            node.start(ready=False)
        wait_until("all serve", lambda: all(_serves(node) for node in nodes.nodes), 300)
        time.sleep(3)
        readers = [Reader(node.port) for node in nodes.nodes]
        marks = newest(nodes.seeds, readers[0].body())
        one(readers, marks[0], "The first edit")
        time.sleep(1)
        pids = [node.daemon.process.pid for node in nodes.nodes]
        used, took = sum(map(processor, pids)), []
        for number in range(edits):
            took.append(one(readers, marks[number % len(marks)], f"Edit {number} of many"))
            time.sleep(PAUSE)
        used = sum(map(processor, pids)) - used
        for reader in readers:
            reader.close()
    yield {
        "nodes": len(pids),
        "seeds": count,
        "median": statistics.median(took),
        "p95": quantile(took, 0.95),
        "slowest": max(took),
        "cpu": used / edits,
        "edits": edits,
    }


def _serves(node: NodeDaemon) -> bool:
    try:
        return node.get("all.atom").status == 200
    except OSError:
        return False


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--counts", nargs="*", type=int, default=[200, 7000])
    given = parser.parse_args()
    show(save("nodes", [row for count in given.counts for row in measure(count, given.edits)]))


if __name__ == "__main__":
    main()
