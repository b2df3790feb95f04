"""The store in a database: who publishes is killed, or cut off from it, at any of its messages."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from faultline import publisher
from faultline.tally import Tally
from feedmill.store import Place
from feedmill.store.postgres.database import Database
from feedmill.store.postgres.place import PostgresPlace
from operated.daemon import eventually
from postgres import Server
from postgres_proxy import Proxy
from store_contract.contract import seen
from store_contract.crashes import TORTURE, Crashes, Fault, NewSite

KILLED, CUT = "SIGKILL at a message to the database", "the line to the database cut"
_numbers = count(1)
pytestmark = pytest.mark.timeout(0 if TORTURE else 240)


class DatabaseSite:
    """A place in the server, made anew for every point."""

    def __init__(self, server: Server, folder: Path, before: int) -> None:
        self.before = before
        self.place: Place
        self._server = server
        self._folder = folder
        self._url = ""

    def renew(self) -> None:
        """Have another place at the same version."""
        self._url = self._server.url(f"crash{next(_numbers)}")
        self.place = PostgresPlace(self._url)
        if self.before:
            with self.place.lead("prepare"), self.place.open() as store:
                for version in range(1, self.before + 1):
                    publisher.publish(store, version)

    def faults(self, version: int) -> list[Fault]:
        """Kills and cuts at messages; of a sample, most are where much happens: near the end."""
        totals = []
        for _ in range(3):
            self.renew()
            code, messages, said = self._publish(version, 0, kill=False)
            assert code == 0, said
            assert self.visible() == publisher.documents(version)
            totals.append(messages)
        total = min(totals)  # in a slow run the lead's heart beats once more
        chosen = range(1, total + 1) if TORTURE else sorted({total - n for n in range(12)} | {1, total // 2})
        return [
            (what, at) for at in chosen for what in ((KILLED, CUT) if TORTURE else ((KILLED, CUT)[at % 2],))
        ]

    def suffer(self, version: int, fault: Fault) -> str:
        """Publish through a proxy that acts at a message."""
        what, at = fault
        code, messages, said = self._publish(version, at, kill=what == KILLED)
        while messages < at:  # the lead's heart beat less often than when they were counted
            at = messages
            self.renew()
            code, messages, said = self._publish(version, at, kill=what == KILLED)
        assert "Traceback" not in said, said
        assert code in ((-9,) if what == KILLED else (0, 3)), (fault, code, said)
        return said

    def _publish(self, version: int, at: int, *, kill: bool) -> tuple[int, int, str]:
        process: subprocess.Popen[str]

        def act() -> bool:
            if kill:
                process.kill()
                process.wait()
            return False

        proxy = Proxy(self._folder / "proxy", self._server.folder / ".s.PGSQL.5432", at=at, act=act)
        url = self._url.replace(str(self._server.folder).replace("/", "%2F"), f"{self._folder}/proxy")
        process = subprocess.Popen(
            [sys.executable, publisher.__file__, url, str(version)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said, _ = process.communicate(timeout=60)
        proxy.close()
        self._alone(process.pid)
        return process.returncode, proxy.messages, said

    def _alone(self, pid: int) -> None:
        """Wait until the server has noticed that a process is gone."""
        look = Database(self._url, "look")
        sessions = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE %s"
        eventually(lambda: not look.rows(sessions, (f"%/{pid}/%",)), "its sessions ended")
        look.close()

    def visible(self) -> dict[str, bytes]:
        """Return what readers see."""
        found = {path: body for path, body in seen(self.place).items() if body is not None}
        assert not found or found in [publisher.documents(version) for version in (1, 2, 3)], (
            "half a generation"
        )
        return found

    def check_tidy(self, context: str) -> None:
        """Nobody leads any more, and no node is left."""
        with self.place.lead("look"):
            look = Database(self._url, "look")
            assert len(look.rows("SELECT name FROM feedmill_node")) <= 2, context
            look.close()


@pytest.fixture
def new_site(server: Server, tmp_path: Path) -> NewSite:
    return lambda before: DatabaseSite(server, tmp_path, before)


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Tally("The next start ends with the bytes of an undisturbed run")


class TestPostgres(Crashes):
    """The store in a database."""
