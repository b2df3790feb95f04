"""A second folder as a mirror: the same files, each made whole and renamed; no link is followed."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from feedmill.mirror.place import Holding, MirrorError, Overtaken, Put
from feedmill.model.artifact import digest
from feedmill.model.filename import to_bytes, to_text
from feedmill.model.mark import HEAD, is_marked

_ASIDE = ".feedmill-"
"""What the names of unfinished files begin with."""

_MARK = b".feedmill"
"""The file that tells which site keeps this folder. Where it is a folder, it holds a ledger or a state."""

_FORMS = (".atom", ".rss", ".html")
_MARKED = (*_FORMS, ".css", ".xml", ".txt", ".png", ".ico")
"""What names its generator itself; JSON Feed and OPML have no place for it."""

_LISTINGS = ("feeds.opml", "feeds.json")

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """A place in the file system; see `Place`. It is made where it is not there."""

    fenced = None
    """Files know no conditions; whoever shares the disk can see who writes."""

    def __init__(self, root: Path, site: str) -> None:
        self.root = root
        self._site = site.encode()
        self._anothers = self._signed = False
        self._unfinished: list[str] = []
        self.url = f"file://{root}"

    def list(self) -> dict[str, str]:
        """Return size, time and inode of all files, and of folders that are called like one.

        A folder below that is another mirror, or a feeds folder, is not entered.
        """
        there: dict[str, str] = {}
        unfinished: list[str] = []
        with self._asking("list"):
            for folder, folders, names, fd in os.fwalk(os.fsencode(self.root)) if self.root.exists() else ():
                below = to_text(os.path.relpath(folder, os.fsencode(self.root)))
                mark = self._mark_in(fd)
                if below == ".":
                    self._anothers = mark not in (b"", self._site)
                elif mark:
                    folders.clear()
                    continue
                folders[:] = [name for name in folders if not name.startswith(b".")]
                for name in (*names, *(folder for folder in folders if b"." in folder)):
                    path = to_text(name) if below == "." else f"{below}/{to_text(name)}"
                    if name.startswith(_ASIDE.encode()):
                        unfinished.append(path)
                    elif not name.startswith(b"."):
                        there[path] = _tag(os.stat(name, dir_fd=fd, follow_symlinks=False))
        self._unfinished = unfinished
        return there

    def tidy(self) -> None:
        """Remove files that were never renamed."""
        for path in self._unfinished:
            self.delete(path)

    def look(self, path: str, *, likely: bool) -> Holding | None:
        """Read a file, and see whether it bears feedmill's mark, or stands beside one that does.

        JSON Feed and OPML name no generator: there their form counts, or the mark of another form of the same
        feed.
        """
        with self._asking("read", path), self._parent(path) as (parent, name):
            try:
                status = os.stat(name, dir_fd=parent, follow_symlinks=False)
                if not stat.S_ISREG(status.st_mode):
                    return Holding(_tag(status), "")
                body = _read(parent, name)
            except FileNotFoundError:
                return None
        ours = likely and not self._anothers and self._is_ours(path, body)
        return Holding(_tag(status), digest(body) if ours else "")

    def is_made_of(self, tag: str, body: bytes) -> bool:
        """Tell nothing: size and time are no proof."""
        return False

    def says_whose_it_is(self, path: str) -> bool:
        """Whether it is of a form that names its generator."""
        return path.endswith(_MARKED)

    def put(self, new: Put, body: bytes) -> Holding:
        """Write a file aside, flush it and rename it."""
        path = new.document.path
        with self._asking("write", path):
            self.root.mkdir(parents=True, exist_ok=True)
            if not self._signed:
                self._sign()
            with self._parent(path, make=True) as (parent, name):
                if new.over != self._tag_at(parent, name):
                    raise Overtaken(
                        f"{self.url}: {path} is not what it was: somebody else writes here as well"
                    )
                return Holding(_write(parent, name, body), new.document.digest)

    def delete(self, path: str) -> None:
        """Remove a file, and the folder that is empty without it."""
        with self._asking("delete", path):
            try:
                with self._parent(path) as (parent, name):
                    os.unlink(name, dir_fd=parent)
            except FileNotFoundError:
                return
            above, _, _ = path.rpartition("/")
            with suppress(OSError):
                if above:
                    with self._parent(above) as (parent, name):
                        os.rmdir(name, dir_fd=parent)

    def _sign(self) -> None:
        """Leave word in the folder whose it is, where nobody has."""
        with self._parent(to_text(_MARK)) as (root, name):
            if not self._mark_in(root):
                _write(root, name, self._site)
        self._signed = True

    def _mark_in(self, fd: int) -> bytes:
        """Return which site keeps a folder, as far as it says; a feeds folder says it by its ledger."""
        try:
            if not stat.S_ISREG(os.stat(_MARK, dir_fd=fd, follow_symlinks=False).st_mode):
                return _MARK
            return _read(fd, _MARK, 64)
        except FileNotFoundError:
            return b""

    def _is_ours(self, path: str, body: bytes) -> bool:
        if is_marked(body) or self.says_whose_it_is(path):
            return is_marked(body)
        stem, _, _ = path.rpartition(".")
        stems = ("index", "all") if path in _LISTINGS else (stem,)
        return any(self._is_marked(f"{each}{suffix}") for each in stems for suffix in _FORMS)

    def _is_marked(self, path: str) -> bool:
        with suppress(OSError), self._parent(path) as (parent, name):
            return is_marked(_read(parent, name, HEAD))
        return False

    @staticmethod
    def _tag_at(parent: int, name: bytes) -> str | None:
        with suppress(FileNotFoundError):
            return _tag(os.stat(name, dir_fd=parent, follow_symlinks=False))
        return None

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, bytes]]:
        """Yield the folder that a path is in, opened name by name, and the last name."""
        *folders, name = (to_bytes(part) for part in path.split("/"))
        fd = os.open(os.fsencode(self.root), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=fd)
                inner = os.open(folder, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd, name
        finally:
            os.close(fd)

    @contextmanager
    def _asking(self, what: str, path: str = "") -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = f"{self.url}: cannot {what} {path or 'it'}"
            raise MirrorError(f"{where}: {error.strerror or error}") from error


def _write(parent: int, name: bytes, body: bytes) -> str:
    """Make a file whole or not at all; return its tag."""
    aside = f"{_ASIDE}{secrets.token_hex(8)}".encode()
    file = os.open(aside, _CREATE, 0o666, dir_fd=parent)
    try:
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(body)
                stream.flush()
                os.fsync(file)
                tag = _tag(os.fstat(file))
            os.rename(aside, name, src_dir_fd=parent, dst_dir_fd=parent)
        except BaseException:
            with suppress(OSError):
                os.unlink(aside, dir_fd=parent)
            raise
    finally:
        os.fsync(parent)
    return tag


def _tag(status: os.stat_result) -> str:
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"


def _read(parent: int, name: bytes, size: int = -1) -> bytes:
    with os.fdopen(os.open(name, _READ, dir_fd=parent), "rb") as stream:
        return stream.read(size)
