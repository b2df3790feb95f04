"""Pelican, from PyPI: YAML front matter by its plugin, lean seeds in Pelican's own headers."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.peers.base import SITES, add_front_matter, empty
from benchmarks.peers.pip import VENV, pip
from benchmarks.truth import Facts, read


class Pelican:
    """Categories are providers, tags are topics; no page is written."""

    name = "Pelican"
    formats = ("rss", "atom")

    def install(self) -> str:
        """With Markdown and the plugin."""
        pip("pelican==4.12.0", "Markdown", "pelican-yaml-metadata==2.2.0")
        return "4.12.0"

    def prepare(self, folder: Path, seeds: Path, *, lean: bool) -> None:
        """Lean seeds get Pelican's own headers, its quickest form; real ones keep their YAML."""
        shutil.copytree(SITES / "pelican", folder, dirs_exist_ok=True)
        for seed, text in read(seeds):
            target = self.seed(folder, seed.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_headers(seed) if lean else _yaml(seed, text), encoding="utf-8")
        with (folder / "pelicanconf.py").open("a", encoding="utf-8") as config:
            config.write(f"PLUGINS = {[] if lean else ['yaml_metadata']!r}\n")

    def build(self, folder: Path) -> list[str]:
        """One build."""
        return [str(VENV / "bin" / "pelican"), "--quiet", "-s", "pelicanconf.py"]

    def watch(self, folder: Path) -> list[str]:
        """Builds, watches, builds again."""
        return [*self.build(folder), "--autoreload"]

    def clean(self, folder: Path) -> None:
        """Neither output nor cache."""
        empty(folder / "output", folder / "cache", folder / "__pycache__")

    def output(self, folder: Path) -> Path:
        """Its customary name."""
        return folder / "output"

    def feed(self, folder: Path, kind: str, slug: str, form: str) -> Path:
        """As the configuration names them."""
        return self.output(folder) / kind / f"{slug}.{form}"

    def seed(self, folder: Path, path: str) -> Path:
        """The converted copy."""
        return folder / "content" / path


def _headers(seed: Facts) -> str:
    status = "published" if seed.published else "draft"
    return (
        f"Title: {seed.title}\nDate: {seed.instant}\nCategory: {seed.provider}\n"
        f"Tags: {', '.join(seed.topics)}\nSlug: {Path(seed.path).stem}\n"
        f"Status: {status}\nSummary: {seed.excerpt}\n\n"
    )


def _yaml(seed: Facts, text: str) -> str:
    tags = ", ".join(f'"{topic}"' for topic in seed.topics)
    extra = (
        f"date: {seed.instant}\ntags: [{tags}]\nslug: {Path(seed.path).stem}\n"
        f"status: {'published' if seed.published else 'draft'}\n"
    )
    return add_front_matter(text.replace("category: news\n", f'category: "{seed.provider}"\n', 1), extra)
