"""What a compared program has to offer, and the folder it works in."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SITES = Path(__file__).parent / "sites"
ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "bench-out"
TOOLS = OUT / "tools"
"""Where the peers are installed: never into the environment that feedmill runs in."""


class MissingError(Exception):
    """A peer is not to be had on this machine; the report leaves it out and says so."""


class Tool(Protocol):
    """A program that turns seeds into feeds."""

    @property
    def name(self) -> str:
        """Return what people call it."""
        ...

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats that it writes: `rss`, `atom`."""
        ...

    def install(self) -> str:
        """Make the program ready and return its version. Raises MissingError."""
        ...

    def prepare(self, folder: Path, seeds: Path, *, lean: bool) -> None:
        """Lay out a site in `folder`, the seeds converted to what the program reads. Not timed."""
        ...

    def build(self, folder: Path) -> list[str]:
        """Return the command of one build."""
        ...

    def watch(self, folder: Path) -> list[str]:
        """Return the command that builds, watches and builds again."""
        ...

    def clean(self, folder: Path) -> None:
        """Remove output and caches: the next build is cold."""
        ...

    def output(self, folder: Path) -> Path:
        """Return the folder that the program writes to."""
        ...

    def feed(self, folder: Path, kind: str, slug: str, form: str) -> Path:
        """Return where the feed of a term lies; `kind` is `topics` or `providers`."""
        ...

    def seed(self, folder: Path, path: str) -> Path:
        """Return where the seed with this relative path lies after `prepare`."""
        ...


@dataclass(frozen=True)
class Site:
    """A tool at work in a folder."""

    tool: Tool
    folder: Path

    def feed(self, kind: str, slug: str, form: str) -> Path:
        """Return where the feed of a term lies."""
        return self.tool.feed(self.folder, kind, slug, form)


def add_front_matter(text: str, lines: str) -> str:
    """Return a seed with more keys at the start of its front matter."""
    return text.replace("---\n", f"---\n{lines}", 1)


def retitle(path: Path, title: str) -> None:
    """Give a seed another title, the way editors save: written aside, then renamed."""
    text = path.read_text(encoding="utf-8")
    changed = re.sub(
        r'^([Tt]itle: )("?).*?("?)$', rf"\g<1>\g<2>{title}\g<3>", text, count=1, flags=re.MULTILINE
    )
    assert changed != text, path
    aside = path.with_name(f".{path.name}.aside")
    aside.write_text(changed, encoding="utf-8")
    aside.replace(path)


def empty(*folders: Path) -> None:
    """Remove folders, whether they are there or not."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
