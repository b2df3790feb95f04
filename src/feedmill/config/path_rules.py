"""What holds between paths on the site: redirects that lead in a circle or hide a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from feedmill.config.check import shown

if TYPE_CHECKING:
    from feedmill.config.rules import Rules

_ANSWERED = frozenset({"healthz", "readyz"})


def check_redirects(rules: Rules) -> None:
    """Note redirects that hide what is always there, and circles."""
    redirects: Mapping[str, str] = rules.config["redirects"]
    documents = _documents(rules)
    for source in redirects:
        place = ("redirects", source)
        if source in _ANSWERED:
            rules.add(place, f"{shown(source)} answers for the server's health; it cannot redirect")
        elif source in documents:
            rules.add(place, f"{shown(source)} is a document that is always there; it cannot redirect")
    for circle in _circles(redirects):
        steps = " to ".join(shown(each) for each in (*circle, circle[0]))
        place = ("redirects", circle[0])
        rules.add(place, f"redirects in a circle: {steps}; let one of them go where the feed is")


def _documents(rules: Rules) -> set[str]:
    if not rules.clean(("feeds",)):
        return set()
    suffixes = [*rules.config["feeds"]["formats"], *(["html"] if rules.config["feeds"]["html"] else [])]
    always = {"feeds.opml", "feeds.json", *(f"all.{suffix}" for suffix in suffixes)}
    return always | ({"index.html"} if "html" in suffixes else set())


def _circles(redirects: Mapping[str, str]) -> list[list[str]]:
    """Return each circle once, however many redirects lead into it."""
    found: list[list[str]] = []
    done: set[str] = set()
    for source in redirects:
        walk: dict[str, None] = {}
        step = source
        while step in redirects and step not in done and step not in walk:
            walk[step] = None
            step = redirects[step]
        if step in walk:
            steps = list(walk)
            found.append(steps[steps.index(step) :])
        done.update(walk)
    return found
