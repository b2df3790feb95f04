from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from feedmill.model.seed import Reason, Record
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.decode_pool import Item, Work, run_all
from feedmill.seeds.decode_pool.work import run_chunk
from feedmill.seeds.records import decoding

SETTINGS = DecodeSettings()
WORK = decoding(SETTINGS)
MANY = 260


def seed(number: int, body: str = "") -> Item:
    text = (
        f"---\ntitle: Title {number} – é\nwebUrl: https://example.org/{number}\ntopics: [a, b]\n---\n{body}"
    )
    return f"news/{number:05}.md", text.encode()


def seeds(count: int = MANY) -> list[Item]:
    items = [seed(number, "*text*" * (number % 3)) for number in range(count)]
    items[3] = ("broken.md", b"---\ntitle: [\n---\n")
    items[5] = ("blank.md", b"nothing")
    items[7] = ("name\udcff.md", items[7][1])
    items[8] = ("large.md", b"x" * 2_000_000)
    return items


def expected(items: list[Item]) -> list[Record]:
    return [decode(path, data, SETTINGS) for path, data in items]


def children(of: int | str = "self") -> set[int]:
    """The processes that one has started and not waited for, zombies too. A thread may end while we look."""
    found: set[int] = set()
    for task in Path(f"/proc/{of}/task").iterdir():
        with suppress(FileNotFoundError):
            found.update(map(int, (task / "children").read_text().split()))
    return found


