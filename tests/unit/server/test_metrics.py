"""Counts, and how Prometheus reads them."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from feedmill.server.exposition import exposition
from feedmill.server.metrics import FAMILIES, Histogram, Traffic, Value
from wire import House


def _samples(values: dict[str, Value]) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = exposition(values).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_was_counted_is_read_back() -> None:
    found = _samples({**Traffic().values(), "feedmill_subscribers": {'a"b\\c\nd': 1.5}})
    assert found["feedmill_subscribers", (("feed", 'a"b\\c\nd'),)] == 1.5
    assert found["feedmill_http_requests_total", (("status", "304"),)] == 0
    assert found["feedmill_http_connections", ()] == 0


def test_every_family_has_its_type_and_its_help() -> None:
    lines = exposition(Traffic().values()).decode().splitlines()
    assert "# TYPE feedmill_http_requests_total counter" in lines
    assert "# TYPE feedmill_http_connections gauge" in lines
    for name, family in FAMILIES.items():
        assert f"# HELP {name} {family.help}" in lines or not (family.always or name in Traffic().values())


def test_what_alerts_count_is_there_before_it_grows() -> None:
    found = _samples({})
    for name, label, value in (
        ("feedmill_held", None, None),
        ("feedmill_failing", None, None),
        ("feedmill_passes_failed_total", "why", "error"),
        ("feedmill_passes_failed_total", "why", "held"),
        ("feedmill_passes_total", "trigger", "change"),
        ("feedmill_withheld", "reason", "invalid"),
        ("feedmill_problems", "severity", "error"),
        ("feedmill_deliveries_total", "result", "failed"),
    ):
        assert found[name, ((label, value),) if label and value else ()] == 0


def test_the_process_is_measured() -> None:
    found = _samples({})
    assert found["process_resident_memory_bytes", ()] > 1 << 20
    assert {"process_cpu_seconds_total", "process_open_fds"} <= {name for name, _ in found}


def test_what_nobody_named_is_our_mistake() -> None:
    assert ("other", ()) not in _samples({"other": 1.0})


def test_requests_are_counted_by_status_and_coding(house: House) -> None:
    first = house.ask("/all.rss", Accept_Encoding="gzip")
    house.ask("/all.rss", Accept_Encoding="gzip", If_None_Match=first["etag"])
    house.ask("/all.rss")
    house.ask("/nowhere")
    traffic = house.origin.traffic
    assert {code: n for code, n in traffic.statuses.items() if n} == {200: 2, 304: 1, 404: 1}
    assert traffic.codings == {"br": 0, "gzip": 1, "identity": 1}
    assert traffic.requests == 4
    assert traffic.not_modified_share == 1 / 3
    assert traffic.bytes_sent > len(first.body) + len(house.ask("/all.rss").body)


def test_all_that_is_measured_has_a_help_text(house: House) -> None:
    assert set(house.origin.metrics()) <= set(FAMILIES)


def test_bytes_are_what_went_over_the_wire(house: House) -> None:
    reply = house.ask("/all.rss")
    assert house.origin.traffic.bytes_sent == len(reply.head) + 4 + len(reply.body)


@pytest.mark.parametrize(("value", "place"), [(0.1, 0), (0.2, 1), (1.0, 1), (2.0, 2)])
def test_an_observation_counts_for_the_first_bound_that_it_is_within(value: float, place: int) -> None:
    seen = Histogram.empty((0.1, 1.0)).with_one(value)
    assert seen.counts[place] == 1
    assert sum(seen.counts) == 1
    assert seen.total == value


def test_a_histogram_counts_up_to_each_bound() -> None:
    seconds = Histogram(bounds=(0.1, 1.0), counts=(2, 1, 1), total=12.5)
    found = _samples({"feedmill_delivery_seconds": seconds})
    buckets = {key[1][0][1]: n for key, n in found.items() if key[0] == "feedmill_delivery_seconds_bucket"}
    assert buckets == {"0.1": 2, "1.0": 3, "+Inf": 4}
    assert found["feedmill_delivery_seconds_sum", ()] == 12.5
    assert found["feedmill_delivery_seconds_count", ()] == 4
