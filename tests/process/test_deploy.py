"""What lies in deploy/ is right by its own tools' word: systemd-analyze, nginx; and by rules of our own."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operated.daemon import Folder, eventually, free_port

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Require = Callable[..., str]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def unit(root: Path, tmp_path: Path) -> Path:
    """The unit with programs that exist here."""
    text = (root / "deploy" / "systemd" / "feedmill.service").read_text()
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    (tmp_path / "feedmill.service").write_text(text)
    return tmp_path / "feedmill.service"


def test_systemd_finds_no_fault_in_the_unit(unit: Path, require: Require) -> None:
    done = subprocess.run(
        [require("systemd-analyze"), "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_is_hardened(unit: Path, require: Require) -> None:
    done = subprocess.run(
        [require("systemd-analyze"), "security", "--offline=true", "--threshold=20", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    assert "Overall exposure level for feedmill.service: 1." in done.stdout
    settings = unit.read_text()
    for line in ("Type=notify", "WatchdogSec=", "User=feedmill", "StateDirectory=", "ProtectSystem=strict"):
        assert line in settings


@pytest.fixture
def served(site: Site, require: Require, feedmill: Command, root: Path, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx with our site file over published feeds."""
    folder = site("feeds: {formats: [rss, atom, json], html: true}")
    folder.write("one.md")
    feedmill("build", cwd=folder.path)
    for above in (folder.path, *folder.path.parents[:2]):
        above.chmod(0o755)
    port = free_port()
    text = (root / "deploy" / "nginx" / "feedmill.conf").read_text()
    text = re.sub(r"^ *listen \[.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "/srv/feedmill/feeds", str(folder.feeds)
    )
    text = text.replace("# /topics/old.atom 1;", "/topics/old.atom 1;")
    text = text.replace("# /topics/old.rss /topics/new.rss;", "/topics/old.rss /topics/new.rss;")
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}{text}}}\n"
    )
    nginx = [
        require("nginx"),
        "-e",
        str(tmp_path / "error.log"),
        "-p",
        str(tmp_path),
        "-c",
        str(tmp_path / "nginx.conf"),
    ]
    tried = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr, tried.stderr
    process = subprocess.Popen(nginx)

    def listens() -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    eventually(listens, "nginx listens")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=10)


def test_nginx_serves_the_folder(served: str) -> None:
    def ask(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(served + path, timeout=5) as answer:
                return answer.status, answer.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            return error.code, ""

    assert ask("/all.rss") == (200, "application/rss+xml; charset=utf-8")
    assert ask("/all.atom") == (200, "application/atom+xml; charset=utf-8")
    assert ask("/all.json") == (200, "application/feed+json; charset=utf-8")
    assert ask("/feeds.opml") == (200, "text/x-opml; charset=utf-8")
    assert ask("/feeds.json") == (200, "application/json; charset=utf-8")
    assert ask("/") == (200, "text/html; charset=utf-8")
    assert ask("/topics/tests") == (200, "text/html; charset=utf-8")
    for hidden in ("/.feedmill/ledger.db", "/.feedmill/lock", "/.feedmill"):
        assert ask(hidden)[0] == 404
    assert ask("/topics/old.atom")[0] == 410
    assert ask("/topics/old.rss")[0] == 404, "a redirect to what is not there"


def test_the_container_is_modest(root: Path) -> None:
    """What hadolint would ask for, and what our own promise asks for."""
    text = (root / "deploy" / "Dockerfile").read_text()
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    words = [line.split(maxsplit=1) for line in lines if line.strip()]
    final = words[max(n for n, word in enumerate(words) if word[0] == "FROM") :]
    told = {word[0]: word[1] for word in final}
    assert all(":" in word[1].split()[0] for word in words if word[0] == "FROM"), "tags are pinned"
    assert not any(word[0] in ("ADD", "MAINTAINER") for word in words)
    assert not any("sudo" in word[1] or "apt-get upgrade" in word[1] for word in words if word[0] == "RUN")
    user = told["USER"].split(":")[0]
    assert user.isdigit()
    assert int(user) > 0
    assert "/healthz" in told["HEALTHCHECK"]
    for name in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(told[name]), list), "the exec form: signals arrive"
    assert told["WORKDIR"].startswith("/")
    for word in words:
        if word[0] == "COPY" and "--from" not in word[1]:
            for source in word[1].split()[:-1]:
                assert (root / source).exists(), source


def test_compose_is_modest(root: Path) -> None:
    text = (root / "deploy" / "compose.yaml").read_text()
    assert not re.search(r"privileged: *true|docker\.sock|network_mode: *host", text)
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "127.0.0.1:8080:8080"):
        assert line in text
