"""Three daemons over one database: one publishes, all serve, whoever of them dies, hangs or is cut off."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import Command
from feedmill.store.postgres.database import Database
from nodes import NodeDaemon, Nodes
from operated.daemon import Operator, eventually, held, seed_text
from operated.subscriber import subscriber
from postgres import Server
from postgres_proxy import Proxy

ROUNDS = int(os.environ.get("FEEDMILL_TORTURE", "8"))
pytestmark = pytest.mark.timeout(0 if ROUNDS > 100 else 300)


@pytest.fixture
def operator() -> Iterator[Operator]:
    found = Operator(str(Path(sys.executable).with_name("feedmill")))
    yield found
    found.end()


@pytest.fixture
def nodes(tmp_path: Path, url: str, operator: Operator) -> Nodes:
    """Three, with a seed, the first of them leading."""
    found = Nodes(tmp_path, url, operator)
    found.write("first.md", "First")
    found.start()
    eventually(lambda: all(node.titles() == ["First"] for node in found.nodes), "all serve")
    return found


class Reader:
    """Asks every node again and again; what no reader may ever see is in `faults`."""

    def __init__(self, nodes: list[NodeDaemon]) -> None:
        self.faults: list[str] = []
        self.answers = 0
        self.away: set[NodeDaemon] = set()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(node,)) for node in nodes]

    def __enter__(self) -> Reader:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _read(self, node: NodeDaemon) -> None:
        newest = 0
        while not self._ended.wait(0.01):
            excused = node in self.away
            try:
                answer = node.get("all.json")
            except OSError as error:
                if not (excused or node in self.away):
                    self.faults.append(f"{node.port}: {error}")
                continue
            if answer.status != 200:
                if not (excused or node in self.away):
                    self.faults.append(f"{node.port}: {answer.status}")
                continue
            self.answers += 1
            number = max(map(int, re.findall(rb"Counted (\d+)", answer.body)), default=0)
            if number < newest:
                self.faults.append(f"{node.port}: {number} after {newest}")
            newest = number


def count(nodes: Nodes, number: int) -> None:
    """Save the seed whose title counts on."""
    nodes.write("counted.md", f"Counted {number}")


def counted(node: NodeDaemon, number: int) -> bool:
    return f"Counted {number}" in node.titles()


def built(feedmill: Command, node: NodeDaemon, folder: Path) -> dict[str, bytes]:
    """Return what a cold build of a node's config makes in a folder."""
    apart = (f"feeds.dir={folder}", f"state.dir={folder}-state", "store.url=~")
    feedmill("build", *(word for one in apart for word in ("--set", one)), cwd=node.folder.path)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".feedmill" not in path.parts
    }


def shown(nodes: list[NodeDaemon], number: int, what: str = "") -> None:
    """Wait until nodes serve the count."""
    eventually(lambda: all(counted(node, number) for node in nodes), f"{number} is out: {what}")


def test_every_node_serves_the_same_and_what_a_local_build_makes(
    nodes: Nodes, tmp_path: Path, feedmill: Command
) -> None:
    count(nodes, 1)
    eventually(lambda: all(counted(node, 1) for node in nodes.nodes), "all serve the edit")
    # within its own second a change's instant is not told yet (RFC 9110, 8.8.2.1)
    eventually(lambda: all(node.get("feeds.json").modified for node in nodes.nodes), "its second is over")
    one = nodes.nodes[0]
    local = built(feedmill, one, tmp_path / "local")
    assert len(local) > 8
    for path, body in local.items():
        answers = [node.get(path) for node in nodes.nodes]
        assert {answer.body for answer in answers} == {body}, path
        assert len({(answer.etag, answer.modified) for answer in answers}) == 1, path
    assert not any(node.folder.feeds.exists() for node in nodes.nodes), "a feeds folder was written"


def test_what_an_operator_is_told(nodes: Nodes, feedmill: Command) -> None:
    leader = nodes.leader()
    others = [node for node in nodes.nodes if node is not leader]
    store = leader.daemon.status()["store"]
    assert "***@" in store["url"]
    assert (store["role"], store["epoch"], store["serial"]) == ("lead", 1, 1)
    assert sorted(node["role"] for node in store["nodes"]) == ["lead", "standby", "standby"]
    assert {node["current"] for node in store["nodes"]} == {True}
    eventually(lambda: {node.daemon.status()["daemon"]["state"] for node in others} == {"standby"})
    assert all("error" in node.daemon.ask("prune") for node in others)
    assert all("error" in node.daemon.ask("rebuild", force=True) for node in others)
    told = feedmill("status", cwd=leader.folder.path).stdout
    assert told.count("standby, generation 1") == 2
    busy = feedmill("build", cwd=nodes.add("apart").folder.path, code=3).stderr
    assert f"process {leader.daemon.pid} on " in busy


