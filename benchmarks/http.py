"""The origin under load: requests per second, latency and memory, beside a bare ASGI handler and nginx.

    python -m benchmarks.http [--quick] [--seconds 5]

One server process on one core, wrk on another, varied request headers, accounting on. The bare
handler sends the same bytes under uvicorn with httptools and uvloop and does nothing else; nginx
sends the same files, compressed beforehand. Prints one table; needs wrk, and nginx for its rows.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.base import OUT, empty
from benchmarks.workshop import seeds

FOLDER = OUT / "http"
FEED = "all.atom"
ROUNDS = 5
PROGRAM = Path(sys.executable).with_name("feedmill")
PATH = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"

AGENTS = (
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)",
    "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 3 subscribers; )",
    "newsboat/2.21 (Linux 6.1; x86_64)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "NewsBlur Feed Fetcher - 42 subscribers - http://www.newsblur.com/site/1/x",
    "feedparser/6.0.11 +https://github.com/kurtmckee/feedparser/",
    "curl/8.5.0",
    "Feedbin feed-id:1373711 - 142 subscribers",
)
CODINGS = ("gzip", "gzip, deflate", "gzip;q=1.0, identity;q=0.5", "deflate, gzip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk measured: requests a second, and latencies in milliseconds."""

    rate: float
    median: float
    p99: float
    slowest: float
    failures: int


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def pinned(core: int) -> list[str]:
    """Return what keeps a command on one core, where there are two."""
    if (os.cpu_count() or 1) < 2 or not shutil.which("taskset"):
        return []
    return ["taskset", "-c", str(core)]


