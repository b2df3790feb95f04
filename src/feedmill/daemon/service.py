"""The service: one process that watches, keeps time, obeys and serves, for months.

The main thread runs the passes, one at a time, and beats once a second; all other threads (watcher,
scheduler, control socket, HTTP) only put something into the inbox or read what the last pass left.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack

from feedmill.daemon.answers import Answers
from feedmill.daemon.backoff import Backoff
from feedmill.daemon.clock_steps import ClockSteps
from feedmill.daemon.condition import Condition
from feedmill.daemon.config_file import ConfigFile
from feedmill.daemon.control import ControlServer, socket_path
from feedmill.daemon.followers import Followers
from feedmill.daemon.inbox import Inbox, Work
from feedmill.daemon.listeners import Listeners
from feedmill.daemon.log import LOGGER, set_up_logging
from feedmill.daemon.mirrors import Mirrors
from feedmill.daemon.pass_log import PassLog, Teller
from feedmill.daemon.pass_runner import PassRunner
from feedmill.daemon.push import Push
from feedmill.daemon.schedule import HOUSEKEEPING, Scheduler
from feedmill.daemon.sd_notify import Notifier
from feedmill.daemon.signals import Signals, end_at_the_latest
from feedmill.daemon.status import scheduled_json
from feedmill.daemon.traces import Traces
from feedmill.daemon.watch import Watcher
from feedmill.errors import ConfigError, FeedmillError, PassAbandoned, StoreError
from feedmill.model.artifact import Generation
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline import PassReport

HEARTBEAT = 1.0
"""Seconds between two looks at the clock, the watcher, the config file."""

GRACE = 4.5
"""Seconds after which a stop no longer waits for anybody."""

logger = logging.getLogger(LOGGER)


class Service:
    """The daemon. `run` returns its exit code when it was told to stop.

    `load` gives the settings and is called again to reload them; `clock` is the wall clock. `on_ready` is
    told once where everything listens.
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
        self._exit = 0
        self._reload = False
        self._started = False
        self._decided = False
        self._condition = Condition(clock())
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
        self._config = ConfigFile(self._load)
        settings = self._config.settings
        set_up_logging(settings.log)
        for warning in settings.warnings if self._teller is None else ():
            logger.warning(warning)
        self._inbox = Inbox(settings.watch.settle, settings.watch.max_wait)
        self._pass_runner = PassRunner(
            settings,
            clock=self._clock,
            progress=self._on_progress,
            decided=self._on_decided,
            told=self._on_generation,
            turned=lambda: self._ask("lead"),
        )
        self._watcher = Watcher(
            settings.scan, settings.watch, hint=self._inbox.hint, lost=self._on_lost, wake=self._inbox.wake
        )
        self._scheduler = Scheduler(
            settings.schedule,
            rebuild=lambda: self._ask("schedule"),
            next_change=self._inbox.wake,  # the beat looks at the clock itself
            housekeeping=lambda: self._ask(HOUSEKEEPING),
        )
        self._push = Push(self._clock, self._pass_runner.body, lambda: self._pass_runner.leads)
        self._traces = Traces(os.environ)
        self._listeners = Listeners(self._clock, self._push, self._pass_runner.body)
        self._mirrors = Mirrors(self._pass_runner.body, self._pass_runner.lead)
        self._followers = Followers(
            self._listeners, self._push, self._mirrors, alone=self._pass_runner.node is None
        )
        self._answers = Answers(
            condition=self._condition,
            config=self._config,
            inbox=self._inbox,
            runner=self._pass_runner,
            watcher=self._watcher,
            scheduler=self._scheduler,
            listeners=self._listeners,
            push=self._push,
            followers=self._followers,
        )
        self._control = ControlServer(socket_path(settings.state_dir), self._answers.control)
        with ExitStack() as stack:
            stack.enter_context(self._signals())
            stack.callback(self._traces.close)
            stack.callback(self._pass_runner.close)
            self._pass_runner.lock()
            stack.callback(self._listeners.close)
            self._listeners.start(settings, self._answers)
            stack.callback(self._push.close)
            stack.callback(self._mirrors.close)
            self._followers.configure(settings)
            stack.callback(self._control.stop)
            self._control.start()
            self._pass_runner.start()
            stack.callback(self._watcher.stop)
            if settings.schedule.on_change:
                self._watcher.start()
            stack.callback(self._scheduler.stop)
            self._scheduler.start()
            stack.callback(self._inbox.close)
            stack.callback(self._wind_down)
            self._loop()
        logger.info("stopped", extra={"facts": {"why": self._condition.stopping}})
        return self._exit

    def _ask(self, trigger: str) -> None:
        self._inbox.ask(trigger)

    def _wind_down(self) -> None:
        self._condition.doing = "stopped"
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
        if self._condition.stopping is not None:
            if number == signal.SIGINT:
                os._exit(130)  # twice Ctrl-C: at once; the next start mends whatever is half done
            return
        self._exit = 130 if number == signal.SIGINT else 0
        self._condition.stopping = number.name
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
            self._inbox.look((), "generation")

    def _loop(self) -> None:
        self._ask("start")
        steps = ClockSteps(self._clock())
        while not self._told_to_stop():
            work = self._inbox.take(self._patience())
            if self._told_to_stop():
                return
            now = self._clock()
            self._beat(now, stepped=steps.stepped(now))
            if work is not None:
                self._pass(work)

    def _told_to_stop(self) -> bool:
        return self._condition.stopping is not None

    def _patience(self) -> float:
        """Return for how many seconds nothing needs to be looked at, unless somebody wakes us."""
        at = self._pass_runner.next_change
        if at is None:
            return HEARTBEAT
        return min(HEARTBEAT, max(0.0, (at - self._clock()).total_seconds()))

    def _beat(self, now: Instant, *, stepped: bool) -> None:
        """Once a second, and before every pass: see what nobody tells."""
        self._notifier.ping()
        if stepped:
            logger.info("the clock was set, or the machine slept: looking at everything")
            self._scheduler.configure(self._config.settings.schedule)
            self._ask("clock")
        next_change = self._pass_runner.next_change
        if next_change is not None and next_change <= now and not self._backoff.waiting:
            self._inbox.look((), "time")
        self._watcher.check()
        if self._reload or self._config.changed():
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
            self._listeners.restore(self._config.settings)
        except StoreError as error:
            if "http" not in self._condition.troubles:
                logger.warning("listening again failed", extra={"facts": {"why": str(error)}})
            self._condition.troubles["http"] = str(error)
        else:
            self._condition.mended("http")

    def _pass(self, work: Work) -> None:
        self._condition.doing = "starting" if not self._started else self._idle_state("building")
        self._traces.begin()
        waiting = [ticket for ticket in work.tickets if ticket.set_running_or_notify_cancel()]
        try:
            report = self._pass_runner.run(work.request)
            if work.request.full or HOUSEKEEPING in work.request.trigger:
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
        self._condition.doing = self._idle_state("ready")
        if not self._started:
            self._started = True
            self._notifier.ready(self._condition.summary())
            if self._teller is not None:
                self._teller.ready(self._answers.status(), self._condition.past.last)
            else:
                logger.info("ready", extra={"facts": self._answers.facts()})
            if self._on_ready is not None:
                self._on_ready(self._config.settings, self._listeners.addresses())
            self._listeners.warm()
        if work.request.paths is None:  # what it printed, processes of their own may have printed
            self._warm()
        self._notifier.status(self._condition.summary())
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
        self._condition.past.totals.failed["error"] += 1
        self._traces.failed(work.request.trigger, str(error))
        self._condition.troubles["pass"] = f"the last pass failed: {error}; the next try within {wait:.0f} s"
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
        self._condition.mended("pass", "held")
        if report.unsaved is None:
            self._saving.succeeded()
        elif not self._saving.waiting:
            wait = self._saving.failed()
            facts = {"why": report.unsaved, "retry_in": wait}
            logger.warning("published, but the state folder cannot be written", extra={"facts": facts})
        if report.held is not None:
            self._condition.troubles["held"] = f"held back: {report.held}"
        if report.left:
            self._inbox.look(report.left, "change")
        self._condition.past.add(report)
        self._traces.passed(report)
        self._scheduler.plan(self._pass_runner.next_change)
        self._condition.scheduled = scheduled_json(self._pass_runner.mill, self._clock())
        if self._teller is None:
            self._pass_log.add(report, paths, self._pass_runner.mill)
        elif self._started:
            self._teller.passed(report, paths, self._pass_runner.mill)

    # What the others tell

    def _on_lost(self, why: str) -> None:
        logger.warning("events were lost, looking at everything", extra={"facts": {"why": why}})
        self._ask(f"lost events: {why}")

    def _on_progress(self, stage: str, done: int, total: int | None) -> None:
        self._condition.progress = (stage, done, total)
        self._traces.stage(stage)
        self._notifier.ping()
        if self._told_to_stop():
            raise PassAbandoned

    def _reload_config(self) -> None:
        """Take the new config, all of it or nothing."""
        self._notifier.reloading()
        try:
            self._apply(self._config.reread())
        except (ConfigError, StoreError) as error:
            self._condition.troubles["config"] = f"the changed config was not taken: {error}"
            logger.warning("the changed config was not taken", extra={"facts": {"why": str(error)}})
        else:
            self._condition.mended("config")
            logger.info("config reloaded")
            for warning in self._config.settings.warnings:
                logger.warning(warning)
            self._ask("config")
        finally:
            self._notifier.ready(self._condition.summary())

    def _apply(self, settings: Settings) -> None:
        old = self._config.settings
        if _places(settings) != _places(old):
            raise StoreError(
                "state.dir, feeds.dir and store.url cannot change under a running daemon; restart it"
            )
        self._listeners.change(settings)
        self._followers.configure(settings)
        self._config.settings = settings
        set_up_logging(settings.log)
        self._inbox.configure(settings.watch.settle, settings.watch.max_wait)
        self._scheduler.configure(settings.schedule)
        self._watcher.configure(settings.scan, settings.watch)
        if settings.schedule.on_change:
            self._watcher.start()
        self._pass_runner.change(settings)


def _places(settings: Settings) -> tuple[object, ...]:
    return settings.state_dir, settings.feeds_dir, settings.store
