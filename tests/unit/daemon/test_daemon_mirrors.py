"""The daemon's mirrors: whom they are told by, and when they end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feedmill.daemon.mirrors import Mirrors, called
from feedmill.model.artifact import Generation
from feedmill.model.settings import MirrorSettings


def test_what_was_told_under_a_lead_is_given_out_under_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node loses the lead and has it again: until a pass under the new one, it knows nothing."""
    told: list[Generation] = []

    class Thread:
        def __init__(self, *_: object) -> None: ...

        def install(self, generation: Generation) -> None:
            told.append(generation)

        def stop(self, timeout: float) -> None: ...

    monkeypatch.setattr("feedmill.daemon.mirrors._start", Thread)
    monkeypatch.setattr("feedmill.daemon.mirrors.edition_of", lambda generation, *_: generation)
    epoch, of_pass = [1], [1]

    def lead() -> Callable[[], bool]:
        begun = of_pass[0]
        return lambda: begun != 0 and epoch[0] == begun

    old, new = Generation(serial=1, documents={}), Generation(serial=2, documents={})
    mirrors = Mirrors(lambda path, digest: None, lead)
    mirrors._settings = _Settings()  # type: ignore[assignment]
    mirrors.install(old)
    assert told == [old]
    epoch[0] = 3  # lost, and taken again: the thread is no more
    assert mirrors._threads == []
    mirrors.install(old)
    mirrors.install(Generation(serial=1, documents={}))  # by a pass of the first lead that failed
    assert told == [old]
    of_pass[0] = 3
    mirrors.install(mirrors._generation)  # type: ignore[arg-type]  # the config was changed
    assert told == [old]
    mirrors.install(new)
    assert told == [old, new]


def test_one_bucket_s_name_at_two_services_is_two_mirrors() -> None:
    """Numbers and troubles are kept by what a mirror is called."""
    settings, url = _Settings(), "s3://www"
    first, second = MirrorSettings(url=url), MirrorSettings(url=url, endpoint="https://s3.example.org")
    settings.mirrors = (first,)
    assert called(settings, first) == url  # type: ignore[arg-type]
    settings.mirrors = (first, second)
    told = [called(settings, each) for each in settings.mirrors]  # type: ignore[arg-type]
    assert told == ["s3://www at the usual service", "s3://www at https://s3.example.org"]


class _Settings:
    mirrors: tuple[MirrorSettings, ...] = (MirrorSettings(url="file:///nowhere"),)
