"""Parts of the seeds folder: which of them are, by stat, what they were.

A part is a run of names at the top of the folder with all that is below them, twenty thousand files or more.
Of several parts processes of our own look at each: two cores look at a million files in half the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, groupby, islice, tee
from typing import TYPE_CHECKING, NamedTuple

from feedmill.model.settings import ScanSettings
from feedmill.seeds import Found, Work, processes, run_beside, scan, to_bytes, to_text

if TYPE_CHECKING:
    from feedmill.pipeline.one_pass import Pass

_MANY = 50_000
"""Files from which on it is worth it to look beforehand which parts a walk can pass over."""

_FILES = 20_000
"""How many files a part has at least, but for the last."""

_SECONDS = 600.0
"""Of processor time for a part."""

_SAMPLE = ("", b"")
"""Nothing to look at."""

Stat = tuple[bytes, int, int, int, int]
"""Path, size in bytes, mtime and ctime in nanoseconds (negative: to be read again), inode."""

Span = tuple[bytes, bytes | None]
"""The paths from the first up to the second (None: all that follow), both at the top of the folder."""
EVERYTHING: Span = (b"", None)


class Part(NamedTuple):
    """A span of paths. `digest`: of their stats, "" where one is to be read again whatever its stat says."""

    start: bytes
    end: bytes | None
    digest: str


def parts(stats: Iterable[Stat]) -> Iterator[Part]:
    """Yield the parts of a folder whose files have these stats, in order of path."""
    start = b""
    some: list[Stat] = []
    for top, group in groupby(stats, key=_top):
        if len(some) >= _FILES:
            yield Part(start, top, _digest(some))
            start, some = top, []
        some += group
    yield Part(start, None, _digest(some))


def are_as_known(scanning: ScanSettings, known: Iterable[Part], count: int) -> Iterator[bool]:
    """Yield for each part whether its files are what they were; of several, `count` processes look."""
    known = iter(known)
    first = list(islice(known, 2))
    work = Work(run=partial(_is_as_known, scanning), given_up=_is_in_doubt, sample=_SAMPLE, seconds=_SECONDS)
    items = (
        (to_text(part.start), b"\0".join((part.digest.encode(), part.end or b"")))
        for part in chain(first, known)
    )
    if count > 1 and len(first) > 1:
        yield from run_beside(([item] for item in items), work, count, ahead=2)
    else:
        yield from (work.run(*item) for item in items)


def doubtful(run: Pass, hints: Iterable[str]) -> list[Span]:
    """Return the spans that have to be walked: of many files, those not surely as the catalog knows them.

    Where there is a path of `hints`, nothing is sure.
    """
    files, count = run.catalog.files, processes(run.settings.workers)
    if count < 2 or files.next_id() < _MANY:
        return [EVERYTHING]
    again = [to_bytes(path) for path in hints]
    known, asked = tee(parts(files.stats()))
    found: list[Span] = []
    answers = are_as_known(run.settings.scan, known, count)
    for number, ((start, end, _), same) in enumerate(zip(asked, answers, strict=True)):
        run.progress("scan", number * _FILES, None)
        if same and not any(start <= path and (end is None or path < end) for path in again):
            continue
        if found and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end))
    return found


def _is_as_known(scanning: ScanSettings, start: str, rest: bytes) -> bool:
    digest, _, end = rest.partition(b"\0")
    if not digest:  # to be read again; and so is a file from before 1970, which has no digest either
        return False
    stats: list[Stat] = []
    for item in scan(scanning, start=to_bytes(start), end=end or None):
        if not isinstance(item, Found):
            return False
        stats.append((to_bytes(item.path), item.size, item.mtime_ns, item.ctime_ns, item.inode))
    return digest.decode() == _digest(stats)


def _is_in_doubt(start: str, why: str) -> bool:
    return False


def _top(stat: Stat) -> bytes:
    """Return the first name of a path, that of a folder with its `/`."""
    name, slash, _ = stat[0].partition(b"/")
    return name + slash


def _digest(stats: Iterable[Stat]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for stat in stats:
        if stat[2] < 0:
            return ""
        digest.update(b"%b\0%d %d %d %d\n" % stat)
    return digest.hexdigest()
