"""Several daemons over one database and one folder of seeds, and a checker of what their readers see."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from feedmill.errors import StoreError
from operated.daemon import Daemon, Folder, Operator, eventually, free_port, seed_text

CONFIG = """
store: {{url: "{url}"}}
seeds: {{dir: {seeds}, workers: 1}}
feeds: {{formats: [atom, json]}}
server: {{port: {port}}}
watch: {{mode: {watch}}}
push: {{hub: on, allow: [127.0.0.0/8]}}
"""


@dataclass
class Answer:
    """What a reader got."""

    status: int
    body: bytes
    etag: str
    modified: str


class NodeDaemon:
    """One daemon of several."""

    def __init__(self, folder: Folder, port: int, operator: Operator) -> None:
        self.folder = folder
        self.port = port
        self._operator = operator
        self.daemon: Daemon

    def start(self, *, ready: bool = True) -> None:
        """Start it, or start it again."""
        self.daemon = self._operator.run(self.folder, ready=ready)

    def get(self, path: str, timeout: float = 10) -> Answer:
        """Ask its origin."""
        request = Request(f"http://127.0.0.1:{self.port}/{path}", headers={"Accept-Encoding": "identity"})
        try:
            with urlopen(request, timeout=timeout) as got:
                return Answer(
                    got.status, got.read(), got.headers["ETag"] or "", got.headers["Last-Modified"] or ""
                )
        except HTTPError as error:
            with error:
                return Answer(error.code, error.read(), "", "")

    def titles(self) -> list[str]:
        """Return the titles of its feed of everything, newest first."""
        found = self.get("all.json")
        return [item["title"] for item in json.loads(found.body)["items"]] if found.status == 200 else []

    def role(self) -> str:
        """Return what it says that it does."""
        return str(self.daemon.status()["store"]["role"])


class Nodes:
    """Nodes that share seeds and a database."""

    def __init__(self, root: Path, url: str, operator: Operator, number: int = 3) -> None:
        self.root = root
        self.url = url
        self.seeds = root / "shared"
        self.seeds.mkdir(parents=True)
        self.operator = operator
        self.nodes = [self.add(f"node{index}") for index in range(number)]

    def add(
        self,
        name: str,
        *,
        seeds: Path | None = None,
        watch: str = "auto",
        title: str = "Nodes",
        url: str = "",
    ) -> NodeDaemon:
        """Make another one, not started; `url`: its own way to the database."""
        port = free_port()
        config = CONFIG.format(url=url or self.url, seeds=seeds or self.seeds, port=port, watch=watch)
        folder = Folder(self.root / name)
        folder.configure(config, title=title)
        return NodeDaemon(folder, port, self.operator)

    def start(self) -> None:
        """Start all."""
        for node in self.nodes:
            node.start()

    def write(self, name: str, title: str, more: str = "") -> None:
        """Save a seed, as a whole."""
        aside = self.root / f"{name}.tmp"
        aside.write_text(seed_text(title, more=more))
        aside.replace(self.seeds / name)

    def leader(self) -> NodeDaemon:
        """Return the node that leads, as soon as one does."""

        def find() -> NodeDaemon | None:
            for node in self.nodes:
                if node.daemon.alive():
                    with suppress(StoreError, OSError):  # one that was stopped does not answer
                        if node.role() == "lead":
                            return node
            return None

        found: NodeDaemon = eventually(find, "a node leads")
        return found
