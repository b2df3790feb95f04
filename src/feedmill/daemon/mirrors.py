"""Mirrors: the running daemon's, each in its thread; and those of one `build`, which waits for them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedmill
from feedmill.daemon.on_demand import OnDemand
from feedmill.model.artifact import Generation, Published
from feedmill.model.seed import Problem
from feedmill.model.settings import MirrorSettings, Settings
from feedmill.server.media import media_type
from feedmill.server.metrics import Value
from feedmill.server.variant import Freshness
from feedmill.store import Bodies

if TYPE_CHECKING:
    from feedmill.mirror import Edition, Mirror, MirrorThread, Plan

_STOP = 1.0


class Mirrors(OnDemand):
    """Follows the settings: has a thread for each mirror that they name, where this node leads.

    `lead` returns what tells whether the lead that the last pass began under is still ours. What was told
    under a lead is given out under no other: another node may have taken it down in between.
    """

    def __init__(self, bodies: Bodies, lead: Callable[[], Callable[[], bool]]) -> None:
        super().__init__()
        self._bodies = bodies
        self._lead = lead
        self._leads: Callable[[], bool] = lambda: False
        self._begun: list[MirrorThread] = []

    def install(self, generation: Generation) -> None:
        """Have the mirrors hold `generation` from now on."""
        if not self._leads():
            self.close()
            if generation is not self._generation:
                self._leads = self._lead()
        self._generation = generation
        settings = self._settings
        if settings is None or not settings.mirrors or not self._leads():
            return
        if not self._begun:  # only now: a start must not wait for what is needed after it
            self._begun = [_start(settings, mirror, self._leads) for mirror in settings.mirrors]
        edition = edition_of(generation, settings, self._bodies)
        for thread in self._begun:
            thread.install(edition)

    def doubt(self) -> None:
        """Have every mirror look at what is there."""
        for thread in self._threads:
            thread.doubt()

    def close(self) -> None:
        """End; the next start makes up for what is under way."""
        for patience in (0.0, _STOP):  # all are told before any is waited for
            for thread in self._begun:
                thread.stop(patience)
        self._begun = []

    @property
    def _threads(self) -> list[MirrorThread]:
        """Those that keep a mirror: they end with the lead."""
        return self._begun if self._leads() else []

    def _facts(self, settings: Settings) -> tuple[object, ...]:
        server = settings.server
        return settings.mirrors, server.max_age, server.shared_max_age, settings.feeds_dir

    def troubles(self) -> list[str]:
        """Return what keeps mirrors from being as they should be."""
        found = []
        for thread in self._threads:
            state = thread.state
            if state.trouble:
                found.append(f"a mirror is behind: {state.trouble}")
            found += [f"{thread.url}/{path} {_FOREIGN}" for path in state.refused]
        return found

    def followers(self) -> list[dict[str, Any]]:
        """Return the mirrors' part of `followers` in the status."""
        return [thread.status() for thread in self._threads]

    def metrics(self) -> Mapping[str, Value]:
        """Return the numbers under the names of the server's `FAMILIES`."""
        found = [thread.status() for thread in self._threads]
        if not found:
            return {}
        return {
            "feedmill_mirror_lag_seconds": {one["url"]: one["lag"] for one in found},
            "feedmill_mirror_behind": {one["url"]: one["behind"] or 0 for one in found},
            "feedmill_mirror_failing": {one["url"]: one["state"] == "failing" for one in found},
            "feedmill_mirror_puts_total": {one["url"]: one["done"].get("put", 0) for one in found},
        }


def bring_up(
    settings: Settings, generation: Generation, bodies: Bodies, leads: Callable[[], bool]
) -> tuple[dict[str, Any], ...]:
    """Make every mirror hold `generation`, as long as this process `leads`.

    Returns what became of each (all well: `trouble` is None).
    """
    from feedmill.mirror import MirrorError

    edition = edition_of(generation, settings, bodies)
    results = []
    for each in settings.mirrors:
        result: dict[str, Any] = {"url": called(settings, each), "put": 0, "deleted": 0, "unchanged": 0}
        result |= {"refused": [], "fenced": None}
        try:
            mirror = _open(settings, each)
            try:
                result |= _bring_up(mirror, edition, leads)
            finally:
                mirror.close()
        except MirrorError as error:
            result["trouble"] = str(error)
        results.append(result)
    return tuple(results)


def compare(settings: Settings, mirror: MirrorSettings, edition: Edition) -> Plan:
    """Return what a mirror lacks, has in another form, and has too much; nothing is changed.

    Raises:
        MirrorError: it cannot be used.
    """
    opened = _open(settings, mirror, looks=True)
    try:
        return opened.compare(edition)
    finally:
        opened.close()


