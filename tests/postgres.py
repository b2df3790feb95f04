"""A PostgreSQL of the tests' own: Debian's programs, a folder and a socket that go with the session."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

USER = "postgres"


class Server:
    """One cluster on a socket; `url(schema)` is a place of its own in it."""

    def __init__(self, programs: Path) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="feedmill-pg-", dir=memory if memory.is_dir() else None))
        self._programs = programs
        self._root = os.geteuid() == 0
        if self._root:
            shutil.chown(self.folder, USER)
        self._run("initdb", "-D", self.data, "-A", "trust", "-N", "-U", USER, "--no-instructions")
        self.start()

    @property
    def data(self) -> str:
        """Where the cluster is."""
        return str(self.folder / "data")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-m", "immediate", "stop")

    def save(self) -> Path:
        """Keep a copy of its state; who is connected is cut off."""
        self.stop()
        copy = Path(f"{self.data}-earlier")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.data, copy)
        self.start()
        return copy

    def go_back(self, earlier: Path) -> None:
        """Have an earlier state again, as a replica that lagged has when it takes over."""
        self.stop()
        shutil.rmtree(self.data)
        earlier.rename(self.data)
        if self._root:
            subprocess.run(["chown", "-R", USER, self.data], check=True)
        self.start()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Have all of its processes stand still: the kernel goes on acknowledging what they are sent."""
        main = int(Path(self.data, "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for pid in (main, *map(int, children)):
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (main, *map(int, children)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        """Stop it for good."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema: str) -> str:
        """Return the address of a new, empty place."""
        address = f"postgresql://{USER}@/{USER}?host={quote(str(self.folder), safe='')}"
        self.sql(address, f"CREATE SCHEMA {schema}")
        return f"{address}&options=-csearch_path%3D{schema}"

    def sql(self, url: str, statement: str) -> str:
        """Run a statement beside everybody; return what it prints."""
        command = [str(self._programs / "psql"), "-qAtX", "-v", "ON_ERROR_STOP=1", url, "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def _run(self, name: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._programs / name), *arguments]
        if self._root:  # PostgreSQL refuses to be run by root
            command = ["runuser", "-u", USER, "--", *command]
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def programs(require: Callable[..., str]) -> Path:
    """Return the folder of initdb, pg_ctl and psql, which Debian keeps off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(require(*(str(path) for path in found), "initdb")).parent
