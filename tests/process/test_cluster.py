"""`seeds.workers: dask://…`: a cluster of processes makes the same records, whatever happens to it."""

from __future__ import annotations

import logging
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from feedmill.model.seed import Record
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.decode_pool import Item, run_all
from feedmill.seeds.records import decoding
from operated.daemon import Folder, seed_text

pytestmark = [pytest.mark.process, pytest.mark.filterwarnings("ignore")]

SETTINGS = DecodeSettings()
WORK = decoding(SETTINGS)
Site = Callable[..., Folder]
Command = Callable[..., Any]


def seeds(count: int) -> Iterator[Item]:
    for number in range(count):
        if number == 7:
            yield "broken.md", b"---\ntitle: [\n---\n"
        elif number == 8:
            yield "large.md", b"---\ntitle: Large\nwebUrl: https://example.org/l\n---\n" + b"word " * 50_000
        else:
            yield f"{number:05}.md", seed_text(f"Seed{number} é").encode()


def expected(count: int) -> list[Record]:
    return [decode(path, data, SETTINGS) for path, data in seeds(count)]


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two workers, each a process that its nanny starts anew when it dies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from distributed import LocalCluster

        with LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.ERROR,
        ) as found:
            yield found


def pids(cluster: Any) -> list[int]:
    return [nanny.pid for nanny in cluster.workers.values() if nanny.pid]


def test_a_cluster_makes_the_same_records(cluster: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert list(run_all(seeds(400), WORK, workers=cluster.scheduler_address)) == expected(400)
    assert "decoding here" not in caplog.text


def test_a_lost_worker_is_no_loss(cluster: Any) -> None:
    def killing() -> Iterator[Item]:
        for number, item in enumerate(seeds(3_000)):
            if number in (1_000, 2_000):
                os.kill(pids(cluster)[0], signal.SIGKILL)
            yield item

    assert list(run_all(killing(), WORK, workers=cluster.scheduler_address)) == expected(3_000)


def test_a_lost_scheduler_is_no_loss(cluster: Any, caplog: pytest.LogCaptureFixture) -> None:
    address = cluster.scheduler_address

    def closing() -> Iterator[Item]:
        for number, item in enumerate(seeds(2_000)):
            if number == 900:
                cluster.close()
            yield item

    assert list(run_all(closing(), WORK, workers=address)) == expected(2_000)
    assert list(run_all(seeds(300), WORK, workers=address)) == expected(300)
    assert "does not answer, decoding here" in caplog.text


def test_workers_that_differ_get_no_seeds(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from feedmill.seeds.decode_pool import cluster as door

    monkeypatch.setattr(door, "_DECIDE", f"{door._DECIDE} pytest")  # as if ours had another library
    assert list(run_all(seeds(300), WORK, workers=cluster.scheduler_address)) == expected(300)
    assert "2 of 2 Dask workers have another feedmill, Python or library" in caplog.text


def test_a_build_by_a_cluster_gives_the_same_bytes(cluster: Any, site: Site, feedmill: Command) -> None:
    here, there = site(), site(f"seeds: {{workers: '{cluster.scheduler_address.replace('tcp', 'dask')}'}}")
    for folder in (here, there):
        for path, data in seeds(400):
            (folder.seeds / path).write_bytes(data)
    feedmill("build", cwd=here.path, code=1)
    done = feedmill("build", cwd=there.path, code=1)
    assert "decoding here" not in done.stderr
    assert there.documents() == here.documents()


def test_without_the_library_it_says_what_to_install(site: Site, feedmill: Command, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u; f = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'distributed' else f(name, *rest)\n"
    )
    folder = site("seeds: {workers: 'dask://127.0.0.1:1'}")
    folder.write("one.md")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = feedmill("build", cwd=folder.path, env={"PYTHONPATH": path}, code=2)
    assert "seeds.workers needs distributed: pip install '.[dask]' in feedmill's checkout" in done.stderr
