"""Finding seeds by what people call them: an address, a title, an id; and what withheld ones are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from feedmill.errors import SeedError
from feedmill.model.fields import fold, in_drafts
from feedmill.model.seed import EntryId, Reason, Record, Seed
from feedmill.model.settings import Settings
from feedmill.model.state import ELIGIBLE
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.one_pass import Pass, Progress
from feedmill.pipeline.report import printable
from feedmill.seeds import decoding, read, run_all, to_text
from feedmill.seeds.decode import decode
from feedmill.seeds.field_keys import BOOLEANS, keys_for
from feedmill.seeds.flags import withholding_default
from feedmill.seeds.frontmatter import split
from feedmill.seeds.locate import defaults_of
from feedmill.seeds.takedown import takedown_lines
from feedmill.seeds.text import plain

_STATUS = frozenset({"status", "poststatus"})


def find_seeds(run: Pass, name: str) -> list[str]:
    """Return the paths of the seeds with that address or id, else with that title, else with it in theirs.

    Those that withhold themselves, of which a pass reads nothing, are read only where no other fits.
    """
    blobs = {to_text(path): blob for page in run.catalog.files.all_seeds() for _, path, blob in page}
    states = run.catalog.states.with_state([ELIGIBLE, *(reason.value for reason in Reason)])
    paths = [to_text(state.path) for state in states]
    known = [(path, decode_seed(blobs.get(path) or run.store.last_good(path))) for path in paths]
    found = _fitting([(path, seed) for path, seed in known if seed is not None], name)
    hidden = [path for path, seed in known if seed is None]
    return found or _fitting(list(read_all_withheld(run.settings, hidden, run.progress)), name)


def _fitting(seeds: Sequence[tuple[str, Seed]], name: str) -> list[str]:
    """Return the paths of those that fit best."""
    address, title = _folded_address(name), _folded(name)
    tests: tuple[Callable[[Seed], bool], ...] = (
        lambda seed: name == seed.id or (bool(seed.link) and _folded_address(seed.link) == address),
        lambda seed: _folded(seed.title) == title,
        lambda seed: title in _folded(seed.title),
    )
    found = ([path for path, seed in seeds if fits(seed)] for fits in tests)
    return next((sorted(paths) for paths in found if paths), [])


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _folded_address(text: str) -> str:
    """Return an address without what people leave out when they copy one."""
    return text.casefold().removeprefix("https://").removeprefix("http://").partition("#")[0].rstrip("/")


def read_all_withheld(
    settings: Settings, paths: Iterable[str], progress: Progress
) -> Iterator[tuple[str, Seed]]:
    """Yield (path, seed) of seeds that withhold themselves, as they would be without that word.

    Of those that cannot be read even so, the title alone, where a line has it.
    """
    labels = {printable(path): path for path in paths}
    for done, record in enumerate(decode_drafts(settings, labels.values()), 1):
        progress("decode", done, len(labels))
        path = labels[record.path]
        if (seed := record.seed or _by_title(settings, path)) is not None:
            yield path, seed


def decode_drafts(settings: Settings, paths: Iterable[str]) -> Iterator[Record]:
    """Yield what files are, content and all, whatever their flags say, but those that cannot be read."""
    work = decoding(replace(settings.decode, drafts=True))
    yield from run_all(contents(settings, paths), work, workers=settings.workers)


def _by_title(settings: Settings, path: str) -> Seed | None:
    """Return as much of a seed that cannot be read as a person calls it by."""
    names = {fold(name) for name in keys_for(settings.decode).of["title"]}
    for _, data in contents(settings, [path]):
        front = split(data.decode("utf-8-sig", errors="replace"), headers=settings.decode.headers)
        for line in front.header.splitlines() if front is not None else ():
            name, _, value = line.partition("=" if front is not None and front.syntax == "toml" else ":")
            title = plain(value.strip().rstrip(",").strip("\"'"), fix_encoding=settings.decode.fix_encoding)
            if fold(name) in names and title:
                return Seed(path=path, id=EntryId(""), title=title, link="")
    return None


def contents(settings: Settings, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the path, as it is told, and the bytes of each file that can be read."""
    for path in paths:
        try:
            yield printable(path), read(settings.scan, path, settings.decode.max_bytes)[0]
        except (SeedError, FileNotFoundError):
            continue


def read_withheld(settings: Settings, path: str) -> tuple[Seed | None, str]:
    """Return a seed that withholds itself, of which a pass reads nothing else, and its word for it.

    The word is as it stands there, in quotes: `'draft: true'`; "" where no line says it.
    """
    label, data = next(contents(settings, [path]), ("", None))
    if data is None:
        return None, ""
    record = decode(label, data, settings.decode, thorough=True)
    reason = record.seed.withheld if record.seed is not None else record.reason
    return record.seed, _word(settings, path, data, reason)


def _word(settings: Settings, path: str, data: bytes, reason: Reason | None) -> str:
    keys = keys_for(settings.decode)
    front = split(data.decode("utf-8-sig", errors="replace"), headers=settings.decode.headers)
    for name, text in takedown_lines(front.header, keys) if front is not None else ():
        removes = name in ("removed", "deleted")
        value = BOOLEANS.get(re.split("[:=]", text, maxsplit=1)[-1].strip(" \t,\"'"))
        withholds = value is not (name in keys.vouching)
        if removes is (reason is Reason.REMOVED) and withholds and name in keys.flag_names | _STATUS:
            return f"'{' '.join(printable(text).split())[:60]}'"
    if in_drafts(path):
        return "by its folder that it is a draft"
    default = withholding_default(defaults_of(settings.decode, path))
    return f"nothing of it, and seeds.rules say '{default}'" if default else ""
