"""A mirror in a thread of its own: told of each edition, it makes up the difference; no pass waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from feedmill.mirror.edition import Edition
from feedmill.mirror.mirror import Mirror, Outcome
from feedmill.mirror.place import MirrorError

_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds until the next try, after so many failures in a row."""

_SETTLED = 60.0
"""Seconds after the start until what is there is looked at once more: requests of who wrote before, which
end by then (`bucket._RETRIES`, its timeouts), may have arrived after ours."""

_SOON = 0.1
"""Seconds until the next try where a newer edition must be coming: what this one names is there no more."""

logger = logging.getLogger("feedmill")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a mirror has reached; whoever looks sees it whole.

    `serial` and `documents` are those of the last edition that it holds, `behind` how many documents it
    lacks of the newest, `since` since when (monotonic seconds) it lacks any.
    """

    serial: int | None = None
    documents: int = 0
    behind: int | None = None
    since: float | None = None
    refused: tuple[str, ...] = ()
    trouble: str = ""


class MirrorThread:
    """Starts with its first edition; everything may be called from any thread.

    `open_mirror` is called in the thread, again after it failed. Before all that changes something `leads`
    is asked; it ends for good when that says no.
    """

    def __init__(
        self,
        url: str,
        open_mirror: Callable[[], Mirror],
        leads: Callable[[], bool],
        settled: float = _SETTLED,
    ) -> None:
        self.url = url
        self.state = State()
        self._open = open_mirror
        self._leads = leads
        self._settled = settled
        self._mirror: Mirror | None = None
        self._edition: Edition | None = None
        self._installed = 0.0
        self._wake = threading.Condition()
        self._doubted = False
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="feedmill-mirror", daemon=True)

    def install(self, edition: Edition) -> None:
        """Have the place hold this edition from now on."""
        with self._wake:
            first, self._edition = self._edition is None, edition
            self._installed = time.monotonic()
            if self.state.since is None:
                self.state = replace(self.state, since=self._installed)
            self._wake.notify()
        if first:
            self._thread.start()

    def doubt(self) -> None:
        """Look at what is there, whatever is remembered."""
        with self._wake:
            self._doubted = True
            self._wake.notify()

    def stop(self, timeout: float) -> None:
        """End; the next start makes up for what is under way."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def status(self) -> dict[str, Any]:
        """Return what there is to know of the mirror, no secret."""
        state, mirror = self.state, self._mirror
        if state.trouble:
            word = "failing"
        else:
            word = "current" if state.since is None and state.serial is not None else "behind"
        return {
            "url": self.url,
            "state": word,
            "serial": state.serial,
            "lag": round(time.monotonic() - state.since, 3) if state.since is not None else 0.0,
            "documents": state.documents,
            "behind": state.behind,
            "refused": list(state.refused),
            "fenced": mirror.place.fenced if mirror is not None else None,
            "done": dict(mirror.counts) if mirror is not None else {},
            "trouble": state.trouble or None,
        }

    # In the thread

    def _run(self) -> None:
        try:
            self._follow()
        except Exception:
            self._tell_trouble("the mirror ended, see the log")
            logger.exception("a mirror ended: this is feedmill's fault, please report it")
        finally:
            if self._mirror is not None:
                self._mirror.close()

    def _follow(self) -> None:
        tried: Edition | None = None
        failed = 0
        wait: float | None = None
        settled: float | None = time.monotonic() + self._settled
        while True:
            with self._wake:
                while not (self._ending or self._doubted or self._edition is not tried):
                    if not self._wake.wait(_patience(wait, settled)):
                        break
                if self._ending or self._edition is None or not self._leads():
                    return
                if settled is not None and time.monotonic() >= settled:
                    self._doubted, settled = True, None
                tried, doubted, self._doubted = self._edition, self._doubted, False
            try:
                outcome = self._round(tried, doubted)
            except MirrorError as error:
                self._tell_trouble(str(error))
                trouble = True
            else:
                self._tell(tried, outcome)
                trouble = bool(outcome.trouble)
            failed = failed + 1 if trouble else 0
            wait = _WAITS[min(failed, len(_WAITS)) - 1] if trouble else _SOON if self.state.behind else None

    def _round(self, edition: Edition, doubted: bool) -> Outcome:
        if self._mirror is None:
            self._mirror = self._open()
        if doubted:
            self._mirror.doubt()
        return self._mirror.sync(
            edition,
            newer=lambda: self._edition is not edition,
            leads=lambda: not self._ending and self._leads(),
        )

    def _tell(self, edition: Edition, outcome: Outcome) -> None:
        if outcome.trouble:
            self._tell_trouble(outcome.trouble)
        elif self.state.trouble:
            logger.info("a mirror works again", extra={"facts": {"mirror": self.url}})
        with self._wake:
            whole = not outcome.behind
            since = self._installed if self._edition is not edition else None
            self.state = State(
                serial=edition.serial if whole else self.state.serial,
                documents=len(edition.documents) if whole else self.state.documents,
                behind=outcome.behind,
                since=since if whole else self.state.since,
                refused=outcome.refused,
                trouble=outcome.trouble,
            )

    def _tell_trouble(self, why: str) -> None:
        if not self.state.trouble:
            logger.warning("a mirror is behind", extra={"facts": {"mirror": self.url, "why": why}})
        with self._wake:
            self.state = replace(self.state, trouble=why)


def _patience(wait: float | None, settled: float | None) -> float | None:
    """Return for how many seconds nothing is to be done: until the next try, or (monotonic) `settled`."""
    left = [each for each in (wait, settled and max(0.0, settled - time.monotonic())) if each is not None]
    return min(left, default=None)
