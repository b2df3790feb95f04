"""Fixtures of the process tests: fast folders, daemons that end with their test, calls that go wrong."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faultline.forkserver import ForkServer
from faultline.harness import build
from faultline.tally import Tally
from operated.daemon import Daemon, Folder, Operator

Site = Callable[..., Folder]


@pytest.fixture(scope="session")
def fast_root() -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of passes need no disk to be seen right."""
    memory = Path("/dev/shm")
    root = Path(tempfile.mkdtemp(prefix="feedmill-test-", dir=memory if memory.is_dir() else None))
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def site(fast_root: Path) -> Site:
    """`site(config="watch: …")`: a folder for a daemon, named like no other."""

    def make(config: str = "", *, under: Path | None = None) -> Folder:
        return Folder(Path(tempfile.mkdtemp(dir=under or fast_root)) / "site", config)

    return make


@pytest.fixture
def operator() -> Iterator[Operator]:
    """Starts daemons; they end with the test."""
    program = Path(sys.executable).with_name("feedmill")
    assert program.exists(), "the installed command `feedmill` is missing (pip install -e '.[test]')"
    found = Operator(str(program))
    yield found
    found.end()


@pytest.fixture
def daemon(site: Site, operator: Operator) -> Daemon:
    """A ready daemon with one seed."""
    folder = site()
    folder.write("first.md")
    return operator.run(folder)


@pytest.fixture(scope="session")
def library(require: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(require("cc", "gcc", "clang"), tmp_path_factory.mktemp("faultline"))


@pytest.fixture(scope="session")
def forks(library: Path) -> Iterator[ForkServer | None]:
    """What makes torture's runs cheap; a sample's are starts of the real command."""
    server = ForkServer({"LD_PRELOAD": str(library)}) if os.environ.get("FEEDMILL_TORTURE") else None
    yield server
    if server:
        server.end()


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    counted = Tally("The next start ends with the bytes of an undisturbed run")
    yield counted
    counted.keep("documents whole, no dead link in an index, nothing left over")
