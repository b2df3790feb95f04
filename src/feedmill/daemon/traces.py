"""Traces of passes over OTLP, where the environment asks for them: the one door to OpenTelemetry.

`OTEL_EXPORTER_OTLP_ENDPOINT` says where to (docs/operations.md). A span a pass, and one for each stage that
took long enough to report progress. Nothing global is set, and without the variable nothing is imported.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import feedmill
from feedmill.daemon.log import LOGGER
from feedmill.pipeline import PassReport

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_FLUSH_MS = 1000

logger = logging.getLogger(LOGGER)


class Traces:
    """Tells of passes once they have ended. Belongs to the main thread; sending is the library's."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._provider = _provider(environ) if any(environ.get(name) for name in _ENDPOINTS) else None
        self._began = 0
        self._stages: list[tuple[str, int]] = []

    def begin(self) -> None:
        """A pass begins."""
        self._began, self._stages = time.time_ns(), []

    def stage(self, name: str) -> None:
        """The pass reports progress of a stage."""
        if self._provider is not None and (not self._stages or self._stages[-1][0] != name):
            self._stages.append((name, time.time_ns()))

    def passed(self, report: PassReport) -> None:
        """The pass has ended."""
        facts = {
            "feedmill.trigger": report.trigger,
            "feedmill.seeds": report.total,
            "feedmill.entries": report.eligible,
            "feedmill.appeared": report.appeared,
            "feedmill.changed": report.changed,
            "feedmill.vanished": report.vanished,
            "feedmill.written": report.written,
            "feedmill.errors": report.errors,
        }
        self._send(facts, f"held back: {report.held}" if report.held is not None else "")

    def failed(self, trigger: str, why: str) -> None:
        """The pass has failed."""
        self._send({"feedmill.trigger": trigger}, why)

    def close(self) -> None:
        """Send what is left, for a second at most."""
        if self._provider is not None:
            self._provider.force_flush(_FLUSH_MS)
            self._provider.shutdown()
            self._provider = None

    def _send(self, facts: Mapping[str, Any], trouble: str) -> None:
        if self._provider is None:
            return
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        end = time.time_ns()
        tracer = self._provider.get_tracer("feedmill", feedmill.__version__)
        span = tracer.start_span("pass", start_time=self._began, attributes=dict(facts))
        if trouble:
            span.set_status(Status(StatusCode.ERROR, trouble))
        within = set_span_in_context(span)
        ends = [began for _, began in self._stages[1:]] + [end]
        for (name, began), ended in zip(self._stages, ends, strict=True):
            tracer.start_span(name, context=within, start_time=began).end(ended)
        span.end(end)


def _provider(environ: Mapping[str, str]) -> TracerProvider | None:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        remedy = "pip install '.[otel]' in feedmill's checkout"
        logger.warning(f"traces are asked for, and OpenTelemetry is not there: {remedy}")
        return None
    facts = {"service.version": feedmill.__version__}
    facts["service.name"] = environ.get("OTEL_SERVICE_NAME") or "feedmill"
    provider = TracerProvider(resource=Resource.create(facts), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
