"""Loading: config.yaml, the environment and the options to settings, or every fault at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from feedmill.config import overrides as laid_over
from feedmill.config import tree
from feedmill.config.build import build_settings, complete
from feedmill.config.check import check
from feedmill.config.checked import CheckedConfig
from feedmill.config.faults import ConfigErrors, ConfigFault, Faults, Origin
from feedmill.config.rules import check_folders, check_rules, warnings
from feedmill.config.secrets import read_secrets
from feedmill.config.tree import Value
from feedmill.model.settings import Settings

DEFAULT_NAME = "config.yaml"
DEFAULT_FEEDS = "feeds"
MAX_BYTES = 4 << 20
"""The size of a configuration beyond which it is none."""


def load(
    path: Path | None,
    *,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
    seeds: Path | None = None,
    feeds: Path | None = None,
    cwd: Path,
    makes_ids: bool = False,
) -> Settings:
    """Return the effective settings; reads one file and nothing else, changes nothing.

    Later ones win: the file (`path`, else `config.yaml` in `cwd` or the nearest folder above that has
    one), variables like `FEEDMILL_SITE__URL`, `overrides` (`a.b=value`), `seeds` and `feeds`. Paths are
    relative to the file's folder; `path`, `seeds` and `feeds` to `cwd`. Who `makes_ids` (the file that
    `seeds.ids` names) is not told that it is not there.

    Raises:
        ConfigErrors: everything that is wrong, at once.
    """
    cwd = cwd.absolute()
    source = str(path) if path is not None else _nearest(cwd)
    file = cwd / source
    given = {name: cwd / path for name, path in (("seeds", seeds), ("feeds", feeds)) if path is not None}
    text = _read(file, source)
    return _settings(
        text, source, file, overrides=overrides, environ=environ, given=given, makes_ids=makes_ids
    )


def loads(
    text: str,
    *,
    base: Path,
    source: str = DEFAULT_NAME,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings that `text` says, as if it were the file `source` in the folder `base`.

    Raises:
        ConfigErrors: everything that is wrong, at once.
    """
    base = base.absolute()
    return _settings(text, source, base / source, overrides=overrides, environ=environ or {}, given={})


def _settings(
    text: str,
    source: str,
    file: Path,
    *,
    overrides: Sequence[str],
    environ: Mapping[str, str],
    given: Mapping[str, Path],
    makes_ids: bool = False,
) -> Settings:
    """`given` are the folders that the command line names, which go before those of the config."""
    faults = Faults()
    origin = Origin(source, 1, 1)
    root = tree.parse(text, origin, faults)
    root = laid_over.apply_environment(root, environ, faults)
    configured = root
    root = laid_over.apply_options(root, overrides, faults)
    config = check(root, faults)
    base = file.parent
    folders = {
        "seeds": _folder(config["seeds"]["dir"], base, environ),
        "feeds": _folder(config["feeds"]["dir"], base, environ),
        "state": _folder(config["state"]["dir"], base, environ),
        "theme": _folder(config["theme"]["dir"], base, environ) if config["theme"]["dir"] else None,
        **given,
    }
    checked = CheckedConfig(config, root, faults, Origin(source))
    check_rules(checked)
    check_folders(checked, folders)
    read_secrets(config, environ=environ, folder=lambda text: _folder(text, base, environ), add=checked.add)
    if config["seeds"]["ids"]:
        ids = _folder(config["seeds"]["ids"], base, environ)
        config["seeds"]["ids"] = str(ids)
        if not (makes_ids or ids.exists()):
            remedy = "put it back, or make it: feedmill adopt OLD-FEED"
            checked.add(("seeds", "ids"), f"'seeds.ids' names {ids}, which is not there; {remedy}")
    faults.raise_any()
    if "feeds" in given:  # `--feeds` is a try: nothing is spread from there
        config["push"].update(hub="off", hubs=())
        config["store"].update(url=None)
        config["mirrors"] = ()
    return build_settings(
        complete(config, folders),
        file=file,
        configured_feeds=_configured_feeds(configured, base, environ),
        warnings=(*laid_over.near_misses(environ), *warnings(config)),
    )


def _nearest(cwd: Path) -> str:
    """Return the path of the nearest `config.yaml`, relative where it is in `cwd` itself."""
    if os.path.lexists(cwd / DEFAULT_NAME):
        return DEFAULT_NAME
    above = (folder / DEFAULT_NAME for folder in cwd.parents)
    return next((str(file) for file in above if os.path.isfile(file)), DEFAULT_NAME)  # noqa: PTH113


def _read(file: Path, source: str) -> str:
    """Return the text of the file.

    Raises:
        ConfigErrors: it cannot be read, is too large, or is no UTF-8.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _error(
            source, "there is no such file; `feedmill init` makes one, with an example seed"
        ) from None
    except IsADirectoryError:
        inside = f"; use {Path(source) / DEFAULT_NAME}" if (file / DEFAULT_NAME).is_file() else ""
        raise _error(source, f"this is a folder, not a configuration file{inside}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise _error(source, f"cannot be read: {reason}") from error
    if len(data) > MAX_BYTES:
        raise _error(source, f"larger than {MAX_BYTES >> 20} MiB; this is no configuration file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise _error(source, "not UTF-8; save the file as UTF-8", line, column) from error


def _error(source: str, message: str, line: int = 0, column: int = 0) -> ConfigErrors:
    return ConfigErrors([ConfigFault(Origin(source, line, column), (), message)])


def _folder(text: str | None, base: Path, environ: Mapping[str, str]) -> Path:
    """Return the absolute folder; `~/` is the home folder of the environment."""
    text = text or "."  # only when faulty, and then nothing comes of it
    if text.startswith("~/") and (home := environ.get("HOME")):
        return Path(home) / text[2:]
    return base / text


def _configured_feeds(root: Value | None, base: Path, environ: Mapping[str, str]) -> Path:
    """Return the feeds folder without regard to options: the one that subscribers read."""
    for part in ("feeds", "dir"):
        root = root.values.get(part) if isinstance(root, tree.Mapping) else None
    named = root.text.strip() if isinstance(root, tree.Text) and not root.null else None
    return _folder(named or DEFAULT_FEEDS, base, environ)
