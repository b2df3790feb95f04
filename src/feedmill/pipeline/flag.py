"""The flag in the file: set or cleared where it stands, safely, and put back as it was.

What `feedmill publish` and the desk do is this, and nothing else writes into the seeds folder.
"""

from __future__ import annotations

import hashlib
import os
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from feedmill.errors import SeedError, StoreError
from feedmill.model.filename import in_locale
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline.explain import explain_each
from feedmill.seeds import Found, read
from feedmill.seeds.decode import decode
from feedmill.seeds.flagedit import set_flag, withhold


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What was written into one file: `old` became `new` at the byte `start`; equal where nothing was.

    `digest` is the SHA-256 of the file since. `warning`: why the flag could not be set where it stands,
    though the entry is taken down all the same.
    """

    path: str
    start: int
    old: bytes
    new: bytes
    digest: bytes
    warning: str = ""

    @property
    def changed(self) -> bool:
        """Whether the file has other bytes now."""
        return self.old != self.new


def flip(settings: Settings, path: str, clock: Callable[[], Instant], *, published: bool) -> Edit:
    """Set or clear the flag of the seed at `path` (relative to the seeds folder); return what was written.

    Raises:
        SeedError: the flag cannot be edited safely, or somebody else has just written the file.
        StoreError: the file cannot be written.
    """
    data, found = _read(settings, path)
    warning = ""
    try:
        edited = set_flag(path, data, settings.decode, published=published)
    except SeedError as error:
        if published or not _is_broken(settings, path, data, clock):
            raise
        edited = withhold(path, data, settings.decode)
        warning = str(error)
    _write(settings, path, found, data, edited)
    return _edit(path, data, edited, warning)


def put_back(settings: Settings, edit: Edit) -> None:
    """Write what was there before `edit`, to the byte.

    Raises:
        SeedError: the file has other bytes by now: what somebody wrote since is not touched.
        StoreError: the file cannot be written.
    """
    data, found = _read(settings, edit.path)
    if hashlib.sha256(data).digest() != edit.digest:
        raise SeedError(edit.path, "was changed since; set the flag by hand")
    rest = data[edit.start + len(edit.new) :]
    _write(settings, edit.path, found, data, data[: edit.start] + edit.old + rest)


def _read(settings: Settings, path: str) -> tuple[bytes, Found]:
    try:
        return read(settings.scan, path, settings.decode.max_bytes)
    except FileNotFoundError:
        raise SeedError(path, "has just vanished") from None


def _edit(path: str, before: bytes, after: bytes, warning: str) -> Edit:
    """Return the one place in which two texts differ."""
    shorter = min(len(before), len(after))
    start = bisect(range(1, shorter + 1), 0, key=lambda size: before[:size] != after[:size])
    most = shorter - start
    tail = bisect(range(1, most + 1), 0, key=lambda size: before[-size:] != after[-size:])
    return Edit(
        path=path,
        start=start,
        old=before[start : len(before) - tail],
        new=after[start : len(after) - tail],
        digest=hashlib.sha256(after).digest(),
        warning=warning,
    )


def _is_broken(settings: Settings, path: str, data: bytes, clock: Callable[[], Instant]) -> bool:
    """Whether a seed's front matter does not parse, or is gone; never a file that was no seed before."""
    record = decode(path, data, settings.decode)
    if not record.blank:
        return not record.parsed
    return all(found.state != "not a seed" for found in explain_each(settings, [path], clock))


def _write(settings: Settings, path: str, found: Found, before: bytes, after: bytes) -> None:
    if after == before:
        return
    target = (settings.scan.dir / in_locale(path)).resolve()
    status = target.stat()
    if (status.st_mtime_ns, status.st_size) != (found.mtime_ns, found.size):
        raise SeedError(path, "was changed by somebody else just now; try again")
    _replace_file(target, after)


def _replace_file(target: Path, data: bytes) -> None:
    """Replace a file's bytes at once, keeping its mode and, where allowed, its owner.

    Raises:
        StoreError: it cannot be written.
    """
    if not os.access(target, os.W_OK):
        raise StoreError(f"{target} is read-only; nothing was written")
    name = hashlib.blake2b(os.fsencode(target.name), digest_size=8).hexdigest()
    aside = target.with_name(f".{name}.feedmill-{os.getpid()}")
    try:
        found = target.stat()
        fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), found.st_mode & 0o7777)
                if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
                    os.fchown(file.fileno(), found.st_uid, found.st_gid)
                os.fsync(file.fileno())
            aside.replace(target)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}") from error
