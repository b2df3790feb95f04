"""Traces of passes, as a collector gets them: a real OTLP receiver on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace_service

from conftest import Start


class _Collector(BaseHTTPRequestHandler):
    received: Queue[Any]

    def do_POST(self) -> None:
        """Take spans as OTLP over HTTP sends them (binary protobuf, whole or gzipped)."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = trace_service.ExportTraceServiceRequest.FromString(body)
        assert self.path == "/v1/traces"
        self.received.put(request)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, Queue[Any]]]:
    """Address of a collector, and what it received."""
    received: Queue[Any] = Queue()
    handler = type("Collector", (_Collector,), {"received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def test_a_pass_is_a_span(tmp_path: Path, collector: tuple[str, Queue[Any]], start_feedmill: Start) -> None:
    (tmp_path / "seeds").mkdir()
    for number in range(101):  # enough to have its stages report
        text = f"---\ntitle: {number}\nwebUrl: https://x.org/{number}\ndate: 2026-01-01\n---\n"
        (tmp_path / f"seeds/{number}.md").write_text(text)
    (tmp_path / "config.yaml").write_text("server: {port: 0}\nadmin: {port: 0}\nlog: {format: json}\n")
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector[0], "OTEL_BSP_SCHEDULE_DELAY": "50"}
    process = start_feedmill("run", cwd=tmp_path, env=env)
    assert process.stderr is not None
    spans: dict[str, Any] = {}
    while "pass" not in spans:  # its stages end before it, and may be sent before it
        request = collector[1].get(timeout=60)
        spans |= {span.name: span for span in request.resource_spans[0].scope_spans[0].spans}
    facts = {one.key: one.value for one in spans["pass"].attributes}
    assert facts["feedmill.trigger"].string_value == "start"
    assert facts["feedmill.entries"].int_value == 101
    assert facts["feedmill.appeared"].int_value == 101
    assert spans["decode"].parent_span_id == spans["pass"].span_id
    assert spans["pass"].start_time_unix_nano <= spans["decode"].start_time_unix_nano
    resource = {one.key: one.value.string_value for one in request.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "feedmill"


def test_a_collector_that_is_not_there_stops_nothing(tmp_path: Path, start_feedmill: Start) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/a.md").write_text("---\ntitle: A\nwebUrl: https://x.org/a\ndate: 2026-01-01\n---\n")
    (tmp_path / "config.yaml").write_text("server: {port: 0}\nadmin: {port: 0}\nlog: {format: json}\n")
    process = start_feedmill("run", cwd=tmp_path, env={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("{") and json.loads(line)["message"] == "ready":
            break
    process.terminate()
    assert process.wait(timeout=20) == 0
