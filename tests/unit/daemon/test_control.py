"""The control socket: for its owner, one JSON object a line, whoever is at the other end."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feedmill.daemon.control import ControlServer, NoDaemon, Send, call, socket_path
from feedmill.errors import StoreError


def handler(request: dict[str, Any], send: Send) -> Any:
    match request.get("command"):
        case "echo":
            return request
        case "steps":
            for step in range(3):
                send({"progress": {"stage": "scan", "done": step, "total": 3}})
            return "done"
        case "fail":
            raise StoreError("the disk is full")
    raise ValueError(f"unknown command {request.get('command')!r}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ControlServer]:
    found = ControlServer(socket_path(tmp_path), handler)
    found.start()
    yield found
    found.stop()


@pytest.mark.usefixtures("server")
class TestTalking:
    def test_requests_are_answered(self, tmp_path: Path) -> None:
        assert list(call(tmp_path, {"command": "echo", "x": 1})) == [{"result": {"command": "echo", "x": 1}}]
        *progress, last = call(tmp_path, {"command": "steps"})
        assert [message["progress"]["done"] for message in progress] == [0, 1, 2]
        assert last == {"result": "done"}

    def test_errors_are_told(self, tmp_path: Path) -> None:
        assert list(call(tmp_path, {"command": "fail"})) == [{"error": "the disk is full"}]
        assert "unknown command 'dance'" in next(iter(call(tmp_path, {"command": "dance"})))["error"]

    @pytest.mark.parametrize(
        "garbage", [b"GET / HTTP/1.1\r\n", b"[]\n", b"\xff\xfe\n", b"{" * 5000 + b"\n", b"\n"]
    )
    def test_garbage_is_refused(self, tmp_path: Path, garbage: bytes) -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(socket_path(tmp_path)))
            client.sendall(garbage)
            assert "error" in json.loads(client.makefile().readline())
        assert list(call(tmp_path, {"command": "steps"}))[-1] == {"result": "done"}

    def test_one_who_leaves_or_says_nothing_disturbs_nobody(self, tmp_path: Path) -> None:
        silent = []
        for _ in range(5):
            client = socket.socket(socket.AF_UNIX)
            client.connect(str(socket_path(tmp_path)))
            silent.append(client)
        silent.pop().close()
        assert list(call(tmp_path, {"command": "steps"}))[-1] == {"result": "done"}
        for client in silent:
            client.close()

    def test_many_at_once(self, tmp_path: Path) -> None:
        answers: list[Any] = []
        threads = [
            threading.Thread(target=lambda: answers.append(list(call(tmp_path, {"command": "echo"}))[-1]))
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [{"result": {"command": "echo"}}] * 10

    def test_too_many_are_told_so(self, tmp_path: Path) -> None:
        waiting = []
        for _ in range(16):
            client = socket.socket(socket.AF_UNIX)
            client.connect(str(socket_path(tmp_path)))
            waiting.append(client)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(socket_path(tmp_path)))
            assert "too many" in client.makefile().readline()
        for client in waiting:
            client.close()

    def test_one_after_another_without_end(self, tmp_path: Path) -> None:
        for _ in range(40):
            assert list(call(tmp_path, {"command": "echo"}))[-1] == {"result": {"command": "echo"}}

    def test_it_is_its_owners_alone(self, tmp_path: Path) -> None:
        assert stat.S_IMODE(socket_path(tmp_path).stat().st_mode) == 0o600


def test_it_comes_back_when_its_file_is_taken_away(server: ControlServer, tmp_path: Path) -> None:
    server.restore()
    before = socket_path(tmp_path).stat().st_ino
    server.restore()
    assert socket_path(tmp_path).stat().st_ino == before, "nothing was amiss"
    socket_path(tmp_path).unlink()
    with pytest.raises(NoDaemon):
        list(call(tmp_path, {"command": "echo"}))
    server.restore()
    assert list(call(tmp_path, {"command": "echo"}))


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(NoDaemon, match="feedmill run"):
        list(call(tmp_path, {"command": "status"}))


def test_a_dead_ones_socket_is_no_obstacle(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_path(tmp_path)))
    with pytest.raises(NoDaemon):
        list(call(tmp_path, {"command": "status"}))
    server = ControlServer(socket_path(tmp_path), handler)
    server.start()
    assert list(call(tmp_path, {"command": "echo"}))
    server.stop()
    assert not socket_path(tmp_path).exists()


def test_a_long_path_falls_back_to_the_runtime_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 90) / "state"
    deep.mkdir(parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = socket_path(deep)
    assert path.parent == tmp_path
    assert path != socket_path(deep.parent / "other"), "one for each state folder"
    server = ControlServer(path, handler)
    server.start()
    assert list(call(deep, {"command": "echo"}))
    server.stop()


def test_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(StoreError, match="others"):
        ControlServer(folder / "control.sock", handler).start()
    assert not os.listdir(folder)


def test_a_daemon_that_dies_meanwhile_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(socket_path(tmp_path)))
        listening.listen()

        def hang_up() -> None:
            client, _ = listening.accept()
            client.recv(999)
            client.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(StoreError, match="stopped"):
            list(call(tmp_path, {"command": "status"}))
        thread.join()
