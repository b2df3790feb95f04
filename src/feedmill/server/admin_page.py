"""The operator's page: the status document as a person reads it. Needs no JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from feedmill.model.seed import Problem, Severity
from feedmill.server.admin_templates import POLICY, duration, most_frequent, render
from feedmill.server.subscribers import Readership

__all__ = ["POLICY", "login_page", "plot", "status_page"]

_DAEMON = ("state", "pid", "since", "watching", "version")
SHOWN_PROBLEMS = 30
"""Kinds of problems; the page is no list of seeds."""

SHOWN_PLACES = 5
SHOWN_FEEDS = 10
MOST_SILENT = 5.0
"""Seconds after which a node that is well has been heard of: it looks in each second."""
SHOWN_PASSES = 12


def login_page(*, wrong: bool = False, base: str = "", there: str = "") -> bytes:
    """Return the page that asks for the token; `there`: where whoever gives it wants to go."""
    return render("login.html", {"wrong": wrong, "base": base, "there": there})


def status_page(
    status: Mapping[str, Any],
    *,
    readership: Readership,
    form_token: str,
    desk: bool = False,
    now: datetime | None = None,
) -> bytes:
    """Return the operator's page for a status document; what it lacks is left out."""
    at = now or datetime.now(UTC)
    daemon = {**dict.fromkeys(_DAEMON), **(status.get("daemon") or {})}
    state = daemon["state"] or "unknown"
    passes = list(status.get("passes") or [])
    problems = list(status.get("problems") or [])
    troubles = [one["message"] for one in problems if not one["path"]]
    why = (status.get("last_pass") or {}).get("held")
    if why and not any(why in trouble for trouble in troubles):
        troubles.insert(0, f"held back: {why}")
    of_seeds = most_frequent(_problem(one) for one in problems if one["path"])
    context = {
        "base": "",
        "desk": desk,
        "state": state,
        "held": bool(why),
        "troubles": troubles,
        "daemon": daemon,
        "counts": status.get("counts") or {},
        "last": status.get("last_pass"),
        "runs": _timed(status.get("next") or [], at),
        "planned": _timed((status.get("scheduled") or [])[:10], at),
        "problems": of_seeds[:SHOWN_PROBLEMS],
        "hidden_problems": max(0, len(of_seeds) - SHOWN_PROBLEMS),
        "problem_count": len(problems),
        "most": SHOWN_PLACES,
        "errors": sum(one["severity"] == "error" for one in problems),
        "passes": [_ago(one, at) for one in reversed(passes[-SHOWN_PASSES:])],
        "followers": status.get("followers"),
        "store": _shared(status.get("store") or {}),
        "most_silent": MOST_SILENT,
        "plot": plot(passes),
        "traffic": readership.traffic,
        "subscribers": dict(list(readership.subscribers.items())[:SHOWN_FEEDS]),
        "all_subscribers": sum(readership.subscribers.values()),
        "readers": dict(list(readership.readers.items())[:SHOWN_FEEDS]),
        "form_token": form_token,
        "uptime": _since(daemon["since"], at),
    }
    return render("status.html", context)


def _shared(store: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what is told of a store that several nodes share, None where one process works alone."""
    return store if "nodes" in store else None


def _problem(told: Mapping[str, Any]) -> Problem:
    return Problem(
        path=told["path"],
        message=told["message"],
        severity=Severity(told["severity"]),
        line=told["line"],
        column=told["column"],
        kept=told["kept"],
    )


def _timed(rows: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
    return [{**row, "left": max(0.0, (_instant(row["at"]) - now).total_seconds())} for row in rows]


def _ago(one: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {**one, "ago": _since(one["as_of"], now)}


def _since(since: str | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - _instant(since)).total_seconds())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# The plot

WIDTH, HEIGHT, BAR, GAP = 720, 120, 8, 4
SHOWN_BARS = WIDTH // (BAR + GAP)


def plot(passes: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the bars of a plot of how long passes took, on a square-root scale: 10 ms beside 10 s.

    Coordinates are units of a `WIDTH` by `HEIGHT` view box, y downwards.
    """
    shown = list(passes)[-SHOWN_BARS:]
    if not shown:
        return None
    longest = max(max(float(one["seconds"]) for one in shown), 0.001)
    start = WIDTH - len(shown) * (BAR + GAP)
    bars = []
    for index, one in enumerate(shown):
        tall = max(3.0, (float(one["seconds"]) / longest) ** 0.5 * (HEIGHT - 4))
        kind = "held" if one.get("held") else "wrote" if one["feeds"]["written"] else "quiet"
        bars.append(
            {
                "x": start + index * (BAR + GAP),
                "y": round(HEIGHT - tall, 1),
                "height": round(tall, 1),
                "kind": kind,
                "title": f"{one['as_of']}, {one['trigger']}: {duration(float(one['seconds']))}, "
                f"{one['feeds']['written']} documents written",
            }
        )
    return {"bars": bars, "longest": longest, "width": WIDTH, "height": HEIGHT, "bar": BAR}
