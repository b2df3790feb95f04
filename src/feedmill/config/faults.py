"""What is wrong with a configuration: every fault at once, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from feedmill.errors import ConfigError

KeyPath = tuple[str, ...]


class Origin(NamedTuple):
    """Where a value was given: a file, a variable or an option; `line` and `column` from 1, else 0.

    `layer` orders them: 0 the file, 1 the environment, 2 `--set`.
    """

    source: str
    line: int = 0
    column: int = 0
    layer: int = 0


class ConfigFault(ConfigError):
    """One fault: `config.yaml:3:8: 'server.port' is "http"; use a port from 0 to 65535`.

    `key` is the dotted path of the value ("" for the document itself).
    """

    def __init__(self, origin: Origin, key: KeyPath, message: str) -> None:
        super().__init__(origin.source, message, line=origin.line, column=origin.column)
        self.key = dotted(key)


class ConfigErrors(ConfigError):
    """All faults of one configuration, in the order of the file; one line each."""

    def __init__(self, faults: Sequence[ConfigError]) -> None:
        first = faults[0]
        super().__init__(first.path, first.message, line=first.line, column=first.column)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class Faults:
    """Collects faults while a configuration is read."""

    def __init__(self) -> None:
        self._found: list[tuple[Origin, ConfigFault, KeyPath]] = []
        self._told: set[str] = set()

    def add(self, origin: Origin, key: KeyPath, message: str) -> None:
        """Note a fault; the same one at the same place (an alias used twice) counts once."""
        fault = ConfigFault(origin, key, message)
        if str(fault) not in self._told:
            self._told.add(str(fault))
            self._found.append((origin, fault, key))

    def clean(self, *prefixes: KeyPath) -> bool:
        """Whether nothing at or below these key paths, nor above them, is at fault."""
        return not any(
            key and (key[: len(prefix)] == prefix or prefix[: len(key)] == key)
            for _, _, key in self._found
            for prefix in prefixes
        )

    def raise_any(self) -> None:
        """Raise what was found, if anything.

        Raises:
            ConfigErrors: there was a fault.
        """
        if self._found:
            ordered = sorted(self._found, key=lambda each: (each[0].layer, each[0].line, each[0].column))
            raise ConfigErrors([fault for _, fault, _ in ordered])


def dotted(path: Iterable[str]) -> str:
    """Return the key path as people write it: `topics."Node.js".slug`."""
    return ".".join(f'"{part}"' if "." in part or not part else part for part in path)
