"""A process that has built a site once and forks for every run: imports and patterns are there already.

Torture makes tens of thousands of runs. Those of CI's sample start the installed command anew each time,
so what a fork could hide (what happens before and after `main`) is looked at there.
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

SEED = """---
title: DryRun
webUrl: https://example.com/
publishedDateTime: 2024-01-01
topics: [One]
provider: Two
---
Text.
"""
SECONDS = 60
"""After which a run is ended by SIGALRM."""


class ForkServer:
    """Runs Python programs as `subprocess` would, in forks of a process that `environment` began."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, **environment, **paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> int:
        """Run `command` in the folder `cwd` with `env` on top; what it says goes to the file `output`.

        Returns its exit code, -n when signal n ended it.
        """
        assert self._server.stdin is not None and self._server.stdout is not None
        order = {"command": list(command), "cwd": str(cwd), "env": dict(env), "output": str(output)}
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def end(self) -> None:
        """End the server."""
        self._server.communicate()


def play(order: Mapping[str, Any]) -> int:
    """Be the program that was ordered, in a fork; return its exit code."""
    signal.alarm(SECONDS)
    os.chdir(order["cwd"])
    os.environ.update(order["env"])
    ctypes.CDLL(None).faultline_start()
    command = order["command"]
    sys.argv = command[1:] if command[0] == sys.executable else command
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0  # anything else ends the fork as it would end a program


def rehearse() -> None:
    """Build a little site here, so that every fork finds its modules, patterns and templates compiled."""
    from jinja2 import Environment

    from feedmill.cli import main

    compile_anew: Any = Environment.compile
    compiled: dict[object, Any] = {}

    def compile_once(self: Environment, source: Any, *names: str | None) -> Any:
        key = (source, *names)
        return compiled.get(key) or compiled.setdefault(key, compile_anew(self, source, *names))

    Environment.compile = compile_once  # type: ignore[method-assign, assignment]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "seeds").mkdir()
        Path(folder, "seeds/a.md").write_text(SEED)
        Path(folder, "config.yaml").write_text("site: {title: T, url: https://example.com/}\n")
        code = main(["-c", f"{folder}/config.yaml", "build", "--json"])
    assert code == 0, code


def serve() -> None:
    """Fork for each line of standard input, and answer with an exit code."""
    orders, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for line in orders:
        order = json.loads(line)
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(status))
            continue
        output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        for old, new in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(old, new)
        code = play(order)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        rehearse()
    serve()
