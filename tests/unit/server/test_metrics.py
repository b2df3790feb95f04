"""Counts, and how Prometheus reads them."""

from __future__ import annotations

import re

from feedmill.server.metrics import FAMILIES, Histogram, Traffic, exposition
from wire import House

LINE = re.compile(r'# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\[\\"n])*"\})? -?[0-9.e+-]+')


def test_every_line_is_well_formed() -> None:
    values = {**Traffic().values(), "feedmill_subscribers": {'a"b\\c\nd': 1.5}, "other": {"x": 2}}
    lines = exposition(values).decode().splitlines()
    for line in lines:
        assert LINE.fullmatch(line), line
    assert 'feedmill_subscribers{feed="a\\"b\\\\c\\nd"} 1.5' in lines
    assert 'other{key="x"} 2' in lines
    assert "# TYPE feedmill_http_requests_total counter" in lines
    assert "# TYPE feedmill_http_connections gauge" in lines
    assert exposition(values).endswith(b"\n")


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


def test_a_histogram_counts_up_to_each_bound() -> None:
    seconds = Histogram(bounds=(0.1, 1.0), counts=(2, 1, 1), total=12.5)
    assert exposition({"feedmill_delivery_seconds": seconds}).decode().splitlines()[1:] == [
        "# TYPE feedmill_delivery_seconds histogram",
        'feedmill_delivery_seconds_bucket{le="0.1"} 2',
        'feedmill_delivery_seconds_bucket{le="1.0"} 3',
        'feedmill_delivery_seconds_bucket{le="+Inf"} 4',
        "feedmill_delivery_seconds_sum 12.5",
        "feedmill_delivery_seconds_count 4",
    ]
