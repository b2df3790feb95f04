"""What every test may ask for: a real program, the real corpus, the installed command.

A test whose real part is missing skips on a user's machine and fails in CI (`CI=true`), where
`.ci/run` installs everything: nothing may quietly stop being tested.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]
Require = Callable[..., str]

ROOT = Path(__file__).resolve().parent.parent

# One test may take long on a busy machine; `deadline` measures the machine, not the code.
# In CI the examples are the same each time: a red run can be repeated.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")

# A script's `pytest &` starts with SIGINT ignored, and so would every program that a test interrupts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What needs a library of `pip install '.[interop]'` to be read at all, by how its path begins.
_LIBRARIES = {
    "interop/test_mirror": "obstore",
    "interop/test_move": "psycopg",
    "interop/test_nodes": "psycopg",
    "interop/test_postgres": "psycopg",
    "process/test_mirrors": "moto",
    "process/test_traces": "opentelemetry",
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out tests whose library is not installed; in CI among the quick alone: it is none of them."""
    if os.environ.get("CI") == "true" and config.getoption("markexpr") != "quick":
        return None
    name = collection_path.relative_to(ROOT / "tests").as_posix() if collection_path.suffix == ".py" else ""
    needed = [library for start, library in _LIBRARIES.items() if name.startswith(start)]
    return True if any(find_spec(library) is None for library in needed) else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the test for one of `make test`, `make process` and `make interop`.

    Where it stands, what it is called and what it asks for decide, and nobody by hand: who asks for a program
    of others, however indirectly, is no part of `make check`; hostile inputs are large, and properties asked
    of many inputs: not quick.
    """
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    asked = set(getattr(item, "fixturenames", ()))
    if "corpus" in asked:
        item.add_marker("corpus")
    if folder in ("browser", "interop") or "require" in asked:
        item.add_marker("interop")
    elif (
        folder in ("process", "property", "soak")
        or "corpus" in asked
        or item.name.startswith("test_hostile_")
    ):
        item.add_marker("process")
    else:
        item.add_marker("quick")


def lacks(what: str) -> None:
    """End the test that calls: a skip on a user's machine, a failure in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing: .ci/run has to install it", pytrace=False)
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout: where README.md, config.yaml and seeds/ are."""
    return ROOT


@pytest.fixture(scope="session")
def require() -> Require:
    """`require("nginx", "/usr/sbin/nginx")`: the path of the first program found."""

    def find(*names: str) -> str:
        path = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin" + os.pathsep + "/sbin"
        for name in names:
            if found := shutil.which(name, path=path):
                return found
        lacks(names[0])
        raise AssertionError("unreachable")

    return find


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of 1,410 real seeds, unpacked once a session; never write into it (copy it).

    `FEEDMILL_CORPUS` names the folder that holds `powerapps.tar.xz`; without it the test skips.
    """
    given = os.environ.get("FEEDMILL_CORPUS")
    if not given:
        pytest.skip("needs the corpus (FEEDMILL_CORPUS)")
    folder = tmp_path_factory.mktemp("corpus")
    with tarfile.open(Path(given) / "powerapps.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEEDMILL_")}
    return {**kept, "NO_COLOR": "1", **(extra or {})}


def _program() -> str:
    program = Path(sys.executable).with_name("feedmill")
    if not program.exists():
        lacks("the installed command `feedmill` (pip install -e '.[test]')")
    return str(program)


@pytest.fixture(scope="session")
def feedmill() -> Command:
    """`feedmill("build", "--json", cwd=site)` runs the installed command to its end.

    Keywords: `cwd`, `env` (added to ours), `code` (the exit code demanded; None: any), `timeout`
    in seconds. Returns a CompletedProcess with `stdout` and `stderr` as text.
    """

    def run(
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        code: int | None = 0,
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [_program(), *arguments],
            cwd=cwd,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=timeout,
            check=False,
        )
        if code is not None and done.returncode != code:
            pytest.fail(
                f"feedmill {' '.join(arguments)}: exit code {done.returncode}, not {code}\n"
                f"{done.stdout}\n{done.stderr}"
            )
        return done

    return run


@pytest.fixture
def start_feedmill() -> Iterator[Start]:
    """`start_feedmill("run", cwd=site)` starts the installed command; ended with the test.

    Returns the Popen; what it printed is in its `stdout`/`stderr` unless `log=` names a file for both.
    """
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> subprocess.Popen[str]:
        out = log.open("ab") if log else None
        process = subprocess.Popen(
            [_program(), *arguments],
            cwd=cwd,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=out or subprocess.PIPE,
            stderr=subprocess.STDOUT if out else subprocess.PIPE,
            text=True,
            errors="surrogateescape",
        )
        if out:
            out.close()
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                with suppress(OSError):
                    stream.close()
