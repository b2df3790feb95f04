"""Reading: one seed file's bytes, whole, bounded, and from inside the seeds folder."""

from __future__ import annotations

import errno
import os
import stat

from feedmill.errors import SeedError
from feedmill.model.settings import ScanSettings
from feedmill.seeds.scan import Found, found_at, kind_of, to_bytes

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_ATTEMPTS = 2


def read(settings: ScanSettings, path: str, max_bytes: int) -> tuple[bytes, Found]:
    """Return the bytes of the seed at the relative `path`, and the stat that goes with them.

    At most `max_bytes` are read. A pipe never blocks. The file must really lie in the seeds folder, whatever
    a link on the way leads to by now. Bytes and stat belong together: a file that changes meanwhile is read
    once more.

    Raises:
        FileNotFoundError: it has vanished.
        SeedError: it cannot be read, is no regular file, is too large, lies outside, or is being written.
    """
    root = os.fsencode(settings.dir)
    full = root + b"/" + to_bytes(path)
    for _ in range(_ATTEMPTS):
        fd = _open(full, path)
        try:
            before = _status(fd, path, max_bytes)
            data = _read(fd, before.st_size)
            after = os.fstat(fd)
            if _same(before, after) and len(data) == after.st_size:
                _check_place(fd, root, path)
                return data, found_at(path, after)
        except OSError as error:
            raise SeedError(path, f"cannot be read: {error.strerror}") from error
        finally:
            os.close(fd)
    raise SeedError(path, "is being written just now; it will be read again")


def read_head(settings: ScanSettings, path: str, size: int) -> bytes:
    """Return the first `size` bytes of a file, whatever its size; b"" where it cannot be read.

    What `read` refuses may still say that it is to be taken down.
    """
    root = os.fsencode(settings.dir)
    try:
        fd = _open(root + b"/" + to_bytes(path), path)
    except (SeedError, FileNotFoundError):
        return b""
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return b""
        _check_place(fd, root, path)
        parts = []
        while size > 0 and (part := os.read(fd, min(size, 1 << 20))):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
    except (SeedError, OSError):
        return b""
    finally:
        os.close(fd)


def _open(full: bytes, path: str) -> int:
    try:
        return os.open(full, _FLAGS)
    except NotADirectoryError as error:
        raise FileNotFoundError(error.errno, error.strerror, path) from error
    except FileNotFoundError as error:
        if os.path.islink(full):  # noqa: PTH114 - bytes
            raise SeedError(path, "is a link to a file that does not exist") from error
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise SeedError(path, "is a link that leads back to itself") from error
        if error.errno == errno.ENXIO:
            raise SeedError(path, "is a socket, not a file") from error
        raise SeedError(path, f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise SeedError(path, "is no file name") from error


def _status(fd: int, path: str, max_bytes: int) -> os.stat_result:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise SeedError(path, f"is {kind_of(status.st_mode)}, not a file")
    if status.st_size > max_bytes:
        raise _too_large(path, max_bytes)
    return status


def _read(fd: int, size: int) -> bytes:
    """Return the file's bytes, one more than `size` at most: who gets that many sees that it has grown."""
    data = os.read(fd, size + 1)
    while len(data) < size and (more := os.read(fd, size + 1 - len(data))):
        data += more
    return data


def _too_large(path: str, max_bytes: int) -> SeedError:
    unit = next((unit for unit in (1 << 20, 1 << 10) if not max_bytes % unit), 1)
    name = {1 << 20: "MiB", 1 << 10: "KiB", 1: "bytes"}[unit]
    return SeedError(path, f"is larger than {max_bytes // unit:,} {name} (seeds.max_bytes)")


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )


def _check_place(fd: int, root: bytes, path: str) -> None:
    """Refuse a file that does not lie in the seeds folder, or that a link to a folder leads to."""
    wanted = to_bytes(path)
    place = _place(fd, root + b"/" + wanted)
    if place == root + b"/" + wanted:
        return
    root = os.path.realpath(root)
    if not place.startswith(root + b"/"):
        raise SeedError(path, "is a link that leads out of the seeds folder; copy the file instead")
    folder, _ = os.path.split(root + b"/" + wanted)
    if os.path.realpath(folder) != folder:
        raise SeedError(path, "lies behind a link to a folder; links to folders are not followed")


def _place(fd: int, full: bytes) -> bytes:
    """Return where an open file really is: the kernel knows, elsewhere its path is resolved again."""
    try:
        place = os.readlink(b"/proc/self/fd/%d" % fd)  # noqa: PTH115 - bytes
    except OSError:
        return os.path.realpath(full)
    return place.removesuffix(b" (deleted)") if os.fstat(fd).st_nlink == 0 else place
