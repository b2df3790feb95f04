"""Checks: every fault of every seed, with its place; each front matter is parsed in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from feedmill.model.instant import Instant
from feedmill.model.seed import Problem
from feedmill.model.settings import DecodeSettings, Settings
from feedmill.model.slug import TermKey, hashed_slug
from feedmill.model.taxonomy import FeedKey, Kind
from feedmill.pipeline.archives import Chain
from feedmill.pipeline.dry_run import dry_run_of, identity_changes
from feedmill.pipeline.find import contents
from feedmill.pipeline.one_pass import Pass, Progress, silent
from feedmill.pipeline.podcasts import podcast_problems
from feedmill.pipeline.report import PassRequest, config_warning, printable
from feedmill.pipeline.selection import select
from feedmill.seeds import ScanProblem, decoding, run_all, scan
from feedmill.seeds.address import parse_pattern
from feedmill.seeds.locate import rule_of

MANY_ENTRIES = 500
"""Entries above which `check` tells that a document is large, where there are archives."""

MANY_FEEDS = 1_000
"""Feeds above which `check` asks whether so many are meant."""


def check_seeds(
    settings: Settings,
    clock: Callable[[], Instant],
    *,
    paths: Collection[str] | None = None,
    progress: Progress = silent,
) -> tuple[Problem, ...]:
    """Return the problems of all seeds, or of those in `paths` (a folder ends with "/"), in order.

    What a build reports (duplicates and undated seeds among it), and beyond that: faults in blocks
    that a build never reads, likely misspelt flags, known files that would become other entries,
    address patterns under which a new title or file name makes another entry.
    """
    found: set[Problem] = set()
    request = PassRequest(trigger="check", force=True)
    with dry_run_of(settings, clock, request, progress=progress) as dry_run:
        found.update(problem for problem in dry_run.report.problems if _within(problem.path, paths))
        found.update(problem for problem in identity_changes(dry_run.run) if _within(problem.path, paths))
        if paths is None:
            found.update(_many_feeds(dry_run.run))
            found.update(_large_documents(dry_run.run))
            found.update(podcast_problems(dry_run.run, dry_run.feed_builder.printer))
            found.update(_passing_identities(settings))
            found.update(_old_addresses(dry_run.run))
            found.update(_idle_rules(settings))
    thorough = replace(settings.decode, thorough=True)
    kept = {(p.path, p.line, p.column, p.message) for p in found}
    for done, problem in enumerate(_decoded(settings, thorough, paths), 1):
        if (problem.path, problem.line, problem.column, problem.message) not in kept:
            found.add(problem)
        progress("decode", done, None)
    return tuple(sorted(found, key=lambda p: (p.path, p.line, p.column, p.message)))


def _many_feeds(run: Pass) -> Iterator[Problem]:
    """Yield a warning where there are more feeds than anybody reads, with the setting that makes most."""
    kinds = Counter(record.key.kind for record in run.catalog.memberships.feeds() if record.total)
    total = kinds.total()
    if total <= MANY_FEEDS:
        return
    kind, most = kinds.most_common(1)[0]
    folder = kind.folder.rstrip("/")
    message = f"there are {total:,} feeds, {most:,} of them {folder}"
    if kind is not Kind.CUSTOM:
        message += f"; 'feeds.by.{folder}' can be "
        message += (
            "off" if kind in (Kind.CATEGORY, Kind.TYPE) else "listed (those that the config names) or off"
        )
    yield config_warning(run.settings, message)


def _large_documents(run: Pass) -> Iterator[Problem]:
    """Yield a warning where archives make documents of more entries than a reader likes to take at once.

    A podcast's own is meant to have all of its episodes (docs/podcasts.md).
    """
    if not run.composer.keeps_archives:
        return
    feeds = run.settings.feeds
    shows = {FeedKey(kind=Kind.CUSTOM, key=each.slug) for each in feeds.custom if each.podcast is not None}
    keys = [record.key for record in run.catalog.memberships.feeds() if record.total > MANY_ENTRIES]
    by_month = "; 'feeds.archive' can be month" if feeds.archive == "year" else ""
    found: list[tuple[int, str, str]] = []
    for selection in select(run, keys):
        if selection.spec.key not in shows:
            shorter = "; its 'limit' can be lower" if selection.owed <= MANY_ENTRIES else by_month
            found.append((len(selection.rows), selection.path, shorter))
        if selection.spec.archive != "off":
            chain = Chain(run, selection.spec, selection.record, ())
            found += ((chain.size(period), chain.path(period), by_month) for period in chain)
    large = [each for each in found if each[0] > MANY_ENTRIES]
    if large:
        size, path, shorter = max(large)
        message = f"{len(large):,} document(s) have more than {MANY_ENTRIES} entries, {path} has {size:,}"
        yield config_warning(run.settings, message + shorter)


def _old_addresses(run: Pass) -> Iterator[Problem]:
    """Yield a warning for each feed that was published under a slug with a hash and is no more.

    Whoever subscribed there has an empty feed: a redirect leads them on, and only a person can say so.
    """
    hashed = {path for path, memory in run.store.feeds.items() if "--" in path and memory.state != "retired"}
    led_on = {source.rpartition(".")[0] for source in run.settings.redirects}
    for record in run.catalog.memberships.feeds() if hashed else ():
        path = run.composer.spec(record.key).path
        old = record.key.kind.folder + hashed_slug(TermKey(record.key.key))
        if record.total and old in hashed - led_on and old != path:
            message = f"{old} is {path} now: lead its subscribers on, for each format, with"
            yield config_warning(run.settings, f"{message} 'redirects: {{{old}.atom: {path}.atom}}'")


def _passing_identities(settings: Settings) -> Iterator[Problem]:
    """Yield a warning for each pattern that makes ids of titles or file names (docs/seeds.md, Identity)."""
    where = settings.decode.address
    for text in dict.fromkeys((where.link, *(rule.link for rule in where.rules))):
        if text and parse_pattern(text).uses_title:
            message = f"the pattern '{text}' makes addresses of titles or file names: with a new one a seed"
            yield config_warning(
                settings, f"{message} is another entry to its readers; give it an 'id' before"
            )


def _idle_rules(settings: Settings) -> Iterator[Problem]:
    """Yield a warning for each of `seeds.rules` that counts for no file: a pattern with a slip in it."""
    where = settings.decode.address
    if not where.rules:
        return
    items = (item for item in scan(settings.scan) if not isinstance(item, ScanProblem))
    used = {rule_of(where, printable(item.path)) for item in items}
    for number, rule in enumerate(where.rules):
        if number not in used:
            message = f"'seeds.rules.{number}' ({', '.join(rule.paths)}) counts for no file: none matches,"
            yield config_warning(settings, f"{message} or an earlier rule takes them all")


def _decoded(
    settings: Settings, thorough: DecodeSettings, paths: Collection[str] | None
) -> Iterator[Problem]:
    """Yield the problems of each file that can be read; of others the dry run has told."""
    found = (item.path for item in scan(settings.scan) if not isinstance(item, ScanProblem))
    read = contents(settings, (path for path in found if _within(printable(path), paths)))
    for record in run_all(read, decoding(thorough), workers=settings.workers):
        yield from record.problems


def _within(path: str, paths: Collection[str] | None) -> bool:
    return paths is None or any(path == one or (one.endswith("/") and path.startswith(one)) for one in paths)