def test_a_killed_and_a_hanging_leader_are_replaced_and_no_reader_notices(nodes: Nodes) -> None:
    first = nodes.leader()
    with Reader(nodes.nodes) as reader:
        reader.away.add(first)
        first.daemon.process.kill()
        second = nodes.leader()
        assert second is not first
        count(nodes, 1)
        eventually(lambda: counted(second, 1), "the new leader publishes")
        reader.away.add(second)
        with held(second.daemon):
            third = next(node for node in nodes.nodes if node not in (first, second))
            eventually(lambda: third.role() == "lead", "the hanging one is replaced")
            count(nodes, 2)
            eventually(lambda: counted(third, 2), "the next one publishes")
        eventually(lambda: counted(second, 2), "the woken one follows")
        assert second.role() == "standby"
        count(nodes, 3)
        eventually(lambda: counted(second, 3) and counted(third, 3), "both go on")
    assert reader.faults == []
    assert third.daemon.status()["store"]["epoch"] == 3


def test_a_database_that_goes_away_stops_no_reader_and_comes_back(nodes: Nodes, server: Server) -> None:
    count(nodes, 1)
    eventually(lambda: all(counted(node, 1) for node in nodes.nodes))
    with Reader(nodes.nodes) as reader:
        server.stop()
        try:
            eventually(lambda: all(node.daemon.status()["store"]["trouble"] for node in nodes.nodes))
            seen = reader.answers
            eventually(lambda: reader.answers > seen + 30, "all go on serving")
            count(nodes, 2)
            assert all(
                any("database" in each["message"] for each in node.daemon.status()["problems"])
                for node in nodes.nodes
            )
        finally:
            server.start()
        eventually(lambda: all(counted(node, 2) for node in nodes.nodes), "they come back")
    assert reader.faults == []
    eventually(lambda: not any(node.daemon.status()["problems"] for node in nodes.nodes), "nothing is wrong")


def test_a_database_that_hangs_is_told_and_comes_back(nodes: Nodes, server: Server) -> None:
    nodes.write("first.md", "First")
    leader, *_ = nodes.nodes
    eventually(lambda: all(node.titles() == ["First"] for node in nodes.nodes))
    with server.hanging():
        eventually(
            lambda: any("the database" in each["message"] for each in leader.daemon.status()["problems"]),
            "an operator is told",
        )
        assert all(node.titles() == ["First"] for node in nodes.nodes), "and readers are served"
        nodes.write("first.md", "First", more="published: false\n")
    eventually(lambda: all(node.titles() == [] for node in nodes.nodes), "it comes back")
    eventually(lambda: not leader.daemon.status()["problems"])


def test_a_database_that_goes_back_is_followed(nodes: Nodes, server: Server) -> None:
    nodes.write("first.md", "First")
    eventually(lambda: all(node.titles() == ["First"] for node in nodes.nodes))
    earlier = server.save()
    for number in range(3):
        count(nodes, number)
        eventually(lambda number=number: all(counted(node, number) for node in nodes.nodes))  # type: ignore[misc]
    server.go_back(earlier)
    eventually(lambda: all(counted(node, 2) for node in nodes.nodes), "what was lost is published again")
    nodes.write("first.md", "First", more="published: false\n")
    eventually(lambda: all(node.titles() == ["Counted 2"] for node in nodes.nodes), "and all goes on")


def test_who_prints_otherwise_stands_by_until_it_is_alone(nodes: Nodes) -> None:
    leader = nodes.leader()
    newer = nodes.add("newer", title="Newer")
    newer.start()
    eventually(lambda: newer.titles() == ["First"], "it serves")
    leader.daemon.process.kill()
    second = nodes.leader()
    assert second is not newer
    for node in nodes.nodes:
        if node.daemon.alive():
            node.daemon.signal(signal.SIGTERM)
            node.daemon.ended()
    eventually(lambda: newer.role() == "lead", "the last one leads")
    eventually(lambda: b"Newer" in newer.get("all.json").body, "and publishes as it prints")


