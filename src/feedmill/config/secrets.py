"""Secrets: read from the environment or a file where the configuration says so; no message tells one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from feedmill.config.faults import KeyPath, dotted
from feedmill.config.keys import CONFIG
from feedmill.config.kinds import Kind, ListOf, MapOf, Scalar, Section
from feedmill.model.secret import Secret

_MAX_BYTES = 64 << 10


def read_secrets(
    config: dict[str, Any],
    *,
    environ: Mapping[str, str],
    folder: Callable[[str], Path],
    add: Callable[[KeyPath, str], None],
) -> None:
    """Put what `env:NAME` and `file:PATH` name in the place of each secret; note what is not there.

    `folder` makes a path of the configuration absolute.
    """
    for kind, owner, name, path in list(_secrets(CONFIG, config, ())):
        try:
            text = _text(owner[name].reveal(), environ, folder)
        except ValueError as error:
            add(path, f"'{dotted(path)}' names {error}")
            continue
        try:
            owner[name] = Secret(kind.parse(text))
        except ValueError as error:
            detail = f", {error}" if str(error) else ""
            add(path, f"'{dotted(path)}' is no {kind.name}{detail}; use {kind.right}")


def _text(written: str, environ: Mapping[str, str], folder: Callable[[str], Path]) -> str:
    source, _, name = written.partition(":")
    if source == "env":
        if not (text := environ.get(name, "").strip()):
            raise ValueError(f"the variable {name}, which is not set; set it, or use file:PATH")
        return text
    if source != "file":
        return written
    try:
        with folder(name).open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ValueError(f"the file {name}, which cannot be read: {reason}") from error
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"the file {name}, which is no text") from error
    if not text or len(data) > _MAX_BYTES:
        raise ValueError(f"the file {name}, which is {'too large' if text else 'empty'}")
    return text


def _secrets(kind: Kind, value: Any, path: KeyPath) -> Iterator[tuple[Scalar, dict[str, Any], str, KeyPath]]:
    """Yield each secret that is given: its kind, the mapping it is in, its name there, its key path."""
    if isinstance(kind, Section) and value is not None:
        for name, key in kind.keys.items():
            if not isinstance(key.kind, Scalar):
                yield from _secrets(key.kind, value[name], (*path, name))
            elif key.kind.secret and value[name] is not None:
                yield key.kind, value, name, (*path, name)
    elif isinstance(kind, ListOf) and isinstance(kind.item, Section):
        for index, each in enumerate(value or ()):
            yield from _secrets(kind.item, each, (*path, str(index)))
    elif isinstance(kind, MapOf) and isinstance(kind.value, Section):
        for name, each in (value or {}).items():
            yield from _secrets(kind.value, each, (*path, name))