def _bring_up(mirror: Mirror, edition: Edition, leads: Callable[[], bool]) -> dict[str, Any]:
    outcome = mirror.sync(edition, leads=leads)
    trouble = outcome.trouble
    if outcome.behind and not leads():
        trouble = f"{mirror.place.url}: another process publishes now, and has this mirror from here on"
    elif outcome.overtaken:  # or it was a request of our own, sent twice because its answer was lost
        trouble = f"{trouble}; when that is done, build again" if mirror.compare(edition).behind else ""
    elif outcome.behind and not trouble:
        trouble = f"{mirror.place.url}: {outcome.behind} documents changed on disk meanwhile; build again"
    return {
        "put": outcome.put,
        "deleted": outcome.deleted,
        "unchanged": outcome.unchanged,
        "refused": list(outcome.refused),
        "fenced": mirror.place.fenced,
        "trouble": trouble or None,
    }


def refusals(results: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    """Yield a problem for each path at which a mirror has something foreign."""
    for result in results:
        for path in result["refused"]:
            yield Problem(path="", message=f"{result['url']}/{path} {_FOREIGN}")


def edition_of(generation: Generation, settings: Settings, bodies: Bodies) -> Edition:
    """Return what the mirrors have to know of a generation."""
    from feedmill.mirror import Description, Edition

    documents, withdrawn = generation.documents, generation.suspended
    if withdrawn:
        documents = {path: record for path, record in documents.items() if path not in withdrawn}
    server = settings.server
    fresh = Freshness(
        max_age=int(server.max_age.total_seconds()), shared_max_age=int(server.shared_max_age.total_seconds())
    ).cache_control(None)

    def describe(record: Published) -> Description:
        turn = _turn(record.form, documents)
        return Description(media_type(record.form), fresh, turn, listing=turn >= _LISTING)

    return Edition(
        serial=generation.serial,
        documents=documents,
        withdrawn=withdrawn,
        body=bodies,
        describe=describe,
    )


_BASE, _FEED, _PAGE, _LISTING, _LISTING_PAGE = range(5)
"""The turns: what is named goes first. Archives and what pages are dressed with are named by feeds and pages,
a feed by its page, all of them by the listings, and those by `index.html`."""

_DRESS = ("css", "ico", "png")


def _turn(path: str, documents: Container[str]) -> int:
    stem, _, suffix = path.rpartition(".")
    folder, _, _ = stem.rpartition("/")
    if suffix in _DRESS or f"{folder}.{suffix}" in documents:
        return _BASE
    if not folder and stem != "all":
        return _LISTING_PAGE if suffix == "html" else _LISTING
    return _PAGE if suffix == "html" else _FEED


def called(settings: Settings, mirror: MirrorSettings) -> str:
    """Return what tells a mirror from the others: its address, with the service where two have one bucket."""
    alone = sum(each.url == mirror.url for each in settings.mirrors) == 1
    return mirror.url if alone else f"{mirror.url} at {mirror.endpoint or 'the usual service'}"


def _start(settings: Settings, mirror: MirrorSettings, leads: Callable[[], bool]) -> MirrorThread:
    from feedmill.mirror import MirrorThread

    return MirrorThread(called(settings, mirror), lambda: _open(settings, mirror), leads)


def _open(settings: Settings, mirror: MirrorSettings, *, looks: bool = False) -> Mirror:
    """Open a mirror; what it remembers lies in the state folder, which may be deleted.

    Where it only `looks`, no memory is made.
    """
    from feedmill.mirror import Memory, Mirror, open_place

    place = open_place(mirror, f"feedmill/{feedmill.__version__}", settings.site.id)
    file = _memory_of(settings, mirror)
    where = f"{mirror.url} at {mirror.endpoint}" if mirror.endpoint else mirror.url
    return Mirror(place, Memory(None if looks and not file.exists() else file, where))


def abandoned_mirrors(settings: Settings) -> Iterator[tuple[Path, str, int]]:
    """Yield the memories of mirrors that are in the settings no more.

    Each with where that mirror is ("" where its memory does not tell), and how many documents it has there.
    """
    kept = {_memory_of(settings, mirror) for mirror in settings.mirrors}
    for file in sorted(set(settings.state_dir.glob("mirror-*.db")) - kept):
        from feedmill.mirror.memory import remembered  # on use: few have one

        where, documents = remembered(file)
        if documents:
            yield file, where, documents


def _memory_of(settings: Settings, mirror: MirrorSettings) -> Path:
    name = hashlib.blake2b(f"{mirror.endpoint} {mirror.url}".encode(), digest_size=8).hexdigest()
    return settings.state_dir / f"mirror-{name}.db"


_FOREIGN = "was not made by this mill and stays as it is; move it away"
