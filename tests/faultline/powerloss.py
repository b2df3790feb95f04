"""Acts out a power loss: takes back what a killed run wrote and never flushed.

What a file system may lose is taken from two models, of which the first is what ext4, XFS and
btrfs do and the second the least that POSIX allows:

- *journal*: names (create, rename, unlink, mkdir) reach the disk in order; any flush brings all
  earlier ones along; of the later ones a prefix survives.
- *strict*: a name is on the disk only once its own folder was flushed; of the rest nothing survives.

In both, the bytes of a file are safe only up to its own last flush; of the writes after that a prefix
survives. What is lost is cut off or, nastier, reads as zeros with size and time as they should be.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from faultline.harness import Call

_NAMES = frozenset({"create", "rename", "unlink", "mkdir", "rmdir"})
_DATA = frozenset({"write", "truncate"})
_FLUSHES = frozenset({"sync", "syncdir", "syncall"})


def lose_power(
    calls: Sequence[Call], undo: Path, *, strict: bool, zeros: bool, chance: random.Random | None
) -> int:
    """Take back what would be lost; return how many calls that were."""
    lost = {call.number for call in _lost_names(calls, strict, chance)}
    lost |= {call.number for call in _lost_data(calls, chance)}
    files = _open_files(calls, undo)
    try:
        for call in reversed(calls):
            if call.number in lost and call.name in _DATA:
                _undo_data(call, files.get(call.inode), undo, zeros)
            elif call.number in lost:
                _undo_name(call, undo)
    finally:
        for fd in files.values():
            os.close(fd)
    return len(lost)


def _lost_names(calls: Sequence[Call], strict: bool, chance: random.Random | None) -> list[Call]:
    names = [call for call in calls if call.name in _NAMES]
    if strict:
        return [call for call in names if not _folder_flushed_after(calls, call)]
    last_flush = max((call.number for call in calls if call.name in _FLUSHES), default=0)
    unsafe = [call for call in names if call.number > last_flush]
    return unsafe[_survivors(len(unsafe), chance) :]


def _survivors(unsafe: int, chance: random.Random | None) -> int:
    return chance.randint(0, unsafe) if chance else 0


def _folder_flushed_after(calls: Sequence[Call], name: Call) -> bool:
    folder = str(Path(name.other or name.path).parent)
    return any(
        call.number > name.number
        and (call.name == "syncall" or (call.name == "syncdir" and call.path == folder))
        for call in calls
    )


def _lost_data(calls: Sequence[Call], chance: random.Random | None) -> list[Call]:
    lost: list[Call] = []
    flushed_all = max((call.number for call in calls if call.name == "syncall"), default=0)
    for inode in sorted({call.inode for call in calls if call.name in _DATA}):
        own = [call for call in calls if call.inode == inode]
        flushed = max((call.number for call in own if call.name == "sync"), default=flushed_all)
        unsafe = [call for call in own if call.name in _DATA and call.number > max(flushed, flushed_all)]
        lost += unsafe[_survivors(len(unsafe), chance) :]
    return lost


def _open_files(calls: Sequence[Call], undo: Path) -> dict[int, int]:
    """Open every file that was written to, wherever it is now: names change while calls are undone."""
    wanted = {call.inode for call in calls if call.name in _DATA}
    roots = {str(Path(name).parent) for call in calls for name in (call.path, call.other) if name}
    found: dict[int, int] = {}
    for folder in (*sorted(roots), str(undo)):
        with suppress(FileNotFoundError, NotADirectoryError):
            for entry in os.scandir(folder):
                inode = entry.inode()
                if inode in wanted and inode not in found and entry.is_file(follow_symlinks=False):
                    found[inode] = os.open(entry.path, os.O_RDWR | os.O_NOFOLLOW)
    return found


def _undo_data(call: Call, fd: int | None, undo: Path, zeros: bool) -> None:
    if fd is None:
        return
    status = os.fstat(fd)
    before = (undo / str(call.kept)).read_bytes() if call.kept else b""
    os.pwrite(fd, before, call.offset)
    if zeros:
        os.pwrite(fd, b"\0" * max(0, call.length - len(before)), call.offset + len(before))
        os.utime(fd, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        os.ftruncate(fd, call.size)


def _undo_name(call: Call, undo: Path) -> None:
    path, other, kept = Path(call.path), Path(call.other), undo / str(call.kept)
    with suppress(OSError):  # an earlier name of it is lost, too, or its folder is
        if call.name == "create" and path.lstat().st_ino == call.inode:
            path.unlink()
        elif call.name == "mkdir":
            path.rmdir()
        elif call.name == "rmdir":
            path.mkdir()
        elif call.name == "unlink" and call.kept:
            path.hardlink_to(kept)
        elif call.name == "rename" and other.lstat().st_ino == call.inode:
            other.rename(path)
            if call.kept:
                other.hardlink_to(kept)
