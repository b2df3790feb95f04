"""The operator's templates: one environment, the policy of its pages, and words for numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from feedmill.model.problem_groups import ProblemGroup, group
from feedmill.model.seed import Problem
from feedmill.server.csp import hash_source

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


def read(name: str) -> str:
    """Return the text of a template, a style or a script."""
    return (_TEMPLATES / name).read_text("utf-8")


_STYLE = read("admin.css")
_SCRIPTS = {name: read(f"{name}.js") for name in ("admin", "desk")}

POLICY = (
    f"default-src 'none'; style-src {hash_source(_STYLE.encode())}; "
    f"script-src {' '.join(hash_source(script.encode()) for script in _SCRIPTS.values())}; img-src data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # imported on use: few ever look
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        style=Markup(_STYLE),
        scripts={name: Markup(script) for name, script in _SCRIPTS.items()},
        explained=EXPLAINED,
        plural=plural,
    )
    environment.filters.update(
        place=place, duration=duration, span=span, size=size, number=number, moment=moment
    )
    return environment


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """Return a page in UTF-8."""
    html = _environment().get_template(template).render(context)
    return html.encode("utf-8", "backslashreplace")


# Problems


def most_frequent(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """Return problems by kind: errors first, and of equals the most frequent."""
    return tuple(sorted(group(problems), key=lambda one: (one.severity.rank, -len(one.problems))))


def place(problem: Problem) -> str:
    """Return where a problem is: `a.md:4:12`; what has no path is the daemon's own."""
    line = f":{problem.line}" + (f":{problem.column}" if problem.column else "") if problem.line else ""
    return f"{problem.path or 'feedmill'}{line}"


# Words for numbers


def plural(count: int, word: str, many: str = "") -> str:
    """Return `1 seed` or `2 seeds`."""
    return f"{number(count)} {word if count == 1 else many or word + 's'}"


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
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


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
