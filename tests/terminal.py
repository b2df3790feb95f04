"""The installed command on a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("feedmill"))


def on_a_terminal(
    site: Path,
    *arguments: str,
    columns: int = 80,
    env: Mapping[str, str] | None = None,
    act: Callable[[str, subprocess.Popen[bytes]], bool] | None = None,
    timeout: float = 60,
) -> tuple[int, str]:
    """Run the command on a pseudo-terminal; `act` sees what was shown so far until it returns True."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        cwd=site,
        env={**kept, "TERM": "xterm-256color", **(env or {})},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    shown = b""
    deadline = time.monotonic() + timeout
    try:
        while time.monotonic() < deadline:
            if select.select([leader], [], [], 0.2)[0]:
                try:
                    part = os.read(leader, 65536)
                except OSError:
                    break
                if not part:
                    break
                shown += part
            if act is not None and act(shown.decode(errors="replace"), process):
                act = None
        return process.wait(timeout=10), shown.decode(errors="replace").replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(leader)
