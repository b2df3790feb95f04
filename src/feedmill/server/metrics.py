"""What was counted, and how Prometheus reads it (text format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Observations by the first of the ascending `bounds` that they are within; the last count: beyond."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float


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
    """A metric's help text and, where it has one, its label. A counter's name ends in `_total`."""

    help: str
    label: str = ""


FAMILIES: Mapping[str, Family] = {
    "feedmill_up": Family(help="1 while the daemon answers."),
    "feedmill_ready": Family(help="1 while feeds are served and the last pass did not fail."),
    "feedmill_passes_total": Family(help="Passes since the start, by trigger.", label="trigger"),
    "feedmill_passes_failed_total": Family(help="Passes that failed or were held back, by why.", label="why"),
    "feedmill_pass_seconds_total": Family(help="Seconds spent in passes since the start."),
    "feedmill_last_pass_seconds": Family(help="How long the last pass took."),
    "feedmill_last_pass_timestamp_seconds": Family(help="When the last pass ended."),
    "feedmill_next_change_seconds": Family(help="Seconds until the next planned change."),
    "feedmill_seeds": Family(help="Seed files known."),
    "feedmill_entries": Family(help="Seeds in feeds (eligible)."),
    "feedmill_withheld": Family(help="Seeds withheld, by reason.", label="reason"),
    "feedmill_problems": Family(help="Problems of the last pass, by severity.", label="severity"),
    "feedmill_documents": Family(help="Documents published."),
    "feedmill_documents_written_total": Family(help="Documents written since the start."),
    "feedmill_http_requests_total": Family(help="Answers of the origin, by status.", label="status"),
    "feedmill_http_documents_total": Family(help="Documents sent (200), by content coding.", label="coding"),
    "feedmill_http_sent_bytes_total": Family(help="Bytes the origin sent."),
    "feedmill_http_not_modified_ratio": Family(help="Share of 304 among 200 and 304."),
    "feedmill_http_connections": Family(help="Open connections to the origin."),
    "feedmill_http_timeouts_total": Family(help="Connections closed because the client was too slow."),
    "feedmill_http_evicted_total": Family(help="Connections closed to make room for others."),
    "feedmill_http_cache_bytes": Family(help="Bytes of documents held in memory."),
    "feedmill_subscriptions": Family(help="Subscriptions at the hub."),
    "feedmill_subscriptions_failing": Family(help="Subscriptions whose last delivery failed."),
    "feedmill_deliveries_total": Family(help="Deliveries since the start, by result.", label="result"),
    "feedmill_delivery_seconds": Family(help="Seconds from publication to delivery."),
    "feedmill_verifications_total": Family(
        help="Requests verified since the start, by result.", label="result"
    ),
    "feedmill_hub_pings_total": Family(
        help="Words to other hubs since the start, by result.", label="result"
    ),
    "feedmill_mirror_lag_seconds": Family(
        help="Seconds since something is out that a mirror has not.", label="mirror"
    ),
    "feedmill_mirror_behind": Family(help="Documents that a mirror has not as they are.", label="mirror"),
    "feedmill_mirror_failing": Family(help="1 while a mirror cannot be written.", label="mirror"),
    "feedmill_mirror_puts_total": Family(help="Documents put since the start, by mirror.", label="mirror"),
    "feedmill_subscribers": Family(help="Subscribers that readers named, by feed.", label="feed"),
}


def exposition(values: Mapping[str, Value]) -> bytes:
    """Return the Prometheus text format.

    Written here because it is twenty lines, and the client library would bring a global registry
    and a lock per counter into the hot path. A family without an entry in `FAMILIES` is untyped.
    """
    lines: list[str] = []
    for name, value in values.items():
        family = FAMILIES.get(name)
        if family is not None:
            lines.append(f"# HELP {name} {family.help}")
            lines.append(f"# TYPE {name} {_type(name, value)}")
        lines.extend(_samples(name, value, family.label if family and family.label else "key"))
    return ("\n".join(lines) + "\n").encode()


def _type(name: str, value: Value) -> str:
    if isinstance(value, Histogram):
        return "histogram"
    return "counter" if name.endswith("_total") else "gauge"


def _samples(name: str, value: Value, label: str) -> Iterable[str]:
    if isinstance(value, Histogram):
        for bound, count in zip((*value.bounds, "+Inf"), accumulate(value.counts), strict=True):
            yield f'{name}_bucket{{le="{bound}"}} {count}'
        yield f"{name}_sum {_number(value.total)}"
        yield f"{name}_count {sum(value.counts)}"
    elif isinstance(value, Mapping):
        for key, number in value.items():
            escaped = key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            yield f'{name}{{{label}="{escaped}"}} {_number(number)}'
    else:
        yield f"{name} {_number(value)}"


def _number(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else repr(float(number))
