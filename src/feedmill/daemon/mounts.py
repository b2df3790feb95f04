"""Mounts: which file system a folder lies on, and whether inotify tells all that happens there."""

from __future__ import annotations

import re
from pathlib import Path

_SILENT = frozenset(
    "9p afs ceph cifs drvfs nfs nfs4 overlay smb3 smbfs vboxsf virtiofs vmhgfs".split()  # noqa: SIM905
)
"""File systems that another machine, or the other side of a mount, changes without an event here."""

_OCTAL = re.compile(r"\\([0-7]{3})")


def needs_polling(kind: str | None) -> bool:
    """Whether native watching would miss changes on a file system of this type."""
    return kind is not None and (kind in _SILENT or kind.startswith("fuse."))


def file_system_of(folder: Path, mountinfo: Path = Path("/proc/self/mountinfo")) -> str | None:
    """Return the type of the file system that `folder` lies on (proc(5)), None where it cannot be told."""
    try:
        lines = mountinfo.read_text("utf-8", "surrogateescape").splitlines()
        real = folder.resolve()
    except OSError:
        return None
    best, kind = -1, None
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
        # Of two at one place the later one hides the other.
        if real.is_relative_to(point) and len(point) >= best:
            best, kind = len(point), right.split(" ", 1)[0]
    return kind
