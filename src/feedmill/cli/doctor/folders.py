"""Checks of folders: what must be read and written, how it is watched, how much room there is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from feedmill.cli.doctor.finding import Finding, Patient, error, notice, warning
from feedmill.cli.output import plural
from feedmill.daemon.mounts import file_system_of, needs_polling
from feedmill.pipeline.report import printable

_ROOM = 64 << 20
"""Bytes below which a disk is as good as full."""
_INODES = 1_000
_FILES = 256
"""Files that a daemon with some readers has open at once."""


def check_seeds_folder(patient: Patient) -> Iterator[Finding]:
    """The seeds folder is there, can be read, and has seeds by their names."""
    from feedmill.model.filename import in_locale
    from feedmill.seeds import ScanProblem, scan

    settings = patient.settings.scan
    if not settings.dir.is_dir():
        yield error(f"there is no folder {settings.dir}", "make it, mount it, or set seeds.dir")
        return
    files, unread = 0, []
    for item in scan(settings):
        if isinstance(item, ScanProblem):
            yield error(
                f"{printable(item.problem.path)} {item.problem.message}", "mend or exclude it (seeds.exclude)"
            )
            continue
        files += 1
        if not may(settings.dir / in_locale(item.path), os.R_OK):
            unread.append(printable(item.path))
    if unread:
        what = f"{plural(len(unread), 'seed')} cannot be read by this user (first: {unread[0]})"
        yield error(what, f"chmod -R u+rX {settings.dir}, or run as its owner")
    if not files:
        patterns = ", ".join(settings.include)
        yield error(
            f"no file in {settings.dir} matches seeds.include ({patterns})", "feedmill new makes a seed"
        )


def check_permissions(patient: Patient) -> Iterator[Finding]:
    """Feeds and state can be written, by the user who wrote them before; the token is its owner's alone."""
    settings = patient.settings
    for key, folder in (("feeds.dir", settings.feeds_dir), ("state.dir", settings.state_dir)):
        there = nearest(folder)
        if not may(there, os.W_OK | os.X_OK):
            yield error(f"{there} cannot be written by this user", f"chown or chmod it, or set {key}")
        elif (owner := _foreign_owner(folder)) is not None:
            what = f"{owner} belongs to another user, as after a run as root"
            yield error(what, f"chown -R {os.geteuid()} {folder}")
    token = settings.state_dir / "token"
    if token.exists() and stat.S_IMODE(token.stat().st_mode) & 0o077:
        yield warning(f"others can read {token}, which opens the operator's page", f"chmod 600 {token}")


def check_ledger(patient: Patient) -> Iterator[Finding]:
    """No ledger was damaged and set aside: what it alone knew is forgotten, unless a backup has it."""
    for file in sorted((patient.settings.feeds_dir / ".feedmill").glob("ledger.db.corrupt-*")):
        what = f"{file} was the ledger, and damaged: retired feeds and last good entries were forgotten"
        yield warning(what, "feedmill restore takes them from a backup; then delete that file")


def may(path: Path, mode: int) -> bool:
    """Return whether the user who asks may do that (`os.R_OK` …) with a file or folder."""
    return os.access(path, mode, effective_ids=True)


def nearest(folder: Path) -> Path:
    """Return the folder, or where it would be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _foreign_owner(folder: Path) -> Path | None:
    """Return what of ours in a folder this user, who is not root, did not write."""
    if os.geteuid() == 0 or not folder.is_dir():
        return None
    ours = [folder, folder / "all.atom", folder / ".feedmill", *(folder / ".feedmill").glob("*")]
    ours += [folder / name for name in ("lock", "catalog.db", "token", "seal.json")]
    return next((each for each in ours if each.exists() and each.stat().st_uid != os.geteuid()), None)


def check_watching(patient: Patient) -> Iterator[Finding]:
    """inotify takes as many watches as the seeds have folders, and tells all that happens there."""
    scanning, mode = patient.settings.scan, patient.settings.watch.mode
    if mode not in ("auto", "native") or not scanning.dir.is_dir():
        return
    kind = file_system_of(scanning.dir, patient.proc / "self" / "mountinfo")
    if needs_polling(kind):
        what = f"{scanning.dir} lies on {kind}, of which the kernel tells no change that others make"
        yield notice(what, "it is polled every second; nothing to do, unless seeds are many")
        return
    limit = _number(patient.proc / "sys" / "fs" / "inotify" / "max_user_watches")
    folders = sum(1 for _ in os.walk(scanning.dir))
    if limit is not None and folders > limit * 0.9:
        what = f"the seeds have {plural(folders, 'folder')}, and this user may watch {limit:,}"
        line = f"fs.inotify.max_user_watches={max(65_536, 4 * folders)}"
        yield error(what, f"sysctl {line}, and write it into /etc/sysctl.d/feedmill.conf")
    instances = _number(patient.proc / "sys" / "fs" / "inotify" / "max_user_instances")
    if instances is not None and instances < 2:
        yield error(
            f"this user may have {instances} inotify instances", "sysctl fs.inotify.max_user_instances=128"
        )


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text("ascii"))
    except (OSError, ValueError):
        return None


def check_disk(patient: Patient) -> Iterator[Finding]:
    """There is room, and there are inodes, for the feeds once more and for the state."""
    settings = patient.settings
    seen = set()
    for folder in (settings.feeds_dir, settings.state_dir):
        there = nearest(folder)
        if (device := there.stat().st_dev) in seen:
            continue
        seen.add(device)
        room = os.statvfs(there)
        free = room.f_bavail * room.f_frsize
        if free < _ROOM:
            yield error(
                f"{there} has {free >> 20:,} MiB left", "make room: a full disk keeps takedowns from files"
            )
        if room.f_files and room.f_favail < _INODES:
            yield error(
                f"{there} can take {room.f_favail:,} more files", "delete small files, or use another disk"
            )


def check_open_files(patient: Patient) -> Iterator[Finding]:
    """The daemon may have as many files and connections open as its readers need."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _FILES:
        yield warning(
            f"a program may have {soft} files open here", "ulimit -n 4096, or LimitNOFILE in the unit"
        )