def descriptors(pid: int) -> set[str]:
    """What a process has open, as far as it stays open while we look."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(link.readlink()))
    return found


def kinds(pid: int) -> set[str]:
    """What kinds of things a process has open."""
    return {name.partition(":")[0] for name in descriptors(pid)}


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


BAD_DECODER = """\
import os, signal, sys, time
import feedmill.seeds.decode
module = sys.modules["feedmill.seeds.decode"]
good = module.decode
def decode(path, data, settings, *, thorough=False):
    name = path.rpartition("/")[2]
    if name.startswith("crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if name.startswith("raise"):
        raise RuntimeError(path)
    if name.startswith("spin"):
        while True:
            pass
    if name.startswith("sleep"):
        time.sleep(1000)
    if name.startswith("wait"):
        time.sleep(1.5)
    if name.startswith("grow"):
        bytearray(1 << 40)
    if name.startswith("once") and not os.path.exists(data):
        open(data, "w").close()
        os._exit(9)
    return good(path, data, settings, thorough=thorough)
"""


@pytest.fixture(params=["forked", "fresh"])
def start(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both ways to start a process: the fork that a program of one thread gets, and the other."""
    done = threading.Event()
    if request.param == "fresh":
        threading.Thread(target=done.wait).start()
    yield
    done.set()


@pytest.fixture
def bad_decoder(start: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers (not this process) whose decoder dies or hangs for files of certain names."""
    (tmp_path / "sitecustomize.py").write_text(BAD_DECODER + "module.decode = decode\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    names: dict[str, Any] = {}
    exec(BAD_DECODER, names)
    monkeypatch.setattr("feedmill.seeds.decode.decode", names["decode"])


def test_a_few_are_decoded_here() -> None:
    items = seeds(20)
    del items[8]  # the large one
    before = children()
    records = run_all(iter(items), WORK, workers=2)
    first = next(records)
    assert children() == before
    assert [first, *records] == expected(items)


def test_nothing_is_nothing() -> None:
    assert list(run_all([], WORK)) == []


@pytest.mark.usefixtures("start")
def test_many_are_decoded_beside_in_order() -> None:
    items = seeds()
    before = children()
    records = run_all(iter(items), WORK, workers=2)
    first = next(records)
    assert len(children() - before) == 2
    assert [first, *records] == expected(items)
    assert children() == before


def test_one_worker_is_this_process() -> None:
    before = children()
    records = run_all(seeds(), WORK, workers=1)
    next(records)
    assert children() == before


def test_few_large_files_are_worth_processes_too() -> None:
    before = children()
    records = run_all(((f"{n}.md", b"x" * 3_000_000) for n in range(6)), WORK, workers=2)
    assert next(records).path == "0.md"
    assert len(children() - before) == 2
    assert len(list(records)) == 5


def test_the_work_reaches_the_processes() -> None:
    items = [("a.md", b"---\ntitle: x\nwebUrl: https://x.org/\npublishd: false\n---\n")] * 300
    for record in run_all(items, decoding(replace(SETTINGS, thorough=True)), workers=2):
        assert record == decode(*items[0], SETTINGS, thorough=True)


def test_items_are_read_only_a_little_ahead() -> None:
    taken = 0

    def items() -> Iterator[Item]:
        nonlocal taken
        for number in range(5_000):
            taken += 1
            yield seed(number)

    records = run_all(items(), WORK, workers=2)
    for done, _ in zip(range(1, 1001), records, strict=False):
        assert taken - done < 64 * 10
    records.close()  # type: ignore[attr-defined]


def test_items_are_taken_in_the_thread_that_iterates() -> None:
    def items() -> Iterator[Item]:
        for item in seeds():
            assert threading.current_thread() is threading.main_thread()
            yield item

    assert sum(1 for _ in run_all(items(), WORK, workers=2)) == MANY


@pytest.mark.usefixtures("start")
def test_closing_early_ends_the_processes() -> None:
    before = children()
    records = run_all(seeds(), WORK, workers=2)
    next(records)
    records.close()  # type: ignore[attr-defined]
    assert children() == before


def test_an_error_of_the_source_ends_the_processes() -> None:
    def items() -> Iterator[Item]:
        yield from seeds()
        raise OSError("source")

    before = children()
    with pytest.raises(OSError, match="source"):
        list(run_all(items(), WORK, workers=2))
    assert children() == before


def test_the_two_ways_to_start() -> None:
    """A copy of this program beside no thread, a program of its own beside others."""
    others = threading.active_count()
    alone = len(list(Path("/proc/self/task").iterdir())) == 1  # pytest-xdist brings a thread
    commands = []
    for beside_a_thread in (False, True):
        done = threading.Event()
        if beside_a_thread:
            threading.Thread(target=done.wait).start()
        before = children()
        records = run_all(seeds(), WORK, workers=2)
        next(records)
        commands.append({Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children() - before})
        records.close()  # type: ignore[attr-defined]
        done.set()
        wait_until(lambda: threading.active_count() == others)
    own = Path("/proc/self/cmdline").read_bytes()
    assert not alone or commands[0] == {own}
    assert own not in commands[1]


# One file's fault


@pytest.mark.usefixtures("bad_decoder")
@pytest.mark.parametrize(
    ("name", "seconds", "why"),
    [
        ("crash.md", 1.5, "(SIGSEGV)"),
        ("raise.md", 1.5, "(exit code 1)"),
        ("grow.md", 1.5, "(exit code 1)"),
        ("spin.md", 1.5, "took more than 1.5 seconds"),
        ("sleep.md", 0.5, "took more than 0.5 seconds"),
    ],
)
def test_one_files_fault_is_its_own(name: str, seconds: float, why: str) -> None:
    items = seeds()
    items[40] = (f"news/{name}", items[40][1])
    before = children()
    records = list(run_all(items, decoding(SETTINGS, seconds=seconds), workers=2))
    assert children() == before
    good = expected(items)
    assert records[:40] + records[41:] == good[:40] + good[41:]
    culprit = records[40]
    assert (culprit.path, culprit.seed, culprit.reason) == (f"news/{name}", None, Reason.INVALID)
    assert culprit.takedown
    assert why in culprit.problems[0].message


@pytest.mark.usefixtures("bad_decoder")
def test_a_busy_machine_is_not_held_against_a_file() -> None:
    items = seeds()
    items[40] = ("news/wait.md", items[40][1])
    records = list(run_all(items, decoding(SETTINGS, seconds=0.5), workers=2))
    assert records == expected(items)


@pytest.mark.usefixtures("bad_decoder")
def test_several_faults() -> None:
    items = seeds()
    culprits = {0, 1, 33, 34, 200, MANY - 1}
    for number in culprits:
        items[number] = (f"crash{number}.md", b"")
    records = list(run_all(items, WORK, workers=2))
    assert {number for number, record in enumerate(records) if "ended" in str(record.problems)} == culprits
    assert [record.path for record in records] == [path for path, _ in items]


@pytest.mark.usefixtures("bad_decoder")
def test_a_process_that_is_killed_from_outside_costs_nothing(tmp_path: Path) -> None:
    once = ("once.md", os.fsencode(tmp_path / "flag"))
    items = [*seeds(150), once, *seeds(150)]
    assert list(run_all(items, WORK, workers=2)) == expected(items)
    assert (tmp_path / "flag").exists()


def test_without_processes_all_is_decoded_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    items = seeds()
    done = threading.Event()
    threading.Thread(target=done.wait).start()
    try:
        for executable in (tmp_path / "no-python", Path("/bin/false")):
            monkeypatch.setattr(sys, "executable", str(executable))
            assert list(run_all(items, WORK, workers=2)) == expected(items)
    finally:
        done.set()


ORPHANS = """
import sys, threading
from feedmill.model.settings import DecodeSettings
from feedmill.seeds import decoding, run_all
if sys.argv[1] == "fresh":
    threading.Thread(target=threading.Event().wait, daemon=True).start()
records = run_all(((f"{n}.md", b"x") for n in range(10**9)), decoding(DecodeSettings()), workers=2)
next(records)
print("running", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("start", ["forked", "fresh"])
def test_workers_do_not_outlive_a_killed_parent(start: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS, start], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline()
        workers = children(parent.pid)
        assert len(workers) == 2
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(map(alive, workers)))


def alive(pid: int) -> bool:
    return state(pid) not in "ZX"


def state(pid: int) -> str:
    """Return what a process does, as the kernel's letter; X where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"


@pytest.mark.usefixtures("start")
def test_workers_inherit_nothing(tmp_path: Path) -> None:
    before = children()
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        records = run_all(seeds(), WORK, workers=2)
        next(records)
        workers = children() - before
        assert len(workers) == 2
        for pid in workers:
            wait_until(lambda pid=pid: kinds(pid) == {"/dev/null", "pipe"})  # type: ignore[misc]
            assert os.getpgid(pid) == pid
        records.close()  # type: ignore[attr-defined]


def test_the_terminals_interrupt_leaves_no_process() -> None:
    """Ctrl-C reaches the whole process group: the program ends its workers, they say nothing."""
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS, "forked"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    ) as parent:
        assert parent.stdout
        assert parent.stderr
        assert parent.stdout.readline()
        workers = children(parent.pid)
        wait_until(lambda: state(parent.pid) == "S")  # it reads: no signal falls between a look and the read
        os.killpg(parent.pid, signal.SIGINT)
        said = parent.stderr.read().decode()
    assert said.count("KeyboardInterrupt") == 1, said
    wait_until(lambda: not any(map(alive, workers)))


# Foreign Executors


@pytest.fixture(params=["threads", "processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "threads":
        with ThreadPoolExecutor(2) as threads:
            yield threads
    else:
        with ProcessPoolExecutor(2, get_context("spawn")) as processes:
            yield processes


def test_any_executor_can_decode(executor: Executor) -> None:
    items = seeds(20)
    assert WORK.unpack(executor.submit(run_chunk, WORK, items).result()) == expected(items)


# The wire


def test_the_wire_carries_everything() -> None:
    records = expected([*seeds(20), ("\ud800\udcff.md", bytes(range(256)))])
    assert WORK.unpack(WORK.pack(records)) == records


@pytest.mark.parametrize("refused", [False, True])
def test_beside_a_daemon_a_worker_gives_way_where_it_can(refused: bool) -> None:
    # systemd's filter of system calls may refuse it: that must not cost the worker its life
    program = "import os, sys; from feedmill.seeds.decode_pool import child\n"
    if refused:
        program += "def nice(by): raise PermissionError\nos.nice = nice\n"
    program += "child._give_way(); sys.exit(os.getpriority(os.PRIO_PROCESS, 0))"
    before = os.getpriority(os.PRIO_PROCESS, 0)
    done = subprocess.run([sys.executable, "-c", program], check=False)
    # by little: on a busy machine a child at nice 10 starves, and a pass waits for it
    assert done.returncode == (before if refused else min(19, before + 2))


def test_a_large_file_is_never_decoded_here_and_has_a_second() -> None:
    """Two thousand small files could wait for it; what it says is told."""
    flood = b"---\ntitle: x\nwebUrl: https://example.org/\ntopics:\n" + b"- a\n" * 1_000_000 + b"---\n"
    before = children()
    used = time.process_time()
    records = list(run_all([seed(1), ("flood.md", flood), seed(2)], WORK, workers=1))
    assert children() == before
    assert time.process_time() - used < WORK.seconds  # of this process's: the rest is the other's
    assert [record.reason for record in records] == [None, Reason.INVALID, None]
    assert "took more than 1 seconds to decode" in records[1].problems[0].message


@pytest.mark.parametrize("workers", [1, 2])
def test_a_large_file_is_taken_when_a_process_has_time_for_it(workers: int) -> None:
    """Who hands them in may stop at any: nothing waits in a pipe or a chunk."""
    taken = 0

    def items() -> Iterator[Item]:
        nonlocal taken
        yield seed(1)
        for number in range(6):
            taken += 1
            yield (f"large{number}.md", b"---\nx: [\n---\n" + b"x" * 200_000)

    before = children()
    done = 0
    for record in run_all(items(), WORK, workers=workers, ahead=1):
        done += record.path.startswith("large")
        assert taken <= done + 2 * workers
        assert len(children() - before) <= workers
    assert (taken, done) == (6, 6)


def test_any_function_can_be_the_work() -> None:
    work = Work(run=length, given_up=lost, seconds=1.5)
    items = [(str(number), b"x" * number) for number in range(300)]
    assert list(run_all(items, work, workers=2)) == list(range(300))
    items[7] = ("spin", b"")
    assert list(run_all(items, work, workers=2)) == [*range(7), -1, *range(8, 300)]


def length(path: str, data: bytes) -> int:
    while path == "spin":
        pass
    return len(data)


def lost(path: str, why: str) -> int:
    assert (path, why) == ("spin", "took more than 1.5 seconds to decode")
    return -1
