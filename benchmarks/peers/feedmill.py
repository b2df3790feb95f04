"""feedmill itself: the seeds as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.peers.base import empty

CONFIG = """\
site: {{title: Bench, url: "https://feeds.example.org/", id: "https://feeds.example.org/"}}
seeds: {{dir: "{seeds}"}}
feeds: {{formats: [rss, atom], html: false}}
server: {{enabled: false}}
admin: {{enabled: false}}
log: {{level: warning}}
"""


class Feedmill:
    """RSS and Atom for each topic and provider, and besides for the whole site, with an OPML list."""

    name = "feedmill"
    formats = ("rss", "atom")

    def install(self) -> str:
        """It runs from the environment that runs the benchmark."""
        done = subprocess.run([self._program(), "--version"], capture_output=True, text=True, check=True)
        return done.stdout.split()[-1]

    def _program(self) -> str:
        return str(Path(sys.executable).with_name("feedmill"))

    def prepare(self, folder: Path, seeds: Path, *, lean: bool) -> None:
        """A config that names the seeds; `seeds` is read where it is, and edited there."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(CONFIG.format(seeds=seeds.resolve()), encoding="utf-8")

    def build(self, folder: Path) -> list[str]:
        """One pass."""
        return [self._program(), "build", "-c", str(folder / "config.yaml")]

    def watch(self, folder: Path) -> list[str]:
        """The daemon."""
        return [self._program(), "run", "-c", str(folder / "config.yaml")]

    def clean(self, folder: Path) -> None:
        """Neither feeds nor catalog."""
        empty(folder / "feeds", folder / ".feedmill")

    def output(self, folder: Path) -> Path:
        """Its customary name."""
        return folder / "feeds"

    def feed(self, folder: Path, kind: str, slug: str, form: str) -> Path:
        """As the contract has it."""
        return self.output(folder) / kind / f"{slug}.{form}"

    def seed(self, folder: Path, path: str) -> Path:
        """The seed itself."""
        config = (folder / "config.yaml").read_text(encoding="utf-8")
        return Path(config.split('seeds: {dir: "', 1)[1].split('"', 1)[0]) / path