def test_who_has_other_mirrors_stands_by_and_is_told(nodes: Nodes, feedmill: Command) -> None:
    leader = nodes.leader()
    other = nodes.add("other")
    config = other.folder.path / "config.yaml"
    config.write_text(f"{config.read_text()}mirrors: ['file://{nodes.root}/www']\n")
    other.start()
    eventually(lambda: other.titles() == ["First"], "it serves")
    name = other.daemon.status()["store"]["name"]
    told = {node["name"]: node["current"] for node in leader.daemon.status()["store"]["nodes"]}
    assert sorted(told.values()) == [False, True, True, True]
    assert told[name] is False
    assert "or has other mirrors" in feedmill("status", cwd=leader.folder.path).stdout
    leader.daemon.process.kill()
    assert nodes.leader() is not other


def test_any_node_takes_subscribers_and_the_leader_delivers(nodes: Nodes) -> None:
    leader = nodes.leader()
    standby = next(node for node in nodes.nodes if node is not leader)
    with subscriber() as one:
        one.hub = f"http://127.0.0.1:{standby.port}/hub"
        one.topic = "https://feeds.test/all.atom"
        eventually(lambda: one.ask() == 202, "the request is taken")
        eventually(lambda: one.confirmed, "the leader verifies")
        count(nodes, 1)
        eventually(lambda: any(b"Counted 1" in body for body in one.got), "the leader delivers")
        eventually(
            lambda: leader.daemon.status()["followers"]["deliveries"].get("delivered") == len(one.got),
            "and has noted it: who dies before that leaves the next one to send it again",
        )
        leader.daemon.process.kill()
        nodes.leader()
        count(nodes, 2)
        eventually(lambda: any(b"Counted 2" in body for body in one.got), "and so does the next one")
        assert len(one.got) == len(set(one.got)), "nothing is delivered twice"


def test_a_lagging_copy_of_the_seeds_undoes_no_takedown(tmp_path: Path, url: str, operator: Operator) -> None:
    nodes = Nodes(tmp_path, url, operator, number=1)
    nodes.write("first.md", "First")
    nodes.write("old.md", "Old")
    nodes.write("secret.md", "Secret")
    lagging = tmp_path / "lagging"
    shutil.copytree(nodes.seeds, lagging)
    nodes.start()
    [first] = nodes.nodes
    eventually(lambda: set(first.titles()) == {"First", "Old", "Secret"})
    nodes.write("secret.md", "Secret", more="published: false\n")
    eventually(lambda: set(first.titles()) == {"First", "Old"}, "the takedown is out")
    second = nodes.add("second", seeds=lagging)
    second.start()
    eventually(lambda: set(second.titles()) == {"First", "Old"}, "the other node serves what is published")
    first.daemon.process.kill()
    eventually(lambda: second.role() == "lead")
    held_back = eventually(lambda: (second.daemon.status()["last_pass"] or {}).get("held"), "it is held")
    assert "earlier generation" in held_back
    assert set(second.titles()) == {"First", "Old"}
    assert "error" not in second.daemon.ask("rebuild")
    assert set(second.titles()) == {"First", "Old"}
    (lagging / "old.md").write_text(seed_text("Old", more="published: false\n"))
    eventually(lambda: second.titles() == ["First"], "a takedown goes out, and undoes none")
    assert "error" not in second.daemon.ask("rebuild")
    assert second.titles() == ["First"]
    assert "earlier generation" in second.daemon.status()["last_pass"]["held"]
    (lagging / "secret.md").unlink()
    shutil.copy(nodes.seeds / "secret.md", lagging / "secret.md")
    eventually(lambda: second.daemon.status()["last_pass"]["held"] is None, "it has caught up")
    (lagging / "third.md").write_text(seed_text("Third"))
    eventually(lambda: set(second.titles()) == {"First", "Third"}, "and goes on")


