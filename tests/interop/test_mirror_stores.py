"""Mirrors in stores that others wrote: azurite (Azure), and s3rver, which silently ignores conditions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from feedmill.mirror import Memory, Mirror
from feedmill.mirror.bucket import Bucket
from feedmill.model.secret import Secret
from feedmill.model.settings import MirrorSettings
from mirrored import edition, page
from operated.daemon import eventually, free_port

Require = Callable[..., str]
ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account that azurite comes with, as its manual has it: no secret."""

FEED = b"<feed><generator>feedmill</generator></feed>"
NAMES = ("c++", "q&a", "日本語", "tom's-guide", "münchen", "~x", "a=b", "(x)", "wow!", "@z", "$y", "a,b")
FIRST = {f"topics/{name}.atom": FEED + name.encode() for name in NAMES}
FIRST |= {"index.html": page(*FIRST)}
SECOND = {path: body + b"2" for path, body in list(FIRST.items())[:4]}
SECOND |= {"index.html": page(*SECOND)}


@contextmanager
def served(command: list[str], port: int, log: Path) -> Iterator[int]:
    """Run a server until its port answers, and end it."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:

        def answers() -> bool:
            assert process.poll() is None, log.read_text()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except OSError:
                return False
            finally:
                connection.close()
            return True

        eventually(answers, "the store answers", within=60)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(params=["azurite", "s3rver"])
def settings(request: pytest.FixtureRequest, require: Require, tmp_path: Path) -> Iterator[MirrorSettings]:
    programs, port = ROOT / ".ci" / "node" / "node_modules" / ".bin", free_port()
    log = tmp_path / "log"
    if request.param == "azurite":
        program = require(str(programs / "azurite-blob"))
        command = [program, "--blobPort", str(port), "--location", str(tmp_path / "az"), "--silent"]
        with served([*command, "--skipApiVersionCheck"], port, log):
            make_container(port, "mirror")
            yield MirrorSettings(
                url="az://mirror/www",
                endpoint=f"http://127.0.0.1:{port}/{ACCOUNT}",
                access_key=Secret(ACCOUNT),
                secret_key=Secret(KEY),
            )
        return
    (tmp_path / "s3").mkdir()
    command = [require(str(programs / "s3rver")), "-d", str(tmp_path / "s3"), "-a", "127.0.0.1"]
    with served([*command, "-p", str(port), "--configure-bucket", "mirror"], port, log):
        yield MirrorSettings(
            url="s3://mirror/www",
            endpoint=f"http://127.0.0.1:{port}",
            region="us-east-1",
            access_key=Secret("S3RVER"),
            secret_key=Secret("S3RVER"),
        )


def make_container(port: int, name: str) -> None:
    """Create a container (Authorize with Shared Key, learn.microsoft.com/rest/api/storageservices)."""
    date = format_datetime(datetime.now(UTC), usegmt=True)
    fields = {"x-ms-date": date, "x-ms-version": "2021-12-02"}
    said = "".join(f"{key}:{value}\n" for key, value in sorted(fields.items()))
    text = "PUT" + "\n" * 12 + said + f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {**fields, "Authorization": f"SharedKey {ACCOUNT}:{signature}", "Content-Length": "0"}
    connection.request("PUT", f"/{ACCOUNT}/{name}?restype=container", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()


def made(settings: MirrorSettings, memory: Path | None = None) -> Mirror:
    return Mirror(Bucket(settings, "feedmill/test", "site"), Memory(memory))


@pytest.mark.parametrize("remembers", [True, False])
def test_it_holds_what_is_published(settings: MirrorSettings, tmp_path: Path, remembers: bool) -> None:
    memory = tmp_path / "memory.db" if remembers else None
    first = made(settings, memory)
    outcome = first.sync(edition(FIRST))
    assert (outcome.put, outcome.trouble) == (len(FIRST), "")
    assert first.place.fenced is settings.url.startswith("az")
    assert set(first.place.list()) == set(FIRST)
    again = made(settings, memory)
    assert (again.sync(edition(FIRST)).put, again.counts["listed"]) == (0, 1)
    outcome = made(settings, memory).sync(edition(SECOND))
    assert (outcome.deleted, outcome.trouble) == (len(FIRST) - len(SECOND), "")
    assert set(first.place.list()) == set(SECOND)
    for path in first.place.list():
        held = first.place.look(path, likely=False)
        assert held is not None
        assert held.digest == edition(SECOND).documents[path].digest
        assert held.headers == edition(SECOND).describe(edition(SECOND).documents[path]).headers


def test_somebody_else_is_noticed_where_the_store_can(settings: MirrorSettings) -> None:
    ours, other = made(settings), made(settings)
    ours.sync(edition(FIRST))
    other.sync(edition(SECOND))
    outcome = ours.sync(edition(FIRST | {"topics/c++.atom": FEED + b"3"}))
    assert outcome.overtaken is settings.url.startswith("az")
    if not outcome.overtaken:
        ours.doubt()  # as every start does, and `rebuild --full`
    assert ours.sync(edition(FIRST)).trouble == ""
    assert set(ours.place.list()) == set(FIRST)
