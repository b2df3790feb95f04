"""Fixtures of the process tests: folders on fast storage, and daemons that end with their test."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
