"""Runs a program with one of its writing system calls going wrong (see faultline.c).

The choice: an LD_PRELOAD shim, since it sees every write of Python and of SQLite alike, needs no
rights and no change of the program, and is exact: call n of one run is call n of the next. Its
limits are told in faultline.c.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faultline.forkserver import SECONDS, ForkServer

SOURCE = Path(__file__).with_name("faultline.c")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that changed something; `kept` names what it destroyed, 0 for nothing."""

    number: int
    name: str
    inode: int
    offset: int
    length: int
    size: int
    path: str
    other: str
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a run."""

    returncode: int
    output: str
    calls: tuple[Call, ...]

    @property
    def killed(self) -> bool:
        """Whether the shim (or somebody) killed it."""
        return self.returncode == -signal.SIGKILL


def build(compiler: str, folder: Path) -> Path:
    """Compile the shim into `folder` and return the library."""
    library = folder / "faultline.so"
    command = [
        compiler,
        "-Wall",
        "-Wextra",
        "-Werror",
        "-O1",
        "-shared",
        "-fPIC",
        "-o",
        str(library),
        str(SOURCE),
    ]
    subprocess.run([*command, "-lpthread"], check=True)
    return library


class Faultline:
    """Runs programs in a `workspace` whose folders `roots` are watched.

    `undo` holds what the calls of the last run destroyed (`faultline.powerloss`). With `forks`
    the programs are forks of that server instead of starts of their own: for torture.
    """

    def __init__(
        self, library: Path, workspace: Path, roots: Sequence[str], forks: ForkServer | None = None
    ) -> None:
        self.library = library
        self._forks = forks
        self.workspace = workspace.resolve()
        self.roots = tuple(self.workspace / root for root in roots)
        self.undo = self.workspace / "faultline-undo"

    def run(
        self,
        command: Sequence[str],
        *,
        at: int = 0,
        do: str = "kill",
        span: int = 1,
        keep: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Run:
        """Run `command` to its end; call number `at` (from 1; 0: none) goes wrong as `do` says.

        `do` is "kill", "tear" or an errno; with one, `span` calls fail (0: all from there on).
        `keep` keeps what is destroyed, for `powerloss.lose_power`.
        """
        log = self.workspace / "faultline.log"
        log.unlink(missing_ok=True)
        shutil.rmtree(self.undo, ignore_errors=True)
        told = {**(env or {}), **self.environment(at=at, do=do, span=span, keep=keep, log=log)}
        if self._forks:
            output = self.workspace / "faultline.out"
            code = self._forks.run(command, cwd=self.workspace, env=told, output=output)
            said = output.read_text("utf-8", "replace")
            return Run(returncode=code, output=said, calls=tuple(read_log(log)))
        done = subprocess.run(
            list(command),
            cwd=self.workspace,
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        return Run(returncode=done.returncode, output=done.stdout, calls=tuple(read_log(log)))

    def environment(
        self, *, at: int = 0, do: str = "kill", span: int = 1, keep: bool = False, log: Path | None = None
    ) -> dict[str, str]:
        """Return the variables that make any program run so (for those that a test starts itself)."""
        told = {
            "LD_PRELOAD": str(self.library),
            "FAULTLINE_ROOTS": ":".join(map(str, self.roots)),
            "FAULTLINE_DO": do,
            "FAULTLINE_FOR": str(span),
        }
        if at:
            told["FAULTLINE_AT"] = str(at)
        if log:
            told["FAULTLINE_LOG"] = str(log)
        if keep:
            self.undo.mkdir(exist_ok=True)
            told["FAULTLINE_UNDO"] = str(self.undo)
        return told


def read_log(log: Path) -> Iterator[Call]:
    """Yield the calls in the order in which they were made."""
    if not log.exists():
        return
    for line in log.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        number, name, inode, offset, length, size, path, other, kept = line.split("\t")
        yield Call(int(number), name, int(inode), int(offset), int(length), int(size), path, other, int(kept))


def points(calls: Sequence[Call], wanted: int, shift: int = 0) -> list[int]:
    """Return about `wanted` numbers of calls, half of them right after a change that a reader sees."""
    seen = [call.number + 1 for call in calls if _is_seen(call)]
    anywhere = range(1, len(calls) + 1)
    near = _spread(seen, wanted // 2, shift) if seen else []
    return sorted({*near, *_spread(anywhere, wanted - wanted // 2, shift)} & set(anywhere))


def _is_seen(call: Call) -> bool:
    return call.name in ("rename", "unlink") and ".feedmill" not in (call.other or call.path)


def _spread(numbers: Sequence[int], wanted: int, shift: int) -> list[int]:
    return [
        numbers[((2 * n + 1) * len(numbers) // (2 * wanted) + shift) % len(numbers)] for n in range(wanted)
    ]
