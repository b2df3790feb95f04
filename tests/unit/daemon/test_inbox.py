"""The inbox folds what arrives into few passes and forgets nobody."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from feedmill.daemon.inbox import MAX_HINTS, Inbox, Stage, Work, outermost
from feedmill.model.instant import from_micros
from feedmill.pipeline import PassReport

SETTLE, MAX_WAIT = 0.02, 1.0


class Clock:
    """Monotonic seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(clock: Clock) -> Inbox:
    return Inbox(timedelta(seconds=SETTLE), timedelta(seconds=MAX_WAIT), clock)


def due(inbox: Inbox) -> Work | None:
    return inbox.take(0)


def paths(work: Work | None) -> Any:
    assert work is not None
    return work.request.paths


def test_a_finished_write_is_due_at_once(inbox: Inbox) -> None:
    assert due(inbox) is None
    inbox.hint(["a.md"], Stage.FINISHED)
    work = due(inbox)
    assert paths(work) == {"a.md"}
    assert work is not None
    assert work.request.trigger == "change"
    assert due(inbox) is None


def test_anything_else_waits_until_it_has_settled(inbox: Inbox, clock: Clock) -> None:
    inbox.hint(["a.md"], Stage.SETTLING)
    clock.now = 0.015
    inbox.hint(["b.md"], Stage.SETTLING)
    clock.now = 0.034
    assert due(inbox) is None
    clock.now = 0.0351
    assert paths(due(inbox)) == {"a.md", "b.md"}


def test_what_never_settles_waits_the_longest_at_most(inbox: Inbox, clock: Clock) -> None:
    for step in range(101):
        clock.now = step * 0.01
        inbox.hint([f"{step}.md"], Stage.SETTLING)
        if clock.now < MAX_WAIT:
            assert due(inbox) is None
    assert len(paths(due(inbox))) == 101


def test_a_finished_write_takes_the_other_half_of_its_save_along(inbox: Inbox, clock: Clock) -> None:
    inbox.hint(["old.md"], Stage.SETTLING)
    inbox.hint(["new.md"], Stage.FINISHED)
    inbox.hint(["new.md"], Stage.SETTLING)  # chmod after the save puts nothing off
    assert paths(due(inbox)) == {"old.md", "new.md"}


def test_of_a_burst_the_first_goes_at_once_and_the_rest_together(inbox: Inbox, clock: Clock) -> None:
    inbox.hint(["0.md"], Stage.FINISHED)
    assert paths(due(inbox)) == {"0.md"}
    for step in range(1, 50):  # while that pass runs
        clock.now = step * 0.002
        inbox.hint([f"{step}.md"], Stage.FINISHED)
    assert due(inbox) is None
    clock.now += SETTLE
    assert len(paths(due(inbox))) == 49
    assert due(inbox) is None


def test_of_an_announced_burst_not_even_the_first_goes_at_once(inbox: Inbox, clock: Clock) -> None:
    with inbox.burst():
        inbox.hint(["0.md"], Stage.FINISHED)
        assert due(inbox) is None
        inbox.hint(["1.md"], Stage.FINISHED)
        inbox.look(["0.md", "1.md"], "desk")
        assert paths(due(inbox)) == {"0.md", "1.md"}
        inbox.hint(["other.md"], Stage.FINISHED)
        clock.now += SETTLE
        assert paths(due(inbox)) == {"other.md"}
    inbox.hint(["2.md"], Stage.FINISHED)
    assert paths(due(inbox)) == {"2.md"}


def test_a_file_being_written_waits_for_its_end(inbox: Inbox, clock: Clock) -> None:
    inbox.hint(["slow.md"], Stage.SETTLING)  # created
    inbox.hint(["slow.md"], Stage.OPEN)
    clock.now = 0.5
    assert due(inbox) is None
    inbox.hint(["other.md"], Stage.FINISHED)
    assert paths(due(inbox)) == {"other.md"}
    inbox.hint(["slow.md"], Stage.FINISHED)
    assert paths(due(inbox)) == {"slow.md"}
    inbox.hint(["slow.md"], Stage.OPEN)
    clock.now = 1.49
    assert due(inbox) is None
    clock.now = 1.5
    assert paths(due(inbox)) == {"slow.md"}
    assert due(inbox) is None


def test_too_many_hints_are_everything(inbox: Inbox, clock: Clock) -> None:
    inbox.hint([f"{n}.md" for n in range(MAX_HINTS + 1)], Stage.FINISHED)
    clock.now = 1
    assert paths(due(inbox)) is None


