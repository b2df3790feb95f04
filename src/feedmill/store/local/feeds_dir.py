"""The feeds folder held open: every access is relative to it and follows no symbolic link."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from feedmill.model.artifact import Digest, digest
from feedmill.model.filename import to_bytes

OWN = ".feedmill"
"""feedmill's own folder inside the feeds folder; never served."""
TMP = f"{OWN}/tmp"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LAST_NS = 2**63 - 1  # the year 2262: what a file system and SQLite can hold
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20
_INODE_BITS = (1 << 63) - 1  # SQLite's integers are signed

Stamp = tuple[int, int, int]
"""(size, mtime in ns, inode): equal stamps mean an untouched file."""


class Obstacle(Exception):
    """Something that is no document of ours is in the way; the message is a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A regular file as it is on disk."""

    digest: Digest
    stamp: Stamp


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what tells an untouched file from a touched one."""
    return status.st_size, status.st_mtime_ns, status.st_ino & _INODE_BITS


class Tree:
    """One look at the feeds folder; a context manager, opened anew for every operation.

    Folders are opened one name at a time with O_NOFOLLOW and kept until the end of the
    operation, so a link planted meanwhile leads nowhere (the feeds folder itself may be one).
    Paths are relative, with `/`. Errors of the system pass through as OSError.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: dict[str, int] = {}
        self.changed: set[str] = set()
        """The folders in which names were made, replaced or removed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every folder."""
        for fd in self._folders.values():
            with suppress(OSError):
                os.close(fd)
        self._folders.clear()

    def folder(self, path: str, *, make: bool = False) -> int:
        """Return a descriptor of the folder `path` ("" is the feeds folder), making it if asked to.

        Raises:
            FileNotFoundError: it does not exist (and `make` is False).
            Obstacle: a link or a file stands where a folder should.
        """
        fd = self._folders.get(path)
        if fd is None:
            fd = self._folders[path] = self._open_folder(path, make)
        return fd

    def _open_folder(self, path: str, make: bool) -> int:
        if not path:
            if make:
                self.root.mkdir(parents=True, exist_ok=True)
            return os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        above, _, name = path.rpartition("/")
        parent = self.folder(above, make=make)
        if make:
            with suppress(FileExistsError):
                # feedmill's own folder keeps entries that may have been taken down since.
                os.mkdir(to_bytes(name), 0o700 if path == OWN else 0o777, dir_fd=parent)
                self.changed.add(above)
        try:
            return os.open(to_bytes(name), _FOLDER, dir_fd=parent)
        except FileNotFoundError:
            raise
        except OSError as error:
            with suppress(OSError):
                kind = _kind(os.stat(to_bytes(name), dir_fd=parent, follow_symlinks=False).st_mode)
                if kind != "folder":
                    raise Obstacle(f"{path} is a {kind}, not a folder") from error
            raise

    def _at(self, path: str) -> tuple[int, bytes]:
        above, _, name = path.rpartition("/")
        return self.folder(above), to_bytes(name)

    def look(self, path: str) -> os.stat_result | None:
        """Return the status of the regular file `path`, None where there is nothing.

        Raises:
            Obstacle: something else is there, or on the way there.
        """
        try:
            fd, name = self._at(path)
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            raise Obstacle(f"{path} is a {_kind(status.st_mode)}")
        return status

    def chunks(self, path: str, size: int = _CHUNK) -> Iterator[bytes]:
        """Yield the bytes of the regular file `path`."""
        fd, name = self._at(path)
        file = os.open(name, _READ, dir_fd=fd)
        try:
            while chunk := os.read(file, size):
                yield chunk
        finally:
            os.close(file)

    def read(self, path: str, limit: int) -> bytes:
        """Return the first `limit` bytes of the regular file `path`."""
        found = b""
        for chunk in self.chunks(path, limit):
            found += chunk
            if len(found) >= limit:
                break
        return found[:limit]

    def find(self, path: str) -> Found | None:
        """Return what the regular file `path` holds, None where there is nothing.

        Raises:
            Obstacle: something else is there.
        """
        status = self.look(path)
        if status is None:
            return None
        try:
            hasher = hashlib.blake2b(digest_size=16)
            for chunk in self.chunks(path):
                hasher.update(chunk)
        except FileNotFoundError:
            return None
        return Found(digest=Digest(hasher.hexdigest()), stamp=stamp_of(status))

    def stage(self, name: str, body: bytes, mtime_ns: int) -> Stamp:
        """Write `body` to the temporary file `name`.

        Its modification time is the document's Last-Modified, so that another server of the
        folder says the same, and a lost ledger can be made again. Nothing is left after an error.
        """
        folder = self.folder(TMP, make=True)
        try:
            fd = os.open(name, _CREATE, 0o666, dir_fd=folder)
        except FileExistsError:  # a run that was killed had our process id
            os.unlink(name, dir_fd=folder)
            fd = os.open(name, _CREATE, 0o666, dir_fd=folder)
        try:
            rest = memoryview(body)
            while rest:
                rest = rest[os.write(fd, rest) :]
            with suppress(OSError):  # a file system may refuse; then the time is merely less telling
                os.utime(fd, ns=(min(mtime_ns, _LAST_NS), min(mtime_ns, _LAST_NS)))
            status = os.fstat(fd)
        except OSError:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
            raise
        finally:
            os.close(fd)
        return stamp_of(status)

    def unstage(self, name: str) -> None:
        """Remove the temporary file `name`, if it can be."""
        with suppress(OSError, Obstacle):
            os.unlink(name, dir_fd=self.folder(TMP))

    def staged(self) -> Iterator[str]:
        """Yield the names of the temporary files there are."""
        try:
            folder = self.folder(TMP)
        except (FileNotFoundError, Obstacle):
            return
        yield from os.listdir(folder)

    def place(self, name: str, path: str, *, new: bool) -> None:
        """Make the temporary file `name` visible as `path`, in one step.

        Raises:
            Obstacle: something that is no document has the path; for a `new` one, anything.
        """
        above, _, last = path.rpartition("/")
        target = self.folder(above, make=True)
        if self.look(path) is not None and new:
            raise Obstacle(f"{path} exists")
        os.replace(to_bytes(name), to_bytes(last), src_dir_fd=self.folder(TMP), dst_dir_fd=target)
        self.changed.add(above)

    def unlink(self, path: str) -> bool:
        """Remove the regular file `path`; False where there is none of ours to remove."""
        try:
            if self.look(path) is None:
                return False
        except Obstacle:
            return False
        fd, name = self._at(path)
        os.unlink(name, dir_fd=fd)
        self.changed.add(path.rpartition("/")[0])
        return True

    def remove_if_empty(self, folder: str) -> bool:
        """Remove `folder` if nothing is in it."""
        above, _, name = folder.rpartition("/")
        try:
            os.rmdir(to_bytes(name), dir_fd=self.folder(above))
        except (OSError, Obstacle):
            return False
        with suppress(OSError):
            os.close(self._folders.pop(folder, -1))
        self.changed.discard(folder)
        self.changed.add(above)
        return True

    def sync(self, path: str) -> None:
        """Flush the content of the file `path` to the disk."""
        fd, name = self._at(path)
        file = os.open(name, _READ, dir_fd=fd)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def sync_folder(self, folder: str) -> None:
        """Flush the names in `folder` to the disk."""
        os.fsync(self.folder(folder))

    def sync_all(self) -> bool:
        """Flush the whole file system at once; False where the platform cannot.

        For hundreds of files one call costs a seventh of an fsync each.
        """
        import ctypes  # imported on use: few passes write that much

        try:
            syncfs = ctypes.CDLL(None, use_errno=True).syncfs
        except (OSError, AttributeError):
            return False
        if syncfs(self.folder("")) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(self.root))
        return True


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "symbolic link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "special file"


def read_body(feeds_dir: Path, path: str, wanted: Digest, size: int) -> bytes | None:
    """Return the document's bytes if they are those of `wanted` and `size`, else None.

    Reads one byte more than promised: enough to see that the file has grown, however big it is.
    """
    with Tree(feeds_dir) as tree:
        try:
            body = tree.read(path, size + 1)
        except (OSError, Obstacle):
            return None
    return body if len(body) == size and digest(body) == wanted else None
