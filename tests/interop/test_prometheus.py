"""Alerts and dashboard against the metrics that exist: promtool, and Prometheus itself scraping a daemon."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Require, Start
from feedmill.server.metrics import FAMILIES
from operated.daemon import eventually, free_port

ALERTS, DASHBOARD = "deploy/prometheus/alerts.yml", "deploy/grafana/feedmill.json"
NAME = re.compile(r"\b(?:feedmill|process)_[a-z0-9_]+")


@pytest.fixture
def admin(tmp_path: Path, start_feedmill: Start) -> Iterator[str]:
    """The admin listener of a daemon that was not asked for anything yet."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/a.md").write_text("---\ntitle: A\nwebUrl: https://x.org/a\ndate: 2026-01-01\n---\n")
    config = "site: {url: 'https://feeds.test/'}\nserver: {port: 0}\nadmin: {port: 0}\nlog: {format: json}\n"
    (tmp_path / "config.yaml").write_text(config)
    process = start_feedmill("run", cwd=tmp_path)
    assert process.stderr is not None
    yield next(line["admin"] for line in map(json.loads, process.stderr) if line["message"] == "ready")


def _scraped(admin: str) -> str:
    with urllib.request.urlopen(f"{admin}metrics", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def _expressions(root: Path) -> list[str]:
    rules = yaml.safe_load((root / ALERTS).read_text("utf-8"))
    board = json.loads((root / DASHBOARD).read_text("utf-8"))
    found = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    found += [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    return found + [note["expr"] for note in board["annotations"]["list"]]


def test_the_alerts_fire_when_they_should(root: Path, require: Require, tmp_path: Path) -> None:
    promtool = require("promtool")
    subprocess.run([promtool, "check", "rules", root / ALERTS], check=True, capture_output=True)
    tests = tmp_path / "test.yml"
    told = Path(__file__).with_name("alerts_test.yml").read_text("utf-8")
    tests.write_text(told.replace("@ALERTS@", str(root / ALERTS)), "utf-8")
    done = subprocess.run([promtool, "test", "rules", tests], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_metrics_pass_promtool(admin: str, require: Require) -> None:
    done = subprocess.run(
        [require("promtool"), "check", "metrics"],
        input=_scraped(admin),
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_metric_that_is_named_exists_from_the_start(root: Path, admin: str, require: Require) -> None:
    require("promtool")
    samples = set(re.findall(r"^([a-z0-9_]+)", _scraped(admin), re.MULTILINE))
    named = {name for expression in _expressions(root) for name in NAME.findall(expression)}
    seldom = {"feedmill_next_change_seconds", "feedmill_subscribers"}  # nothing is planned, nobody reads
    seldom |= {name for name in named if name.startswith("feedmill_mirror_")}  # and there is no mirror
    assert named - samples <= seldom
    assert seldom <= FAMILIES.keys()
    assert "feedmill_held" in named


def test_prometheus_scrapes_and_evaluates_all_of_it(
    root: Path, admin: str, require: Require, tmp_path: Path
) -> None:
    config = yaml.safe_load((root / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    job = config["scrape_configs"][0]
    job["scrape_interval"] = "1s"
    job["static_configs"][0]["targets"] = [urllib.parse.urlsplit(admin).netloc]
    config["rule_files"] = [str(root / ALERTS)]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    base = f"http://127.0.0.1:{free_port()}"
    arguments = [
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/tsdb",
        f"--web.listen-address={base.removeprefix('http://')}",
    ]
    process = subprocess.Popen([require("prometheus"), *arguments], stderr=subprocess.DEVNULL)

    def ask(path: str, **fields: str) -> Any:
        try:
            with urllib.request.urlopen(
                f"{base}/api/v1/{path}?{urllib.parse.urlencode(fields)}", timeout=10
            ) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    try:
        up = eventually(lambda: (ask("query", query="feedmill_up") or {}).get("result"), "a scrape", 60)
        assert up[0]["value"][1] == "1"
        for expression in _expressions(root):
            plain = expression.replace("$job", "feedmill").replace("$instance", ".*")
            plain = plain.replace("$__rate_interval", "1m")
            assert ask("query", query=plain) is not None, plain
        groups = ask("rules")["groups"]
        assert {rule["health"] for rule in groups[0]["rules"]} <= {"ok", "unknown"}
    finally:
        process.terminate()
        process.wait(timeout=20)