def test_hints_are_kept_when_everything_is_looked_at(inbox: Inbox) -> None:
    inbox.hint(["a.md"], Stage.FINISHED)
    inbox.ask("schedule")
    work = inbox.take(0)
    assert work is not None
    assert work.request.paths is None
    assert work.request.hints == {"a.md"}


def test_a_path_in_a_hinted_folder_is_looked_at_once() -> None:
    assert outermost(["a/", "a/b.md", "a/b/", "a/b/c.md", "b.md", "ab.md"]) == {"a/", "b.md", "ab.md"}
    assert outermost(["", "a/", "b.md"]) == {""}
    assert outermost(["a.md", "b.md"]) == {"a.md", "b.md"}


def test_requests_fold_and_all_are_answered(inbox: Inbox) -> None:
    inbox.hint(["a.md"], Stage.SETTLING)
    tickets = [inbox.ask("schedule"), inbox.ask("rebuild", full=True), inbox.ask("prune", prune=True)]
    work = due(inbox)
    assert work is not None
    request = work.request
    assert request.trigger == "change, schedule, rebuild, prune"
    assert (request.paths, request.full, request.force, request.prune) == (None, True, False, True)
    assert list(work.tickets) == tickets
    later = inbox.ask("rebuild", force=True)
    work = due(inbox)
    assert work is not None
    assert (work.request.full, work.request.force) == (False, True)
    assert work.tickets == (later,)


def test_time_alone_looks_at_no_file(inbox: Inbox) -> None:
    inbox.look((), "time")
    work = due(inbox)
    assert paths(work) == frozenset()


def test_close_cancels_who_waits(inbox: Inbox) -> None:
    ticket = inbox.ask("rebuild")
    inbox.close()
    assert ticket.cancelled()
    assert inbox.ask("rebuild").cancelled()
    assert due(inbox) is None


def test_take_wakes_up_for_work_and_when_woken() -> None:
    inbox = Inbox(timedelta(seconds=SETTLE), timedelta(seconds=MAX_WAIT))
    threading.Timer(0.01, inbox.wake).start()
    assert inbox.take(20) is None
    inbox.wake()  # before anybody waits: not lost
    assert inbox.take(20) is None
    threading.Timer(0.01, inbox.hint, (["a.md"], Stage.FINISHED)).start()
    assert paths(inbox.take(20)) == {"a.md"}
    threading.Timer(0.01, inbox.hint, (["a.md"], Stage.SETTLING)).start()
    assert paths(inbox.take(20)) == {"a.md"}


def test_nothing_is_lost_between_many_threads() -> None:
    inbox = Inbox(timedelta(seconds=0.001), timedelta(seconds=0.01))

    def tell(name: int) -> None:
        for n in range(200):
            inbox.hint([f"{name}/{n}.md"], Stage.FINISHED)

    threads = [threading.Thread(target=tell, args=(name,)) for name in range(5)]
    seen: set[str] = set()
    for thread in threads:
        thread.start()
    while len(seen) < 1000:
        work = inbox.take(5)
        assert work is not None
        assert work.request.paths is not None
        seen |= work.request.paths
    for thread in threads:
        thread.join()


def test_a_ticket_carries_the_report(inbox: Inbox) -> None:
    ticket = inbox.ask("rebuild")
    work = due(inbox)
    assert work is not None
    report = PassReport(trigger="rebuild", as_of=from_micros(0), seconds=0.0)
    work.tickets[0].set_result(report)
    assert ticket.result(timeout=0) is report


def test_what_a_pass_left_is_due_at_once_with_what_came_meanwhile(inbox: Inbox) -> None:
    inbox.hint(["saved.md"], Stage.SETTLING)
    inbox.look({"large.md"}, "change")
    work = due(inbox)
    assert paths(work) == {"large.md", "saved.md"}
    assert work is not None
    assert work.request.trigger == "change"


def test_an_open_file_that_another_pass_left_out_is_not_forgotten(inbox: Inbox, clock: Clock) -> None:
    inbox.hint(["slow.md"], Stage.OPEN)
    inbox.hint(["other.md"], Stage.FINISHED)
    assert paths(due(inbox)) == {"other.md"}
    clock.now = MAX_WAIT
    work = due(inbox)
    assert paths(work) == {"slow.md"}
    assert work is not None
    assert work.request.trigger == "change"


def test_a_finished_file_that_is_written_again_is_still_due(inbox: Inbox) -> None:
    inbox.hint(["a.md"], Stage.FINISHED)
    inbox.hint(["a.md"], Stage.OPEN)
    assert paths(due(inbox)) == {"a.md"}
