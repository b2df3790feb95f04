"""Whoever publishes dies at any point: readers see no half, and the next one ends as if nothing had been.

A form's test module derives a class from `Crashes` and gives it a fixture `new_site`. What is published, by
a process of its own, is `faultline.publisher`'s little site.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Protocol

import pytest

from faultline import publisher
from faultline.tally import Tally
from feedmill.store import Place

TORTURE = int(os.environ.get("FEEDMILL_TORTURE", "0"))
VERSIONS = ((0, 1), (1, 2), (2, 3))
KILLED_IN_WRITE = "SIGKILL in the middle of a write"

Fault = tuple[str, int]
"""What goes wrong, for the tally, and at which call."""


class Site(Protocol):
    """A place at version `before` (0: never published), made anew for every point."""

    before: int
    place: Place

    def renew(self) -> None:
        """Have the place as it was."""

    def faults(self, version: int) -> Sequence[Fault]:
        """Return ways to be cut off while `version` is published: a sample, all of them when tortured."""

    def suffer(self, version: int, fault: Fault) -> str:
        """Publish `version` in a process that is cut off; return what it said."""

    def visible(self) -> dict[str, bytes]:
        """Return what readers see."""

    def check_tidy(self, context: str) -> None:
        """See that nothing is left of a run that was cut off, after the next one."""


NewSite = Callable[[int], Site]


def restarts(before: int, after: int, at: int) -> tuple[int, ...]:
    """The versions to publish after a crash: the seeds may be others than those of the run that ended."""
    both = (after, before or 2)
    return both if TORTURE else both[at % 2 :][:1]


def check_visible(site: Site, after: int, context: str) -> None:
    """Each document is whole, and no index names what is not there (docs/promises.md, Whole documents)."""
    old = publisher.documents(site.before) if site.before else {}
    new = publisher.documents(after)
    there = site.visible()
    for path, body in there.items():
        assert body in (old.get(path), new.get(path)), f"{context}: {path} is not whole"
    if "index.html" in there:
        missing = publisher.named(there["index.html"]) - set(there)
        assert not missing, f"{context}: the index names {missing}"


def check_recovery(site: Site, after: int, context: str) -> None:
    """The next start, and the one after, ends as an undisturbed run (docs/promises.md, After a crash)."""
    with site.place.lead("recover"), site.place.open() as store:
        assert store.problems == (), context
        store.tidy()
        store.verify()
        assert publisher.publish(store, after).problems == (), context
        assert site.visible() == publisher.documents(after), context
        assert set(store.documents) == set(publisher.documents(after)), context
    site.check_tidy(context)
    with site.place.lead("look"), site.place.open() as store:
        assert store.verify(hash_all=True) == frozenset(), context
        assert publisher.publish(store, after).written == (), context
        assert store.last_good("a.md") == b"good %d" % after, context


class Crashes:
    """One test, for each step from version to version."""

    @pytest.mark.parametrize(("before", "after"), VERSIONS)
    def test_cut_off_anywhere(self, new_site: NewSite, tally: Tally, before: int, after: int) -> None:
        site = new_site(before)
        for what, at in site.faults(after):
            for then in restarts(before, after, at):
                with tally.attempt(f"store: {what}"):
                    site.renew()
                    context = f"{what} at {at}, then version {then}: {site.suffer(after, (what, at))}"
                    check_visible(site, after, context)
                    check_recovery(site, then, context)
