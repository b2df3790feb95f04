"""Which tool made a site, and so who reads its configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from feedmill.sites import data, docusaurus, eleventy, hugo, jekyll, pelican, zola
from feedmill.sites.site import SiteConfig, UnknownSite

_READERS: tuple[tuple[Callable[[Path], bool], Callable[[Path], SiteConfig]], ...] = (
    (jekyll.is_one, jekyll.read),
    (docusaurus.is_one, docusaurus.read),
    (pelican.is_one, pelican.read),
    (zola.is_one, zola.read),
    (hugo.is_one, hugo.read),
    (eleventy.is_one, eleventy.read),
)


def read_site(folder: Path) -> SiteConfig:
    """Return what the site in a folder says of itself; reads files, runs nothing.

    Raises:
        UnknownSite: no Jekyll, Hugo, Zola, Eleventy, Pelican or Docusaurus site.
        InputError: its configuration cannot be parsed.
    """
    if _is_hexo(folder):
        raise UnknownSite(
            f"the site in {folder} is Hexo's, whose configuration is not read: feedmill init, then say below "
            f"seeds where the articles are (dir: {folder / 'source' / '_posts'}) and how their addresses are "
            'made (link: "{year}/{month}/{day}/{path}/" is Hexo\'s own :year/:month/:day/:title/), and leave '
            'out what Hexo does (exclude: ["**/_*"]), see docs/migration.md'
        )
    for is_one, read in _READERS:
        if is_one(folder):
            site, told = read(folder), data.domain(folder)
            return replace(site, home=f"{told}/") if told and "://" not in (site.home or "") else site
    inner = sorted(each for each in folder.iterdir() if each.is_dir() and each.name != "node_modules")
    for each in inner:
        if any(is_one(each) for is_one, _ in _READERS):
            raise UnknownSite(f"no site in {folder}, but there is one in {each}: name that folder")
    raise UnknownSite(
        f"no site in {folder}: looked for _config.yml (Jekyll), hugo.toml (Hugo), config.toml and content/ "
        "(Hugo, Zola), eleventy.config.js (Eleventy), pelicanconf.py (Pelican), "
        "docusaurus.config.js (Docusaurus). Articles of any other tool: feedmill init, then say below seeds "
        "where they are (dir) and how their addresses are made (link), see docs/addresses.md"
    )


def _is_hexo(folder: Path) -> bool:
    """Whether Hexo would build this folder: its `_config.yml` is named as Jekyll's and says other things."""
    package = folder / "package.json"
    named = (folder / "_config.yml").is_file() and package.is_file()
    return named and '"hexo"' in package.read_text(encoding="utf-8", errors="replace")
