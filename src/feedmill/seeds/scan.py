"""Scanning: every seed file of a folder with its stat, in one order on every machine.

Works on bytes and reads names as UTF-8 (what isn't, as surrogate escapes), so that no locale and no
file system's order reaches what comes of it.
"""

from __future__ import annotations

import errno
import os
import stat
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from feedmill.model.filename import to_bytes, to_text
from feedmill.model.seed import Problem, Severity
from feedmill.model.settings import ScanSettings
from feedmill.seeds.globs import Globs, compile_globs, is_ignored, matches

__all__ = ["Found", "ScanProblem", "look", "scan", "to_bytes", "to_text"]

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Found(NamedTuple):
    """A regular file that is a seed by its name. Of a link, everything is its target's.

    `path` is relative to the seeds folder, with `/`; times are in nanoseconds since 1970. One is made for
    each file: a tuple is made the fastest.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    links: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProblem:
    """Something that could not be scanned.

    `gone`: what was there is not any more, and only a link to it is left.
    `prefix` None: the one file `problem.path`. Otherwise a folder that could not be listed, with a `/`
    at its end, "" for the whole seeds folder: known seeds whose path starts with it count as unreadable, not
    as vanished.
    """

    problem: Problem
    prefix: str | None = None
    gone: bool = False


def scan(
    settings: ScanSettings, under: str = "", *, start: bytes = b"", end: bytes | None = None
) -> Iterator[Found | ScanProblem]:
    """Yield every seed file below `settings.dir` (or below its folder `under`, "x/"), in order of path.

    Of the folder itself only names from `start` up to `end` (None: all that follow); folders' have a `/`.

    The order is that of the whole paths as bytes, so that a catalog in the same order can be walked
    side by side.

    Holds the names of one folder (and of those above it) at a time and costs one `stat` a file. Links to
    files inside the seeds folder are followed, links to folders never; a link that leads outside or
    nowhere is a problem, and so is a folder that cannot be listed. Whatever vanishes meanwhile is
    passed over. Never raises OSError.
    """
    root = os.path.realpath(os.fsencode(settings.dir))
    globs = compile_globs(settings.include, settings.exclude)
    if under:
        if not _is_folder(root):
            under = ""  # which says what is wrong
        elif _is_closed(under, globs) or not _is_folder(root + b"/" + to_bytes(under.rstrip("/"))):
            return
    stack = [_folder(root, under, globs, start, end)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, str):
                stack.append(_folder(root, item, globs))
                break
            yield item
        else:
            stack.pop()


def look(settings: ScanSettings, path: str) -> Found | ScanProblem | None:
    """Return what `scan` would yield for this one relative path; None if it would yield nothing."""
    if not matches(settings, path):
        return None
    root = os.path.realpath(os.fsencode(settings.dir))
    full = root + b"/" + to_bytes(path)
    try:
        status = os.lstat(full)
        if os.path.realpath(os.path.split(full)[0]) != os.path.split(full)[0]:
            return None  # behind a link to a folder
        if stat.S_ISLNK(status.st_mode):
            return _link(root, path, wanted=True)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        return _unreadable(path, error)
    return found_at(path, status) if stat.S_ISREG(status.st_mode) else _no_file(path, status.st_mode)


def _is_folder(path: bytes) -> bool:
    """Whether this is a folder that no link leads to."""
    return os.path.isdir(path) and os.path.realpath(path) == path  # noqa: PTH112 - bytes


def _is_closed(folder: str, globs: Globs) -> bool:
    """Whether a scan never enters this folder."""
    names = folder.rstrip("/").split("/")
    return any(
        not name or name.startswith(".") or globs.prunes("/".join(names[:depth]))
        for depth, name in enumerate(names, 1)
    )


def _folder(
    root: bytes, prefix: str, globs: Globs, start: bytes = b"", end: bytes | None = None
) -> Iterator[Found | ScanProblem | str]:
    """Yield what is in the folder of the relative path `prefix` ("x/"); a str is a folder to go into next."""
    folder = root + b"/" + to_bytes(prefix)
    try:
        names = _names(folder, prefix, globs)
    except OSError as error:
        if not prefix or not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            yield _unlisted(root, prefix, error)
        return
    for name in names[bisect_left(names, start) : bisect_left(names, end) if end is not None else None]:
        path = prefix + to_text(name)
        if name.endswith(b"/"):
            if globs.takes(path[:-1]):
                yield _no_file(path[:-1], stat.S_IFDIR)
            yield path
            continue
        try:
            status = os.lstat(folder + name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError as error:  # the folder may be listed, but not entered
            yield _unlisted(root, prefix, error)
            return
        except OSError as error:
            yield _unreadable(path, error)
            continue
        if stat.S_ISREG(status.st_mode):
            yield found_at(path, status)
        elif not stat.S_ISLNK(status.st_mode):
            yield _no_file(path, status.st_mode)
        elif (found := _link(root, path, wanted=globs.takes(path))) is not None:
            yield found


def _names(folder: bytes, prefix: str, globs: Globs) -> list[bytes]:
    """Return the names in a folder that matter, those of folders with a `/`, sorted as their paths are."""
    names: list[bytes] = []
    takes, prunes = globs.takes, globs.prunes
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            text = name.decode("utf-8", "surrogateescape")
            if entry.is_dir(follow_symlinks=False):
                if not text.startswith(".") and not prunes(prefix + text):
                    names.append(name + b"/")
            elif not is_ignored(text) and (
                takes(prefix + text) or (entry.is_symlink() and not prunes(prefix + text))
            ):
                names.append(name)
    names.sort()
    return names


def found_at(path: str, status: os.stat_result) -> Found:
    """Return the file at `path` with what a stat says of it."""
    return Found(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_nlink)


def _link(root: bytes, path: str, *, wanted: bool) -> Found | ScanProblem | None:
    """Return what a symbolic link stands for: a file, a problem, or None where nobody would expect a seed."""
    try:
        target = os.path.realpath(root + b"/" + to_bytes(path), strict=True)
        status = os.lstat(target)
    except (FileNotFoundError, NotADirectoryError):
        lost = Problem(path=path, message="is a link to a file that does not exist")
        return ScanProblem(problem=lost, gone=True) if wanted else None
    except OSError as error:
        return _refused(path, f"is a link {_broken(error)}") if wanted else None
    if stat.S_ISDIR(status.st_mode):
        return _noticed(path, "is a link to a folder; links to folders are not followed")
    if not wanted:
        return None
    if not target.startswith(root + b"/"):
        return _refused(path, "is a link that leads out of the seeds folder; copy the file instead")
    return found_at(path, status) if stat.S_ISREG(status.st_mode) else _no_file(path, status.st_mode)


def _broken(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "that leads back to itself"
    return f"that cannot be followed: {error.strerror}"


def kind_of(mode: int) -> str:
    """Return what a file of this mode is, with its article: `a named pipe`."""
    return next((name for test, name in _KINDS if test(mode)), "no regular file")


def _no_file(path: str, mode: int) -> ScanProblem:
    return _noticed(path, f"is {kind_of(mode)}, not a file")


def _noticed(path: str, message: str) -> ScanProblem:
    return ScanProblem(problem=Problem(path=path, message=message, severity=Severity.NOTICE))


def _refused(path: str, message: str) -> ScanProblem:
    return ScanProblem(problem=Problem(path=path, message=message))


def _unreadable(path: str, error: OSError) -> ScanProblem:
    return _refused(path, f"cannot be read: {error.strerror}")


def _unlisted(root: bytes, prefix: str, error: OSError) -> ScanProblem:
    what = "folder" if prefix else "seeds folder"
    problem = Problem(path=prefix or to_text(root), message=f"the {what} cannot be read: {error.strerror}")
    return ScanProblem(problem=problem, prefix=prefix)
