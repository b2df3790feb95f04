"""The operator's page: the status document as a person reads it. Needs no JavaScript."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from feedmill.server.metrics import Traffic

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = files("feedmill.server") / "templates"

EXPLAINED = {
    "unpublished": "the author says it is not published",
    "removed": "marked as removed or deleted",
    "invalid": "cannot be used as it is: see the problems",
    "undated": "has no date of publication",
    "scheduled": "published later",
    "expired": "its time is over",
    "duplicate": "another seed carries the same entry",
}
_DAEMON = ("state", "pid", "since", "watching", "version")
SHOWN_PROBLEMS = 50
SHOWN_FEEDS = 10
SHOWN_PASSES = 12


def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


_STYLE, _SCRIPT = _read("admin.css"), _read("admin.js")

POLICY = (
    f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # imported on use: few ever look
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(style=Markup(_STYLE), script=Markup(_SCRIPT), explained=EXPLAINED)
    environment.filters.update(duration=duration, span=span, size=size, number=number, moment=moment)
    return environment


def login_page(*, wrong: bool = False) -> bytes:
    """Return the page that asks for the token."""
    return _environment().get_template("login.html").render(wrong=wrong).encode()


def status_page(
    status: Mapping[str, Any],
    *,
    traffic: Traffic,
    subscribers: Mapping[str, int],
    readers: Mapping[str, int],
    form_token: str,
    now: datetime | None = None,
) -> bytes:
    """Return the operator's page for a status document; what it lacks is left out."""
    at = now or datetime.now(UTC)
    daemon = {**dict.fromkeys(_DAEMON), **(status.get("daemon") or {})}
    passes = list(status.get("passes") or [])
    problems = sorted(status.get("problems") or [], key=lambda one: one["severity"] != "error")
    context = {
        "daemon": daemon,
        "counts": status.get("counts") or {},
        "last": status.get("last_pass"),
        "runs": _timed(status.get("next") or [], at),
        "planned": _timed((status.get("scheduled") or [])[:10], at),
        "problems": problems[:SHOWN_PROBLEMS],
        "hidden_problems": max(0, len(problems) - SHOWN_PROBLEMS),
        "errors": sum(one["severity"] == "error" for one in problems),
        "passes": [_ago(one, at) for one in reversed(passes[-SHOWN_PASSES:])],
        "followers": status.get("followers"),
        "plot": plot(passes),
        "traffic": traffic,
        "subscribers": dict(list(subscribers.items())[:SHOWN_FEEDS]),
        "all_subscribers": sum(subscribers.values()),
        "readers": dict(list(readers.items())[:SHOWN_FEEDS]),
        "form_token": form_token,
        "uptime": _since(daemon["since"], at),
    }
    return _environment().get_template("status.html").render(context).encode("utf-8", "backslashreplace")


def _timed(rows: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
    return [{**row, "left": max(0.0, (_instant(row["at"]) - now).total_seconds())} for row in rows]


def _ago(one: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {**one, "ago": max(0.0, (now - _instant(one["as_of"])).total_seconds())}


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


# Words for numbers


def duration(seconds: float) -> str:
    """Return `8.2 ms`, `1.25 s` or `3 min 5 s`: how long something took."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def span(seconds: float) -> str:
    """Return `12 s`, `5 min`, `3 h 10 min` or `4 days`: how far away something is."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} day{'s' if whole >= 2 * 86400 else ''}"


def moment(text: str) -> str:
    """Return `2026-11-22 08:00 UTC` for an RFC 3339 instant."""
    return f"{_instant(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def size(count: int) -> str:
    """Return bytes as a person says them."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.3g} {unit}" if unit != "B" else f"{int(amount)} B"
        amount /= 1024
    return f"{amount:.3g} TiB"


def number(count: float) -> str:
    """Return a whole number with thin spaces between thousands."""
    return f"{int(count):,}".replace(",", "\u202f")
