"""Back-off waits longer after every failure and forgets after a success."""

from __future__ import annotations

from feedmill.daemon.backoff import Backoff


def test_it_doubles_to_a_minute_and_starts_over() -> None:
    now = [0.0]
    backoff = Backoff(lambda: now[0])
    assert [backoff.due()] == [False]
    assert [backoff.failed() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    states = [backoff.waiting]
    now[0] = 59.9
    assert [backoff.due()] == [False]
    now[0] = 60
    assert [backoff.due(), backoff.due()] == [True, False], "once a failure"
    assert [*states, backoff.waiting] == [True, False]
    backoff.failed()
    backoff.succeeded()
    now[0] = 1000
    assert not backoff.due()
    assert backoff.failed() == 1
