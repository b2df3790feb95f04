"""What the running daemon answers: to the command line, to the operator's page and to the desk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import feedmill
from feedmill.daemon import status
from feedmill.daemon.condition import Condition
from feedmill.daemon.config_file import ConfigFile
from feedmill.daemon.control import Send
from feedmill.daemon.followers import Followers
from feedmill.daemon.inbox import Inbox
from feedmill.daemon.listeners import Listeners
from feedmill.daemon.pass_runner import PassRunner
from feedmill.daemon.past_passes import PastPasses
from feedmill.daemon.push import Push
from feedmill.daemon.schedule import Scheduler
from feedmill.daemon.watch import Watcher
from feedmill.errors import FeedmillError, StoreError
from feedmill.model.instant import rfc3339
from feedmill.model.settings import Settings
from feedmill.pipeline import PassReport
from feedmill.server.metrics import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Asks the parts of the daemon, from any thread; what is to be done goes into the inbox."""

    condition: Condition
    config: ConfigFile
    inbox: Inbox
    runner: PassRunner
    watcher: Watcher
    scheduler: Scheduler
    listeners: Listeners
    push: Push
    followers: Followers

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.config.settings

    @property
    def past(self) -> PastPasses:
        """What the passes came to."""
        return self.condition.past

    @property
    def state(self) -> str:
        """What the daemon is doing, or what is wrong with it."""
        return self.condition.state

    def status(self) -> dict[str, Any]:
        """Return what `status --json` prints."""
        condition, last = self.condition, self.past.last
        troubles = [
            *condition.troubles.values(),
            *self.runner.troubles(),
            *self.watcher.troubles(),
            *self.followers.troubles(),
        ]
        return {
            "daemon": {
                "state": condition.state,
                "pid": os.getpid(),
                "since": rfc3339(condition.since),
                "uptime": round(condition.uptime, 1),
                "version": feedmill.__version__,
                "watching": self.watcher.describe(),
                "listening": self.listeners.addresses(),
            },
            "last_pass": status.pass_json(last) if last else None,
            "next": status.next_json(self.scheduler.planned()),
            "counts": status.counts_json(last) if last else {},
            "scheduled": condition.scheduled,
            "followers": self.followers.status(),
            "store": self.runner.store_status(),
            "problems": status.problems_json(last.problems if last else (), troubles),
        }

    def facts(self) -> dict[str, Any]:
        """Return what the log says of a daemon that is ready."""
        next_change = self.runner.next_change
        return {
            "watching": self.watcher.describe(),
            **self.listeners.addresses(),
            "next_change": rfc3339(next_change) if next_change else None,
        }

    def spread(self) -> Mapping[str, Value]:
        """Return what the hub and the mirrors counted."""
        return self.followers.metrics()

    def rebuild(self, *, full: bool, force: bool) -> Future[PassReport]:
        """Ask for a pass, for the operator's page."""
        return self.inbox.ask("admin", full=full, force=force)

    def look(self, paths: Iterable[str]) -> Future[PassReport]:
        """Ask for a pass over these files, for the desk."""
        return self.inbox.look(paths, "desk")

    def burst(self) -> AbstractContextManager[None]:
        """Announce that several files are being written, for the desk."""
        return self.inbox.burst()

    def control(self, request: dict[str, Any], send: Send) -> Any:
        """Answer the command line (`control.Handler`).

        Raises:
            ValueError: there is no such command.
            StoreError: it failed.
        """
        command = request.get("command")
        force = bool(request.get("force"))
        if (command == "prune" or (command == "rebuild" and force)) and not self.runner.leads:
            raise StoreError("this node stands by: ask the one that leads (feedmill status)")
        if command == "status":
            return self.status()
        if command == "rebuild":
            return self._wait(self.inbox.ask("rebuild", full=bool(request.get("full")), force=force), send)
        if command == "subscribers":
            return {"subscribers": self.push.subscribers()}
        if command == "prune":
            return self._wait(self.inbox.ask("prune", prune=True), send)
        raise ValueError(f"unknown command {command!r}")

    def _wait(self, ticket: Future[PassReport], send: Send) -> dict[str, Any]:
        condition = self.condition
        shown: tuple[str, int, int | None] | None = None
        while True:
            try:
                return ticket.result(timeout=0.2).to_json()
            except FutureTimeout:
                if condition.progress != shown and condition.doing != "ready":
                    shown = stage, done, total = condition.progress
                    send({"progress": {"stage": stage, "done": done, "total": total}})
            except CancelledError:
                raise StoreError("the daemon is stopping") from None
            except FeedmillError as error:
                raise StoreError(str(error)) from error
