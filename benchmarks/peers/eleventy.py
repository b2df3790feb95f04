"""Eleventy with its RSS plugin, from npm."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from benchmarks.peers.base import SITES, TOOLS, MissingError, empty
from benchmarks.truth import read

NODE = TOOLS / "node"
PACKAGES = {"@11ty/eleventy": "3.1.7", "@11ty/eleventy-plugin-rss": "3.0.0"}


class Eleventy:
    """Paginated templates over two collections; seeds have no page, unpublished ones are dropped at once."""

    name = "Eleventy"
    formats = ("rss", "atom")

    def install(self) -> str:
        """npm, without running any package's scripts."""
        NODE.mkdir(parents=True, exist_ok=True)
        (NODE / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--ignore-scripts",
            "--silent",
        ]
        try:
            if not self._program().exists():
                subprocess.run(command, cwd=NODE, check=True, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            raise MissingError(f"npm install of Eleventy: {error}") from error
        return PACKAGES["@11ty/eleventy"]

    def _program(self) -> Path:
        return NODE / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs"

    def prepare(self, folder: Path, seeds: Path, *, lean: bool) -> None:
        """The seeds as they are: Eleventy reads any front matter."""
        shutil.copytree(SITES / "eleventy", folder, dirs_exist_ok=True)
        (folder / "node_modules").unlink(missing_ok=True)
        (folder / "node_modules").symlink_to(NODE / "node_modules")
        for seed, text in read(seeds):
            target = self.seed(folder, seed.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        (folder / "seeds" / "seeds.11tydata.json").write_text('{"permalink": false}')

    def build(self, folder: Path) -> list[str]:
        """One build."""
        return ["node", str(self._program()), "--quiet"]

    def watch(self, folder: Path) -> list[str]:
        """Builds, watches, builds again."""
        return ["node", str(self._program()), "--quiet", "--watch"]

    def clean(self, folder: Path) -> None:
        """No output."""
        empty(folder / "_site")

    def output(self, folder: Path) -> Path:
        """Its customary name."""
        return folder / "_site"

    def feed(self, folder: Path, kind: str, slug: str, form: str) -> Path:
        """As our templates name them."""
        return self.output(folder) / kind / f"{slug}.{form}"

    def seed(self, folder: Path, path: str) -> Path:
        """The copy."""
        return folder / "seeds" / path
