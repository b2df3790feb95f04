"""What is counted and measured, by the names that Prometheus reads."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Observations by the first of the ascending `bounds` that they are within; the last count: beyond."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float

    @classmethod
    def empty(cls, bounds: tuple[float, ...]) -> Self:
        """Return one that nothing was observed of."""
        return cls(bounds=bounds, counts=(0,) * (len(bounds) + 1), total=0.0)

    def with_one(self, value: float) -> Self:
        """Return the same with one more observation."""
        at = bisect_left(self.bounds, value)
        counts = (*self.counts[:at], self.counts[at] + 1, *self.counts[at + 1 :])
        return replace(self, counts=counts, total=self.total + value)


Value = float | Mapping[str, float] | Histogram
"""One number, numbers by the value of the family's one label, or a histogram."""


class Traffic:
    """What the origin answered: plain integers that only the loop's thread changes."""

    __slots__ = ("bytes_sent", "codings", "connections", "evicted", "statuses", "timeouts")

    def __init__(self) -> None:
        self.statuses: dict[int, int] = {200: 0, 304: 0, 404: 0}
        self.codings: dict[str, int] = {"br": 0, "gzip": 0, "identity": 0}
        self.bytes_sent = 0
        self.connections = 0
        self.timeouts = 0
        self.evicted = 0

    def count(self, status: int, size: int, coding: str | None = None) -> None:
        """Count one answer of `size` bytes; `coding` only where a document went out (200)."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.bytes_sent += size
        if coding is not None:
            self.codings[coding] = self.codings.get(coding, 0) + 1

    @property
    def requests(self) -> int:
        """All answers so far."""
        return sum(self.statuses.values())

    @property
    def not_modified_share(self) -> float:
        """The part of the successful polls (0..1) that cost no document."""
        unchanged = self.statuses.get(304, 0)
        return unchanged / (unchanged + self.statuses.get(200, 0) or 1)

    def values(self) -> dict[str, Value]:
        """Return the counts under the names of `FAMILIES`."""
        return {
            "feedmill_http_requests_total": {str(code): n for code, n in sorted(self.statuses.items())},
            "feedmill_http_documents_total": dict(self.codings),
            "feedmill_http_sent_bytes_total": self.bytes_sent,
            "feedmill_http_not_modified_ratio": round(self.not_modified_share, 6),
            "feedmill_http_connections": self.connections,
            "feedmill_http_timeouts_total": self.timeouts,
            "feedmill_http_evicted_total": self.evicted,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric's help text and, where it has one, its label. A counter's name ends in `_total`.

    `always`: values of the label that are told from the start, as 0; without a label, "" is. What an alert
    counts must be there before it grows.
    """

    help: str
    label: str = ""
    always: tuple[str, ...] = ()


_ALWAYS = ("",)
_TRIGGERS = ("start", "change", "time", "schedule", "housekeeping", "rebuild", "admin", "desk")
_REASONS = ("unpublished", "removed", "invalid", "undated", "scheduled", "expired", "duplicate")

FAMILIES: Mapping[str, Family] = {
    "feedmill_up": Family(help="1 while the daemon answers."),
    "feedmill_build_info": Family(help="1, with the version that runs.", label="version"),
    "feedmill_ready": Family(help="1 while feeds are served."),
    "feedmill_held": Family(help="1 while the guard holds passes back.", always=_ALWAYS),
    "feedmill_failing": Family(help="1 while passes fail.", always=_ALWAYS),
    "feedmill_passes_total": Family(
        help="Passes since the start, by trigger.", label="trigger", always=_TRIGGERS
    ),
    "feedmill_passes_failed_total": Family(
        help="Passes that failed or were held back, by why.", label="why", always=("error", "held")
    ),
    "feedmill_pass_seconds": Family(help="How long passes took."),
    "feedmill_last_pass_seconds": Family(help="How long the last pass took."),
    "feedmill_last_pass_timestamp_seconds": Family(help="When the last pass that did not fail began."),
    "feedmill_next_change_seconds": Family(help="Seconds until the next planned change."),
    "feedmill_seeds": Family(help="Seed files known.", always=_ALWAYS),
    "feedmill_entries": Family(help="Seeds in feeds (eligible).", always=_ALWAYS),
    "feedmill_kept": Family(help="Seeds in feeds in their last good form.", always=_ALWAYS),
    "feedmill_withheld": Family(help="Seeds withheld, by reason.", label="reason", always=_REASONS),
    "feedmill_problems": Family(
        help="Problems of the last pass, by severity.",
        label="severity",
        always=("error", "warning", "notice"),
    ),
    "feedmill_documents": Family(help="Documents published.", always=_ALWAYS),
    "feedmill_documents_written_total": Family(help="Documents written since the start.", always=_ALWAYS),
    "feedmill_http_requests_total": Family(
        help="Answers of the origin, by status.",
        label="status",
        always=("200", "301", "304", "404", "410", "500", "503"),
    ),
    "feedmill_http_documents_total": Family(help="Documents sent (200), by content coding.", label="coding"),
    "feedmill_http_sent_bytes_total": Family(help="Bytes the origin sent."),
    "feedmill_http_not_modified_ratio": Family(help="Share of 304 among 200 and 304."),
    "feedmill_http_connections": Family(help="Open connections to the origin."),
    "feedmill_http_timeouts_total": Family(help="Connections closed because the client was too slow."),
    "feedmill_http_evicted_total": Family(help="Connections closed to make room for others."),
    "feedmill_http_cache_bytes": Family(help="Bytes of documents held in memory."),
    "feedmill_subscriptions": Family(help="Subscriptions at the hub.", always=_ALWAYS),
    "feedmill_subscriptions_failing": Family(
        help="Subscriptions whose last delivery failed.", always=_ALWAYS
    ),
    "feedmill_deliveries_total": Family(
        help="Deliveries since the start, by result.",
        label="result",
        always=("delivered", "failed", "gone", "given up"),
    ),
    "feedmill_delivery_seconds": Family(help="Seconds from publication to delivery."),
    "feedmill_verifications_total": Family(
        help="Requests verified since the start, by result.",
        label="result",
        always=("confirmed", "denied", "refused", "retried"),
    ),
    "feedmill_hub_pings_total": Family(
        help="Words to other hubs since the start, by result.", label="result", always=("told", "failed")
    ),
    "feedmill_mirror_lag_seconds": Family(
        help="Seconds since something is out that a mirror has not.", label="mirror"
    ),
    "feedmill_mirror_behind": Family(help="Documents that a mirror has not as they are.", label="mirror"),
    "feedmill_mirror_failing": Family(help="1 while a mirror cannot be written.", label="mirror"),
    "feedmill_mirror_puts_total": Family(help="Documents put since the start, by mirror.", label="mirror"),
    "feedmill_subscribers": Family(help="Subscribers that readers named, by feed.", label="feed"),
}


def complete(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values by family, in the order of `FAMILIES`, with the zeros that are told always."""
    found: dict[str, Value] = {}
    for name, family in FAMILIES.items():
        value = values.get(name)
        if family.label:
            counted = value if isinstance(value, Mapping) else {}
            if family.always or counted:
                found[name] = {**dict.fromkeys(family.always, 0.0), **counted}
        elif value is not None:
            found[name] = value
        elif family.always:
            found[name] = 0.0
    return found
