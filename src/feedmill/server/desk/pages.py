"""The desk's pages: what the port tells, as a curator reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from feedmill.model.desk import ELIGIBLE, SeedList, SeedRow
from feedmill.model.instant import in_zone
from feedmill.model.seed import Reason
from feedmill.server.admin_http import Form
from feedmill.server.admin_templates import most_frequent, read, render
from feedmill.server.csp import hash_source
from feedmill.server.desk.calendar import month, month_of, planned
from feedmill.server.desk.port import DeskPort
from feedmill.server.desk.query import Index, Query

STATES = (ELIGIBLE, *Reason)
FORMS = {"entry": "Entry", "html": "Page", "rss": "RSS", "atom": "Atom", "json": "JSON"}
"""What a preview can be shown as."""

_FRAME_STYLE = read("frame.css")
FRAME_POLICY = (
    f"default-src 'none'; style-src {hash_source(_FRAME_STYLE.encode())}; "
    "img-src http: https: data:; base-uri 'none'; form-action 'none'; sandbox; frame-ancestors 'self'"
)
_SHOWN_PLACES = 25
"""Places of one problem that are listed; the rest is counted."""

_FLAGGED = {Reason.UNPUBLISHED.value: "publish", Reason.REMOVED.value: ""}
"""What a row's button does, where it does not unpublish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where a page is: the way up to the operator's pages, its form token, and the daemon's state."""

    base: str
    form_token: str
    state: str


class Pages:
    """Makes the pages, in one thread."""

    def __init__(self, port: DeskPort) -> None:
        self._port = port
        self._index: Index | None = None

    def warm(self) -> None:
        """Make ready what the first page needs: imports, templates, the list."""
        self._index = Index(self._port.warm())
        self._list(self._index, Query(), Here(base="", form_token="", state=""), "")

    def seeds(self, query: Query, here: Here, done: str) -> bytes:
        """Return the list of seeds."""
        return self._list(self._indexed(), query, here, done)

    def _list(self, index: Index, query: Query, here: Here, done: str) -> bytes:
        found = index.find(query)
        out = [row.path for row in found.rows if row.out]
        feeds = self._port.feeds_of(out) if out else {}
        changes = self._port.changes()
        context = {
            **asdict(here),
            "query": query,
            "index": index,
            "found": found,
            "states": [(state, found.states[state]) for state in STATES if found.states[state]],
            "rows": [_row(row, index.seeds, feeds.get(row.path, ())) for row in found.rows],
            "change": next((one for one in changes if str(one.number) == done), None),
            "changes": changes,
        }
        return render("desk.html", context)

    def seed(self, path: str, form: str, back: str, here: Here, done: str) -> bytes | None:
        """Return one seed's page; None where there is none."""
        index = self._indexed()
        view = self._port.view(path)
        if view is None:
            return None
        forms = ["entry", *(form for form in FORMS if form in view.formats)]
        chosen = form if form in forms else "entry"
        text = None
        if view.entry is not None and chosen not in ("entry", "html"):
            text = _readable(self._port.document(path, chosen) or b"", chosen)
        context = {
            **asdict(here),
            "view": view,
            "row": _row(view.row, index.seeds, ()),
            "forms": [(name, FORMS[name]) for name in forms],
            "chosen": chosen,
            "text": text,
            "back": Query.of(Form(back.encode())).here,
            "change": next((one for one in self._port.changes() if str(one.number) == done), None),
            "index": index,
        }
        return render("seed.html", context)

    def entry(self, path: str) -> bytes | None:
        """Return the entry as a feed reader shows it, for a frame."""
        view = self._port.view(path)
        if view is None or view.entry is None:
            return None
        from markupsafe import Markup

        body = Markup(view.entry.content)  # sanitised, and nothing runs in the frame
        return render(
            "frame.html", {"entry": view.entry, "content": body, "frame_style": Markup(_FRAME_STYLE)}
        )

    def calendar(self, wanted: str, here: Here) -> bytes:
        """Return a month of what is planned."""
        index = self._indexed()
        zone, now = ZoneInfo(index.seeds.zone), datetime.now(UTC)
        today = now.astimezone(zone).date()
        plans = planned(index.seeds.rows, now, zone)
        shown = month(plans, month_of(wanted, today), today)
        return render(
            "calendar.html", {**asdict(here), "month": shown, "today": today, "plans": plans, "index": index}
        )

    def problems(self, here: Here) -> bytes:
        """Return every problem of every seed."""
        index = self._indexed()
        told = [problem for row in index.seeds.rows for problem in row.problems]
        groups = most_frequent(told)
        return render(
            "problems.html",
            {**asdict(here), "groups": groups, "total": len(told), "most": _SHOWN_PLACES, "index": index},
        )

    def confirm(self, query: Query, here: Here, *, count: int, sure: str, published: bool) -> bytes:
        """Return the question before many seeds are changed at once; a yes carries `sure`."""
        return render(
            "confirm.html",
            {**asdict(here), "query": query, "count": count, "sure": sure, "published": published},
        )

    def paths(self, query: Query) -> list[str]:
        """Return all seeds that a search finds."""
        return list(self._indexed().find(query).paths)

    def _indexed(self) -> Index:
        seeds = self._port.seeds()
        if self._index is None or self._index.seeds is not seeds:
            self._index = Index(seeds)
        return self._index


def _row(row: SeedRow, seeds: SeedList, feeds: Sequence[str]) -> dict[str, Any]:
    zone = ZoneInfo(seeds.zone)
    worst = min((one.severity for one in row.problems), key=attrgetter("rank"), default="")
    return {
        "seed": row,
        "title": row.title or row.path.rpartition("/")[2],
        "date": in_zone(row.published, zone) if row.published is not None else None,
        "feeds": feeds,
        "worst": worst,
        "action": _FLAGGED.get(row.state, "unpublish"),
    }


def _readable(body: bytes, form: str) -> str:
    text = body.decode("utf-8", "replace")
    if form == "json":
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return text
