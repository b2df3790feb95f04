"""The service: one process that watches, keeps time, obeys and serves, for months.

The main thread runs the passes, one at a time, and beats once a second; all other threads (watcher,
scheduler, control socket, HTTP) only put something into the inbox or read what the last pass left.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from feedmill.config.extras import require
from feedmill.daemon import status
from feedmill.daemon.admin_view import Totals
from feedmill.daemon.backoff import Backoff
from feedmill.daemon.config_file import stamps
from feedmill.daemon.control import ControlServer, Send, socket_path
from feedmill.daemon.followers import Followers
from feedmill.daemon.inbox import Inbox, Work
from feedmill.daemon.listeners import Listeners
from feedmill.daemon.log import LOGGER, set_up_logging
from feedmill.daemon.mirrors import Mirrors
from feedmill.daemon.pass_log import PassLog
from feedmill.daemon.pass_runner import PassRunner
from feedmill.daemon.past_passes import PastPasses
from feedmill.daemon.push import Push
from feedmill.daemon.schedule import Scheduler
from feedmill.daemon.sd_notify import Notifier
from feedmill.daemon.signals import Signals, end_at_the_latest
from feedmill.daemon.teller import Teller
from feedmill.daemon.traces import Traces
from feedmill.daemon.watch import Watcher
from feedmill.errors import ConfigError, FeedmillError, PassAbandoned, StoreError
from feedmill.model.artifact import Generation
from feedmill.model.instant import Instant, rfc3339
from feedmill.model.settings import Settings
from feedmill.pipeline import PassReport
from feedmill.server.metrics import Value

HEARTBEAT = 1.0
"""Seconds between two looks at the clock, the watcher, the config file."""

GRACE = 4.5
"""Seconds after which a stop no longer waits for anybody."""

_JUMP = timedelta(seconds=2)
"""How far wall clock and monotonic clock may drift apart between two beats: more is a jump or a sleep."""

logger = logging.getLogger(LOGGER)


class Service:
    """The daemon. `run` returns its exit code when it was told to stop.

    `load` gives the settings and is called again to reload them; `clock` is the wall clock. `teller` tells
    a person at a terminal what the log tells otherwise; `on_ready` is told once where everything listens.
    """

    def __init__(
        self,
        load: Callable[[], Settings],
        *,
        clock: Callable[[], Instant],
        teller: Teller | None = None,
        on_ready: Callable[[Settings, Mapping[str, str]], None] | None = None,
    ) -> None:
        self._load = load
        self._clock = clock
        self._notifier = Notifier()
        self._stopping: str | None = None
        self._exit = 0
        self._reload = False
        self._started = False
        self._decided = False
        self._state = "starting"
        self._since, self._born = clock(), time.monotonic()
        self._progress: tuple[str, int, int | None] = ("", 0, None)
        self._past = PastPasses()
        self._scheduled: list[dict[str, Any]] = []
        self._troubles: dict[str, str] = {}
        self._backoff = Backoff()
        self._saving = Backoff()
        self._pass_log = PassLog()
        self._teller = teller
        self._on_ready = on_ready

    # Life

    def run(self) -> int:
        """Start, serve until told to stop, and return the exit code.

        Raises:
            ConfigError: at the start; later a wrong config is told and the old one kept.
            StoreError: at the start: a lock, a port, a folder cannot be had.
        """
        self._settings = settings = self._load()
        require(settings)
        set_up_logging(settings.log)
        for warning in settings.warnings if self._teller is None else ():
            logger.warning(warning)
        self._config_stamp = stamps(settings)
        self._inbox = Inbox(settings.watch.settle, settings.watch.max_wait)
        self._pass_runner = PassRunner(
            settings,
            clock=self._clock,
            progress=self._on_progress,
            decided=self._on_decided,
            told=self._on_generation,
            turned=lambda: self._ask("lead"),
        )
        self._watcher = self._new_watcher(settings)
        self._scheduler = Scheduler(
            settings.schedule,
            rebuild=lambda: self._ask("schedule"),
            next_change=self._inbox.wake,  # the beat looks at the clock itself
            housekeeping=lambda: self._ask("housekeeping"),
        )
        self._push = Push(self._clock, self._pass_runner.body, lambda: self._pass_runner.leads)
        self._traces = Traces(os.environ)
        self._listeners = Listeners(self, self._clock, self._push, self._pass_runner.body)
        self._mirrors = Mirrors(self._pass_runner.body, lambda: self._pass_runner.leads)
        self._followers = Followers(
            self._listeners, self._push, self._mirrors, alone=self._pass_runner.node is None
        )
        self._control = ControlServer(socket_path(settings.state_dir), self._on_control)
        with ExitStack() as stack:
            stack.enter_context(self._signals())
            stack.callback(self._traces.close)
            stack.callback(self._pass_runner.close)
            self._pass_runner.lock()
            stack.callback(self._listeners.close)
            self._listeners.open(settings)
            stack.callback(self._push.close)
            stack.callback(self._mirrors.close)
            self._followers.configure(settings)
            stack.callback(self._control.stop)
            self._control.start()
            self._pass_runner.start()
            stack.callback(lambda: self._watcher.stop())
            if settings.schedule.on_change:
                self._watcher.start()
            stack.callback(self._scheduler.stop)
            self._scheduler.start()
            stack.callback(self._inbox.close)
            stack.callback(self._wind_down)
            self._loop()
        logger.info("stopped", extra={"facts": {"why": self._stopping}})
        return self._exit

    def _new_watcher(self, settings: Settings) -> Watcher:
        return Watcher(
            settings.scan, settings.watch, hint=self._inbox.hint, lost=self._on_lost, wake=self._inbox.wake
        )

    def _ask(self, trigger: str) -> None:
        self._inbox.ask(trigger)

    def _wind_down(self) -> None:
        self._state = "stopped"
        self._notifier.stopping()

    def _signals(self) -> Signals:
        return Signals(
            {
                signal.SIGTERM: lambda: self._stop(signal.SIGTERM),
                signal.SIGINT: lambda: self._stop(signal.SIGINT),
                signal.SIGHUP: self._on_reload,
                signal.SIGUSR1: lambda: self._ask("SIGUSR1"),
            }
        )

    def _stop(self, number: signal.Signals) -> None:
        if self._stopping is not None:
            if number == signal.SIGINT:
                os._exit(130)  # twice Ctrl-C: at once; the next start mends whatever is half done
            return
        self._exit = 130 if number == signal.SIGINT else 0
        self._stopping = number.name
        end_at_the_latest(GRACE, self._exit)
        self._inbox.wake()

    def _on_reload(self) -> None:
        self._reload = True
        self._inbox.wake()

    def _on_decided(self) -> None:
        """Serve what the last run left, less what was taken down meanwhile, while the first pass prints."""
        generation = self._pass_runner.generation()
        if not self._decided and generation is not None and generation.documents:
            self._listeners.install(generation, ready=False)
        self._decided = True

    def _on_generation(self, generation: Generation) -> None:
        """Serve what another node published; what it withheld is out of it. From the node's thread."""
        if generation.serial and self._followers.is_newer(generation):
            self._decided = True
            self._listeners.install(generation)
            self._inbox.nudge("generation")

    def _loop(self) -> None:
        self._ask("start")
        wall, steady = self._clock(), time.monotonic()
        while not self._told_to_stop():
            work = self._inbox.take(self._patience())
            if self._told_to_stop():
                return
            now, tick = self._clock(), time.monotonic()
            drift = (now - wall) - timedelta(seconds=tick - steady)
            wall, steady = now, tick
            self._beat(now, jumped=abs(drift) > _JUMP)
            if work is not None:
                self._pass(work)

    def _told_to_stop(self) -> bool:
        return self._stopping is not None

    def _patience(self) -> float:
        """Return for how many seconds nothing needs to be looked at, unless somebody wakes us."""
        at = self._pass_runner.next_change
        if at is None:
            return HEARTBEAT
        return min(HEARTBEAT, max(0.0, (at - self._clock()).total_seconds()))

    def _beat(self, now: Instant, *, jumped: bool) -> None:
        """Once a second, and before every pass: see what nobody tells."""
        self._notifier.ping()
        if jumped:
            logger.info("the clock was set, or the machine slept: looking at everything")
            self._scheduler.configure(self._settings.schedule)
            self._ask("clock")
        next_change = self._pass_runner.next_change
        if next_change is not None and next_change <= now and not self._backoff.waiting:
            self._inbox.nudge("time")
        self._watcher.check()
        if self._reload or stamps(self._settings) != self._config_stamp:
            self._reload = False
            self._reload_config()
        if self._backoff.due():
            self._ask("retry")
        elif self._saving.due():
            self._pass_runner.reset()
            self._ask("state folder")
        elif not self._backoff.waiting and self._pass_runner.disturbed:
            self._ask("folders replaced")
        self._stand()

    def _stand(self) -> None:
        """Put up again what was taken away under us: listeners, control socket, token."""
        try:
            self._control.restore()
            self._listeners.restore(self._settings)
        except StoreError as error:
            if "http" not in self._troubles:
                logger.warning("listening again failed", extra={"facts": {"why": str(error)}})
            self._troubles["http"] = str(error)
        else:
            self._troubles.pop("http", None)

    def _pass(self, work: Work) -> None:
        self._state = "starting" if not self._started else self._idle_state("building")
        self._traces.begin()
        waiting = [ticket for ticket in work.tickets if ticket.set_running_or_notify_cancel()]
        try:
            report = self._pass_runner.run(work.request)
            if work.request.full:
                self._mirrors.doubt()
            self._on_report(report, work.request.paths)
        except PassAbandoned:
            for ticket in waiting:
                ticket.set_exception(StoreError("the daemon is stopping"))
            return
        except FeedmillError as error:
            self._on_failure(error, work, waiting)
        except Exception as error:
            logger.exception("a pass went wrong: this is feedmill's fault, please report it")
            self._on_failure(StoreError(f"the pass failed, see the log: {error!r}"), work, waiting)
        else:
            for ticket in waiting:
                ticket.set_result(report)
        self._state = self._idle_state("ready")
        if not self._started:
            self._started = True
            self._notifier.ready(self._summary())
            if self._teller is not None:
                self._teller.ready(self.status(), self.last_report())
            else:
                logger.info("ready", extra={"facts": self._facts()})
            if self._on_ready is not None:
                self._on_ready(self._settings, self._listeners.addresses())
            self._listeners.warm()
            self._warm()
        self._notifier.status(self._summary())
        self._listeners.tell()

    def _warm(self) -> None:
        """Get ready for the first change, now that nobody waits."""
        try:
            self._pass_runner.warm()
        except FeedmillError as error:  # the next pass that prints says so too, and what to do
            logger.warning("not ready for the first change", extra={"facts": {"why": str(error)}})

    def _idle_state(self, leading: str) -> str:
        return leading if self._pass_runner.leads else "standby"

    def _on_failure(self, error: FeedmillError, work: Work, waiting: list[Future[PassReport]]) -> None:
        """Keep serving what is published, and try again a little later each time.

        What the pass was for is not lost: the next one looks at everything.
        """
        wait = self._backoff.failed()
        facts = {"trigger": work.request.trigger, "why": str(error), "retry_in": wait}
        logger.error("the pass failed", extra={"facts": facts})
        self._past.totals.failed["error"] += 1
        self._traces.failed(work.request.trigger, str(error))
        self._troubles["pass"] = f"the last pass failed: {error}; the next try within {wait:.0f} s"
        generation = self._pass_runner.generation()
        self._pass_runner.reset()
        known = self._decided and self._pass_runner.leads  # else nobody knows what was taken down meanwhile
        if known and generation is not None:
            self._followers.tell(generation)
        for ticket in waiting:
            ticket.set_exception(error)

    def _on_report(self, report: PassReport, paths: frozenset[str] | None) -> None:
        self._decided = True
        if (generation := self._pass_runner.generation()) is not None:
            if self._pass_runner.led:
                self._followers.tell(generation)
            else:
                self._followers.stand_by(generation)
        self._backoff.succeeded()
        for trouble in ("pass", "held", "state"):
            self._troubles.pop(trouble, None)
        if report.unsaved is None:
            self._saving.succeeded()
        elif not self._saving.waiting:
            wait = self._saving.failed()
            facts = {"why": report.unsaved, "retry_in": wait}
            logger.warning("published, but the state folder cannot be written", extra={"facts": facts})
        if report.held is not None:
            self._troubles["held"] = f"held back: {report.held}"
        if report.left:
            self._inbox.resume(report.left)
        self._past.add(report)
        self._traces.passed(report)
        self._scheduler.plan(self._pass_runner.next_change)
        self._scheduled = status.scheduled_json(self._pass_runner.mill, self._clock())
        if self._teller is None:
            self._pass_log.add(report, paths, self._pass_runner.mill)
        elif self._started:
            self._teller.passed(report, paths, self._pass_runner.mill)

    # What others want

    def _on_lost(self, why: str) -> None:
        logger.warning("events were lost, looking at everything", extra={"facts": {"why": why}})
        self._ask(f"lost events: {why}")

    def _on_progress(self, stage: str, done: int, total: int | None) -> None:
        self._progress = (stage, done, total)
        self._traces.stage(stage)
        self._notifier.ping()
        if self._stopping:
            raise PassAbandoned

    def _on_control(self, request: dict[str, Any], send: Send) -> Any:
        command = request.get("command")
        if command == "status":
            return self.status()
        if command == "rebuild":
            full, force = bool(request.get("full")), bool(request.get("force"))
            return self._wait(self._inbox.ask("rebuild", full=full, force=force), send)
        if command == "subscribers":
            return {"subscribers": self._push.subscribers()}
        if command == "prune":
            if not self._pass_runner.leads:
                raise StoreError("this node stands by: ask the one that leads (feedmill status)")
            return self._wait(self._inbox.ask("prune", prune=True), send)
        raise ValueError(f"unknown command {command!r}")

    def _wait(self, ticket: Future[PassReport], send: Send) -> dict[str, Any]:
        shown: tuple[str, int, int | None] | None = None
        while True:
            try:
                return ticket.result(timeout=0.2).to_json()
            except FutureTimeout:
                if self._progress != shown and self._state != "ready":
                    shown = stage, done, total = self._progress
                    send({"progress": {"stage": stage, "done": done, "total": total}})
            except CancelledError:
                raise StoreError("the daemon is stopping") from None
            except FeedmillError as error:
                raise StoreError(str(error)) from error

    def rebuild(self, *, full: bool, force: bool) -> Future[PassReport]:
        """Ask for a pass; for the admin listener."""
        return self._inbox.ask("admin", full=full, force=force)

    def status(self) -> dict[str, Any]:
        """Return what `status --json` prints."""
        last = self.last_report()
        daemon = status.Daemon(
            state=self.state,
            since=self._since,
            uptime=time.monotonic() - self._born,
            watching=self._watcher.describe(),
            listening=self._listeners.addresses(),
        )
        return {
            "daemon": status.daemon_json(daemon),
            "last_pass": status.pass_json(last) if last else None,
            "next": status.next_json(self._scheduler.planned()),
            "counts": status.counts_json(last) if last else {},
            "scheduled": self._scheduled,
            "followers": self._followers.status(),
            "store": self._pass_runner.store_status(),
            "problems": status.problems_json(
                last.problems if last else (),
                [
                    *self._troubles.values(),
                    *self._pass_runner.troubles(),
                    *self._watcher.troubles(),
                    *self._followers.troubles(),
                ],
            ),
        }

    def totals(self) -> Totals:
        """Return what was counted since the start."""
        return self._past.totals

    def spread(self) -> Mapping[str, Value]:
        """Return what the hub and the mirrors counted; for the admin listener."""
        return self._followers.metrics()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @property
    def passed(self) -> int:
        """How many passes have ended."""
        return self._past.ended

    @property
    def state(self) -> str:
        """What the daemon is doing; held or failing as long as it is, whatever it tries meanwhile."""
        if self._stopping is None:
            for trouble, state in (("pass", "failing"), ("held", "held")):
                if trouble in self._troubles:
                    return state
        return self._state

    def reports(self, since: int) -> list[PassReport]:
        """Return the reports of the passes that ended after the first `since`, as far as they are kept."""
        return self._past.since(since)

    def look(self, paths: Iterable[str]) -> Future[PassReport]:
        """Ask for a pass over these files; for the desk."""
        return self._inbox.look(paths, "desk")

    def last_report(self) -> PassReport | None:
        """Return the report of the last pass."""
        return self._past.last

    def passes(self) -> list[dict[str, Any]]:
        """Return the last passes, oldest first."""
        return self._past.to_json()

    def _reload_config(self) -> None:
        """Take the new config, all of it or nothing."""
        self._notifier.reloading()
        try:
            self._take_config()
        finally:
            self._notifier.ready(self._summary())

    def _take_config(self) -> None:
        self._config_stamp = stamps(self._settings)
        try:
            settings = self._load()
            require(settings)
            self._apply(settings)
        except (ConfigError, StoreError) as error:
            self._troubles["config"] = f"the changed config was not taken: {error}"
            logger.warning("the changed config was not taken", extra={"facts": {"why": str(error)}})
            return
        self._troubles.pop("config", None)
        logger.info("config reloaded")
        for warning in settings.warnings:
            logger.warning(warning)
        self._ask("config")

    def _apply(self, settings: Settings) -> None:
        old = self._settings
        if _places(settings) != _places(old):
            raise StoreError(
                "state.dir, feeds.dir and store.url cannot change under a running daemon; restart it"
            )
        self._listeners.change(settings)
        self._followers.configure(settings)
        self._settings = settings
        set_up_logging(settings.log)
        self._inbox.configure(settings.watch.settle, settings.watch.max_wait)
        self._scheduler.configure(settings.schedule)
        self._watcher.stop()
        self._watcher = self._new_watcher(settings)
        if settings.schedule.on_change:
            self._watcher.start()
        self._pass_runner.change(settings)

    def _summary(self) -> str:
        for trouble in ("pass", "held"):
            if trouble in self._troubles:
                return self._troubles[trouble]
        last = self.last_report()
        return f"{last.eligible} entries in {last.feeds_total} documents" if last else "starting"

    def _facts(self) -> dict[str, Any]:
        next_change = self._pass_runner.next_change
        return {
            "watching": self._watcher.describe(),
            **self._listeners.addresses(),
            "next_change": rfc3339(next_change) if next_change else None,
        }


def _places(settings: Settings) -> tuple[object, ...]:
    return settings.state_dir, settings.feeds_dir, settings.store
