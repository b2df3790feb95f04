"""Jekyll with jekyll-feed, from Debian. It writes Atom only."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from benchmarks.peers.base import SITES, MissingError, add_front_matter, empty
from benchmarks.truth import read, slug


class Jekyll:
    """A feed per tag (topic) and per category (provider).

    jekyll-feed takes words of letters, digits and `_` as tags and uses categories as file names, so
    both are given as slugs. Jekyll writes a page for each post whatever its configuration says.
    """

    name = "Jekyll"
    formats = ("atom",)

    def install(self) -> str:
        """From apt where we may."""
        if shutil.which("jekyll") is None and os.geteuid() == 0 and shutil.which("apt-get"):
            for command in (["update", "-qq"], ["install", "-y", "-qq", "jekyll", "ruby-jekyll-feed"]):
                subprocess.run(
                    ["apt-get", *command], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
                )
        try:
            done = subprocess.run(["jekyll", "--version"], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise MissingError("apt-get install jekyll ruby-jekyll-feed") from error
        return done.stdout.split()[-1]

    def prepare(self, folder: Path, seeds: Path, *, lean: bool) -> None:
        """Posts named by date, topics as tags, the provider as category."""
        shutil.copytree(SITES / "jekyll", folder, dirs_exist_ok=True)
        (folder / "_posts").mkdir(exist_ok=True)
        providers = set()
        for seed, text in read(seeds):
            if seed.published:
                providers.add(slug(seed.provider))
            tags = ", ".join(slug(topic).replace("-", "_") for topic in seed.topics)
            extra = f"date: {seed.instant}\ntags: [{tags}]\ncategories: [{slug(seed.provider)}]\n"
            copy = add_front_matter(text.replace("category: news\n", "", 1), extra)
            self.seed(folder, seed.path).write_text(copy, encoding="utf-8")
        with (folder / "_config.yml").open("a", encoding="utf-8") as config:
            config.write(f"  categories: [{', '.join(sorted(providers))}]\n")

    def build(self, folder: Path) -> list[str]:
        """One build."""
        return ["jekyll", "build", "--quiet", "--disable-disk-cache"]

    def watch(self, folder: Path) -> list[str]:
        """Builds, watches, builds again."""
        return [*self.build(folder), "--watch"]

    def clean(self, folder: Path) -> None:
        """Neither output nor cache."""
        empty(folder / "_site", folder / ".jekyll-cache")

    def output(self, folder: Path) -> Path:
        """Its customary name."""
        return folder / "_site"

    def feed(self, folder: Path, kind: str, slug: str, form: str) -> Path:
        """As jekyll-feed names them."""
        if kind == "topics":
            return self.output(folder) / "topics" / f"{slug.replace('-', '_')}.xml"
        return self.output(folder) / "feed" / f"{slug}.xml"

    def seed(self, folder: Path, path: str) -> Path:
        """The converted copy; the true date is in its front matter."""
        return folder / "_posts" / f"2018-01-01-{Path(path).name}"