def test_at_random(tmp_path: Path, url: str, server: Server, operator: Operator, feedmill: Command) -> None:
    """Nodes are killed, stopped and cut off; of one, all that it says to the database is lost for a while."""
    chance = random.Random(7)
    nodes = Nodes(tmp_path, url, operator, number=2)
    proxy = Proxy(tmp_path / "lossy", server.folder / ".s.PGSQL.5432")
    way = url.replace(quote(str(server.folder), safe=""), quote(str(tmp_path / "lossy"), safe=""))
    assert way != url
    lossy = nodes.add("behind", url=way)
    nodes.nodes.append(lossy)
    nodes.write("first.md", "First")
    nodes.start()
    eventually(lambda: all(node.titles() == ["First"] for node in nodes.nodes), "all serve")
    told = Database(url, "listener", ("LISTEN feedmill",))
    serials: list[int] = [int(told.rows("SELECT serial FROM feedmill_head")[0][0])]
    with Reader(nodes.nodes) as reader:
        for number in range(1, ROUNDS + 1):
            node = chance.choice(nodes.nodes)
            what = chance.choice(["kill", "stop", "cut", "cut all", "lose"])
            if what == "kill":
                reader.away.add(node)
                node.daemon.process.kill()
                count(nodes, number)
                node.start()
                reader.away.discard(node)
            elif what == "stop":
                reader.away.add(node)
                with held(node.daemon):
                    count(nodes, number)
                    shown([other for other in nodes.nodes if other is not node], number)
                shown([node], number)
                reader.away.discard(node)
            elif what == "lose":  # its readers are served all the while
                proxy.dropping = True
                count(nodes, number)
                shown([other for other in nodes.nodes if other is not lossy], number, what)
                proxy.heal()
            else:
                pid = node.daemon.pid if what == "cut" else "%"
                told.rows(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s"
                    " AND pid <> pg_backend_pid()",
                    (f"%/{pid}/%",),
                )
                count(nodes, number)
            shown(nodes.nodes, number, what)
            found = int(told.rows("SELECT serial FROM feedmill_head")[0][0])
            assert found == serials[-1] + 1, f"round {number}, {what}: {serials[-1]} -> {found}"
            serials.append(found)
    assert reader.faults == []
    one = nodes.nodes[0]
    for path, body in built(feedmill, one, tmp_path / "cold").items():
        assert {node.get(path).body for node in nodes.nodes} == {body}, path
    told.close()
    proxy.close()


def test_who_is_cut_off_from_the_database_writes_no_mirror(
    tmp_path: Path, url: str, server: Server, operator: Operator
) -> None:
    """Its mirror was away while it led; when that is back, another node has taken a text down."""
    folder = tmp_path / "proxy"
    proxy = Proxy(folder, server.folder / ".s.PGSQL.5432")
    nodes = Nodes(tmp_path, url, operator, 2)
    cut, healthy = nodes.nodes
    www, way = tmp_path / "www", tmp_path / "way"
    way.symlink_to(www)
    through = quote(str(server.folder), safe=""), quote(str(folder), safe="")
    for node, place in ((cut, way), (healthy, www)):
        config = (node.folder.path / "config.yaml").read_text()
        config = config.replace(*through) if node is cut else config
        (node.folder.path / "config.yaml").write_text(f"{config}mirrors: ['file://{place}/feeds']\n")

    def holding(word: str) -> list[Path]:
        found = []
        for path in www.rglob("[!.]*.*"):
            with suppress(FileNotFoundError):  # it is being replaced, or has just gone
                found += [path] if word.encode() in path.read_bytes() else []
        return found

    try:
        www.mkdir()
        nodes.write("first.md", "First")
        nodes.start()
        assert cut.role() == "lead"
        eventually(lambda: holding("First"), "the mirror is there")
        way.unlink()
        way.symlink_to("/proc/1/nowhere")
        nodes.write("second.md", "Secret")
        eventually(lambda: "Secret" in healthy.titles(), "it is published")
        eventually(lambda: cut.daemon.status()["followers"]["mirrors"][0]["trouble"], "the mirror is away")
        proxy.dropping = True
        eventually(lambda: healthy.role() == "lead", "another node leads", within=30)
        nodes.write("second.md", "Secret", "published: false\n")
        nodes.write("third.md", "Third")
        eventually(lambda: holding("Third"), "the mirror follows")
        way.unlink()
        way.symlink_to(www)
        assert cut.daemon.status()["followers"]["mirrors"] == []
        eventually(lambda: len(cut.daemon.lines("the pass failed")) > 1, "it tries in vain", within=60)
        assert not holding("Secret")
    finally:
        proxy.close()
