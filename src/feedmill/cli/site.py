"""`feedmill init --from`: the config of an existing site, written from what its own configuration says."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedmill.cli.output import plural
from feedmill.config import ConfigErrors, ConfigFault, loads
from feedmill.errors import UsageError
from feedmill.pipeline.report import printable
from feedmill.sites import SiteConfig, Unread, config_text

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

_OURS = ("feeds", ".feedmill")
"""The folders beside the config that feedmill writes."""
_NEEDED = frozenset({"site.url", "site.home", "site.id", "seeds.dir", "feeds.dir", "state.dir"})
"""Keys without which it would be another site."""
_MANY = 20
"""Lines of one kind that a person reads."""


def site_config(
    site: SiteConfig, folder: Path, base: Path, *, url: str
) -> tuple[str, Settings, tuple[Unread, ...]]:
    """Return the text of a config in `base` for the site in `folder`, its settings, and what is not in it.

    What the site says and no config of ours can (a language that is none) is left out and named in the text.

    Raises:
        UsageError: no such config can be valid.
    """
    if not (folder / site.seeds_dir).is_dir():
        raise UsageError(
            f"the {site.kind} site in {folder} has no articles: there is no folder {site.seeds_dir}"
        )
    if site.home is None or "://" not in site.home:
        said = f" (only {site.home!r})" if site.home else ""
        raise UsageError(
            f"the {site.kind} site in {folder} does not say its own address{said}, which its articles' are "
            "below; give it: --home https://www.example.org/"
        )
    placed = _placed(site, folder, base)
    site_id = f"urn:uuid:{uuid.uuid4()}"
    without: dict[str, str] = {}
    while True:
        text = config_text(placed, url=url, site_id=site_id, without=without)
        try:
            left_out = (Unread(file=key, line=0, what=why) for key, why in without.items())
            return text, loads(text, base=base), (*site.unread, *left_out)
        except ConfigErrors as error:
            refused = {
                fault.key: fault.message
                for fault in error.faults
                if isinstance(fault, ConfigFault) and fault.key
            }
            if refused.keys() <= without.keys() or refused.keys() & _NEEDED:
                raise UsageError(f"such a config would not be valid: {error}") from error
            without |= refused


def _placed(site: SiteConfig, folder: Path, base: Path) -> SiteConfig:
    """Return the site with paths from `base`; what feedmill writes among the articles is none of them."""
    seeds, here = (folder / site.seeds_dir).resolve(), base.resolve()
    exclude = site.exclude
    if here.is_relative_to(seeds):
        exclude += tuple((here / name).relative_to(seeds).as_posix() for name in _OURS)
    return replace(site, seeds_dir=Path(os.path.relpath(seeds, here)).as_posix(), exclude=exclude)


def show_site(site: SiteConfig, settings: Settings, unread: tuple[Unread, ...]) -> None:
    """Say what was understood, then what was not."""
    click.echo(click.style(f"{site.kind}: {printable(settings.site.title)}", bold=True))
    for name, text in _understood(site, settings):
        click.echo(f"  {name:<10} {printable(text)}")
    if unread:
        click.echo(f"Not understood ({len(unread)}); look at these yourself:", err=True)
    for each in unread:
        where = f"{each.file}:{each.line}" if each.line else each.file
        click.echo(f"  {printable(where)}: {printable(each.what)}", err=True)


def _understood(site: SiteConfig, settings: Settings) -> Iterator[tuple[str, str]]:
    yield "home", settings.decode.address.home
    yield "articles", f"{os.path.normpath(settings.scan.dir)}: {', '.join(settings.scan.include)}"
    if site.link:
        yield "addresses", site.link
    for rule in site.rules[:_MANY]:
        said = ", ".join(key for key, _ in rule.defaults)
        yield (
            "rule",
            f"{', '.join(rule.paths)}: {rule.link or 'the same'}" + (said and f"; {said} by default"),
        )
    if len(site.rules) > _MANY:
        yield "rules", f"{len(site.rules) - _MANY} more"
    taxonomies = ["topics", "providers", *(["authors"] if site.by_authors else [])]
    yield "feeds", f"all, by {', '.join(taxonomies)}"
    if site.authors:
        yield "authors", plural(len(site.authors), "author")
    for feed in site.feeds[:_MANY]:
        yield "section", f"custom/{feed.slug}: {feed.title}"
    for old, ours in list(settings.copies.items())[:_MANY]:
        yield "old feed", f"{old} stands for {ours}"
