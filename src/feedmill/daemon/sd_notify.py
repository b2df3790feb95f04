"""sd_notify(3): tell systemd that we are ready, alive, reloading or stopping."""

from __future__ import annotations

import os
import socket
import time


class Notifier:
    """Sends datagrams to NOTIFY_SOCKET; does nothing where there is none."""

    def __init__(self, environ: dict[str, str] | None = None) -> None:
        env = os.environ if environ is None else environ
        self._address = env.get("NOTIFY_SOCKET", "")
        usec = env.get("WATCHDOG_USEC", "")
        mine = env.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.interval = int(usec) / 2_000_000 if usec.isdigit() and mine else None
        """Seconds between two watchdog pings, half of what systemd asks for; None: no pings."""
        self._last_ping = 0.0

    def ready(self, status: str) -> None:
        """READY=1: start-up is over."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def status(self, text: str) -> None:
        """STATUS=: one line for `systemctl status`."""
        self._send(f"STATUS={_line(text)}")

    def reloading(self) -> None:
        """RELOADING=1, with the monotonic time that Type=notify-reload asks for."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """STOPPING=1."""
        self._send("STOPPING=1")

    def ping(self) -> None:
        """WATCHDOG=1, no more often than it takes."""
        if self.interval is not None and time.monotonic() - self._last_ping >= self.interval / 2:
            self._last_ping = time.monotonic()
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as datagrams:
            try:
                datagrams.connect(address)
                datagrams.sendall(message.encode())
            except OSError:
                return  # systemd is not there: nothing depends on it


def _line(text: str) -> str:
    """A line break would begin another assignment."""
    return " ".join(text.split())
