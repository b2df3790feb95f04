"""`feedmill publish` and `feedmill unpublish`: the flag in the file, and no other byte."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.explain import known_seed
from feedmill.cli.main import Exit
from feedmill.cli.output import relative_prefix
from feedmill.errors import SeedError, StoreError
from feedmill.model.filename import in_locale
from feedmill.pipeline.report import printable

if TYPE_CHECKING:
    from feedmill.model.settings import Settings


@click.command("publish")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="SEED...")
@app_options
def publish_command(app: App, paths: tuple[str, ...]) -> int:
    """Set the flag in SEED files: published: true. Every other byte stays as it is."""
    return _set_flags(app, paths, published=True)


@click.command("unpublish")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="SEED...")
@app_options
def unpublish_command(app: App, paths: tuple[str, ...]) -> int:
    """Clear the flag in SEED files: published: false. Every other byte stays as it is.

    In a broken file, the line is put where it counts whatever else is wrong. Warns when another seed
    carries the same entry, which would go out in its place.
    """
    return _set_flags(app, paths, published=False)


def _set_flags(app: App, given: tuple[str, ...], *, published: bool) -> int:
    settings = app.settings()
    paths = list(dict.fromkeys(known_seed(settings, each) for each in given))
    prefix = relative_prefix(settings.scan.dir)
    done = []
    for path in paths:
        try:
            changed = _set_flag(settings, path, published=published)
        except SeedError as error:
            click.echo(printable(f"{prefix}{error}"), err=True)
            continue
        done.append(path)
        word = "published" if published else "unpublished"
        click.echo(f"{printable(prefix + path)}: {word}" + ("" if changed else " already"))
    _remark(settings, done, prefix, published=published)
    return Exit.CLEAN if len(done) == len(paths) else Exit.PROBLEMS


def _set_flag(settings: Settings, path: str, *, published: bool) -> bool:
    """Edit the file; return whether it changed.

    Raises:
        SeedError: the flag cannot be edited safely.
        StoreError: the file cannot be written.
    """
    from feedmill.seeds import read
    from feedmill.seeds.flagedit import set_flag, withhold

    try:
        data, found = read(settings.scan, path, settings.decode.max_bytes)
    except FileNotFoundError:
        raise SeedError(path, "has just vanished") from None
    try:
        edited = set_flag(path, data, settings.decode, published=published)
    except SeedError as error:
        if published or not _is_broken(settings, path, data):
            raise
        edited = withhold(path, data, settings.decode)
        click.echo(printable(f"{relative_prefix(settings.scan.dir)}{error}"), err=True)
    if edited != data:
        target = (settings.scan.dir / in_locale(path)).resolve()
        status = target.stat()
        if (status.st_mtime_ns, status.st_size) != (found.mtime_ns, found.size):
            raise SeedError(path, "was changed by somebody else just now; try again")
        _replace_file(target, edited)
    return edited != data


def _is_broken(settings: Settings, path: str, data: bytes) -> bool:
    """Whether a seed's front matter does not parse, or is gone; never a file that was no seed before."""
    from feedmill.pipeline.explain import explain_each
    from feedmill.seeds.decode import decode

    record = decode(path, data, settings.decode)
    if not record.blank:
        return not record.parsed
    return all(found.state != "not a seed" for found in explain_each(settings, [path], wall_clock))


def _replace_file(target: Path, data: bytes) -> None:
    """Replace a file's bytes at once, keeping its mode and, where allowed, its owner.

    Raises:
        StoreError: it cannot be written.
    """
    if not os.access(target, os.W_OK):
        raise StoreError(f"{target} is read-only; nothing was written")
    aside = target.with_name(f".{target.name}.feedmill-{os.getpid()}"[:255])
    try:
        found = target.stat()
        fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), found.st_mode & 0o7777)
                if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
                    os.fchown(file.fileno(), found.st_uid, found.st_gid)
                os.fsync(file.fileno())
            aside.replace(target)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}") from error


def _remark(settings: Settings, paths: list[str], prefix: str, *, published: bool) -> None:
    """Say what the flag alone does not do."""
    from feedmill.pipeline.explain import explain_each

    for found in explain_each(settings, paths, wall_clock):
        path = prefix + found.path
        if published and not found.feeds:
            click.echo(f"{path}: still in no feed: {found.why}; to change it: {found.remedy}", err=True)
        if not published:
            for other in found.same_entry:
                message = (
                    f"{prefix}{other} carries the same entry and is out in its place; unpublish it as well"
                )
                click.echo(f"{path}: {message}", err=True)
