"""The one door to prometheus-client: measured values in, its text format out (docs/adr/0030)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from feedmill.server.metrics import FAMILIES, Histogram, Value, complete

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposition(values: Mapping[str, Value]) -> bytes:
    """Return what Prometheus scrapes: `values` by the names in `FAMILIES`, and what the process costs.

    The registry lives as long as one scrape: nothing is counted in it, and nothing of it is global.
    """
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Values(complete(values)))
    return generate_latest(registry)


class _Values(Collector):
    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        for name, value in self._values.items():
            yield _metric(name, value)


def _metric(name: str, value: Value) -> Metric:
    family = FAMILIES[name]
    if isinstance(value, Histogram):
        bounds = (*(str(bound) for bound in value.bounds), "+Inf")
        counts = accumulate(float(count) for count in value.counts)
        buckets = list(zip(bounds, counts, strict=True))
        return HistogramMetricFamily(name, family.help, buckets=buckets, sum_value=value.total)
    made = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    metric = made(name, family.help, labels=[family.label] if family.label else [])
    for label, number in value.items() if isinstance(value, Mapping) else [("", value)]:
        metric.add_metric([label] if family.label else [], number)
    return metric