def fetch(port: int, path: str = FEED, **fields: str) -> Any:
    """Ask once; the answer has `headers` and `read()`."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers=named))


@contextmanager
def running(command: Sequence[str], port: int, *, cwd: Path, path: str) -> Iterator[int]:
    """Run a server until the block ends; yields its process id once it answers."""
    with (FOLDER / "servers.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError):
                fetch(port, path).read()
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"{command[-1]} does not answer: see {FOLDER / 'servers.log'}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


# The three servers


def write_site(name: str, count: int, port: int, admin: int) -> Path:
    """Return a site of `count` seeds whose daemon listens at `port`."""
    folder = FOLDER / name
    empty(folder)
    folder.mkdir(parents=True)
    shutil.copytree(seeds("real", count), folder / "seeds")
    config = {
        "site": {"title": "Load", "url": f"http://127.0.0.1:{port}/"},
        "server": {"port": port},
        "admin": {"port": admin},
        "log": {"level": "warning"},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    return folder


@contextmanager
def feedmill(name: str, count: int, *, core: int | None) -> Iterator[tuple[int, int, int, Path]]:
    """Run the daemon; yields port, admin port, process id, folder."""
    port, admin = free_port(), free_port()
    folder = write_site(name, count, port, admin)
    prefix = pinned(core) if core is not None else []
    with running([*prefix, str(PROGRAM), "run"], port, cwd=folder, path=FEED) as pid:
        yield port, admin, pid, folder


@contextmanager
def bare(headers: list[tuple[str, str]], body: bytes) -> Iterator[int]:
    """Run a handler that sends fixed bytes: 304 at /304, else 200."""
    port = free_port()
    (FOLDER / "body").write_bytes(body)
    (FOLDER / "headers.json").write_text(json.dumps(headers))
    command = [*pinned(0), sys.executable, "-m", "benchmarks.http", "--serve-bare", str(port)]
    with running(command, port, cwd=Path.cwd(), path=""):
        yield port


def serve_bare(port: int) -> None:
    """Be the bare handler (in a process of its own)."""
    import uvicorn

    body = (FOLDER / "body").read_bytes()
    pairs = [(a.encode(), b.encode()) for a, b in json.loads((FOLDER / "headers.json").read_text())]
    short = [pair for pair in pairs if not pair[0].startswith(b"content-")]
    starts = {
        "/304": {"type": "http.response.start", "status": 304, "headers": short},
        "/": {"type": "http.response.start", "status": 200, "headers": pairs},
    }
    ends = {
        "/304": {"type": "http.response.body", "body": b""},
        "/": {"type": "http.response.body", "body": body},
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(starts[scope["path"]])
        await send(ends[scope["path"]])

    uvicorn.run(
        app,
        port=port,
        http="httptools",
        loop="uvloop",
        interface="asgi3",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        access_log=False,
        log_level="error",
    )


@contextmanager
def nginx(feeds: Path, *, core: int | None = 0) -> Iterator[int]:
    """Run nginx over the same files, compressed beforehand."""
    program = shutil.which("nginx", path=PATH)
    if program is None:
        raise FileNotFoundError("nginx")
    root = FOLDER / "nginx"
    empty(root)
    shutil.copytree(feeds, root / "www", ignore=shutil.ignore_patterns(".*"))
    subprocess.run(["gzip", "-k", "-6", str(root / "www" / FEED)], check=True)
    root.chmod(0o755)
    port = free_port()
    (root / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {root}/pid; error_log stderr error;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + "events { worker_connections 1024; }\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; gzip_static on;\n"
        f"open_file_cache max=100; types {{ application/atom+xml atom; }} \n"
        f"client_body_temp_path {root}/body;\n"
        f"proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi; uwsgi_temp_path {root}/uwsgi;\n"
        f"scgi_temp_path {root}/scgi; server {{ listen 127.0.0.1:{port}; root {root}/www; }} }}\n"
    )
    prefix = pinned(core) if core is not None else []
    command = [*prefix, program, "-p", str(root), "-c", str(root / "nginx.conf")]
    with running(command, port, cwd=root, path=FEED):
        yield port


# wrk


def load(
    port: int,
    path: str,
    seconds: float,
    *,
    etag: str = "",
    connections: int = 50,
    core: int | None = 1,
    pause: int = 0,
) -> Load:
    """Let wrk ask, with headers that vary as those of readers do.

    As fast as it can, or with a `pause` (milliseconds, on average) before each request of a connection.
    """
    script = FOLDER / "requests.lua"
    heads = [
        {"Accept-Encoding": CODINGS[n % len(CODINGS)], "User-Agent": agent}
        | ({"If-None-Match": etag} if etag else {})
        for n, agent in enumerate(AGENTS)
    ]
    tables = (", ".join(f"[{json.dumps(a)}]={json.dumps(b)}" for a, b in head.items()) for head in heads)
    lines = "\n".join(f"wrk.format('GET', nil, {{{table}}})," for table in tables)
    script.write_text(
        "local requests, n = {}, 0\nfunction init(args)\nrequests = {\n" + lines + "\n}\nend\n"
        "function request() n = n % #requests + 1; return requests[n] end\n"
        + (f"function delay() return math.random(0, {2 * pause}) end\n" if pause else "")
    )
    command = ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", "--latency", "-s", str(script)]
    done = subprocess.run(
        [*(pinned(core) if core is not None else []), *command, f"http://127.0.0.1:{port}/{path}"],
        capture_output=True,
        text=True,
        check=True,
    )
    text = done.stdout
    failures = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Load(
        rate=float(_first(r"Requests/sec:\s+([\d.]+)", text)),
        median=_milliseconds(_first(r"(?m)^ +50% +(\S+)", text)),
        p99=_milliseconds(_first(r"(?m)^ +99% +(\S+)", text)),
        slowest=_milliseconds(_first(r"Latency +\S+ +\S+ +(\S+)", text)),
        failures=sum(map(int, failures.groups() if failures else ())) + int(wrong[1] if wrong else 0),
    )


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise RuntimeError(f"wrk said: {text}")
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = float(text.rstrip("umsh")), text.lstrip("0123456789.")
    return number * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


# What is measured


def throughput(seconds: float) -> Iterator[str]:
    """Yield the lines of requests per second, and their ratios."""
    with feedmill("site", 300, core=0) as (port, _, _, folder):
        answer = fetch(port, Accept_Encoding="gzip")
        body, etag = answer.read(), answer.headers["etag"]
        headers = [(name, value) for name, value in answer.headers.items() if name != "connection"]
        ours = load(port, FEED, seconds), load(port, FEED, seconds, etag=etag)
        feeds = folder / "feeds"
    with bare(headers, body) as port:
        plain = load(port, "", seconds), load(port, "304", seconds)
    rows = [("feedmill", ours), ("bare ASGI handler, same server", plain)]
    with suppress(FileNotFoundError), nginx(feeds) as port:
        tag = fetch(port, Accept_Encoding="gzip").headers["etag"]
        rows.append(("nginx, same files", (load(port, FEED, seconds), load(port, FEED, seconds, etag=tag))))
    yield f"{FEED}, 50 entries, {len(body):,} bytes as gzip; 50 connections, {seconds:g} s each"
    yield f"{'requests a second':32}{'gzip 200':>10}{'p99':>10}{'304':>10}{'p99':>10}"
    for name, (full, short) in rows:
        fails = full.failures + short.failures
        yield (
            f"{name:32}{full.rate:10,.0f}{full.p99:7.1f} ms{short.rate:10,.0f}{short.p99:7.1f} ms"
            + (f"  {fails} failures" if fails else "")
        )
    for name, found in rows[1:]:
        ratios = [mine.rate / other.rate for mine, other in zip(ours, found, strict=True)]
        yield f"{'feedmill over ' + name.partition(',')[0]:32}{ratios[0]:10.2f}{'':10}{ratios[1]:10.2f}"


def latency(seconds: float, count: int) -> Iterator[str]:
    """Yield the lines of latency at 200 connections, also while everything is rebuilt."""
    yield f"200 connections, {count:,} seeds; medians of {ROUNDS}{'':10}{'rate':>10}{'median':>11}{'p99':>11}"
    with feedmill("busy", count, core=0) as (port, _, _, _):
        etag = fetch(port, Accept_Encoding="gzip").headers["etag"]
        for name, tag in (("gzip 200, a core each", ""), ("304, a core each", etag)):
            yield _crowded(name, port, seconds, tag, core=1)
    with feedmill("busy", count, core=None) as (port, _, _, folder):
        etag = fetch(port, Accept_Encoding="gzip").headers["etag"]
        command = [str(PROGRAM), "rebuild", "--full", "--json"]
        loop = f"while :; do {' '.join(command)} >/dev/null; done"
        rebuilds = subprocess.Popen(["sh", "-c", loop], cwd=folder, start_new_session=True)
        try:
            time.sleep(1)
            for kind, tag in (("gzip 200", ""), ("304", etag)):
                yield _crowded(f"{kind}, full rebuilds on both cores", port, seconds, tag, core=None)
            with suppress(FileNotFoundError), nginx(folder / "feeds", core=None) as other:
                yield _crowded("gzip 200, nginx beside the same rebuilds", other, seconds, "", core=None)
        finally:
            os.killpg(rebuilds.pid, 15)
            rebuilds.wait()


def _crowded(name: str, port: int, seconds: float, etag: str, *, core: int | None) -> str:
    """Return the line of 200 connections that ask as fast as they can (one stall makes a p99)."""
    found = [load(port, FEED, seconds, etag=etag, connections=200, core=core) for _ in range(ROUNDS)]
    rate, middle, p99 = (
        statistics.median(getattr(one, what) for one in found) for what in ("rate", "median", "p99")
    )
    return f"{name:48}{rate:10,.0f}{middle:8.1f} ms{p99:8.1f} ms"


def memory(first: int, last: int) -> Iterator[str]:
    """Yield the line of memory after `first` and after `last` requests."""
    with feedmill("site", 300, core=0) as (port, admin, pid, _):
        etag = fetch(port, Accept_Encoding="gzip").headers["etag"]
        sizes = []
        for goal in (first, last):
            while requests(admin) < goal:
                load(port, FEED, 2, etag=etag, connections=200)
                load(port, FEED, 1, connections=200)
            sizes.append(resident(pid))
        growth = sizes[1] - sizes[0]
        yield (
            f"memory after {first:,} requests {sizes[0] / 2**20:.1f} MiB, after {last:,} "
            f"{sizes[1] / 2**20:.1f} MiB: growth {growth / 2**20:+.2f} MiB"
        )


def requests(admin: int) -> int:
    """Return how many requests the origin has answered, by its own count."""
    text = fetch(admin, "metrics").read().decode()
    counts = re.findall(r'^feedmill_http_requests_total\{status="\d+"\} (\d+)', text, re.MULTILINE)
    return sum(map(int, counts))


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds."""
    return int(_first(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())) * 1024


def main() -> int:
    """Measure, and print as it comes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a second each, few seeds: does it work?")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--serve-bare", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if chosen.serve_bare:
        serve_bare(chosen.serve_bare)
        return 0
    if not shutil.which("wrk"):
        print("not measured: wrk is missing (apt-get install wrk nginx-light)")
        return 0
    seconds = 1.0 if chosen.quick else chosen.seconds
    with ExitStack():
        for lines in (
            throughput(seconds),
            latency(seconds, 300 if chosen.quick else 7000),
            memory(20_000, 100_000) if chosen.quick else memory(100_000, 1_000_000),
        ):
            for line in lines:
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
