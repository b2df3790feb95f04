"""Every deliberate exception of feedmill: facts as attributes, the sentence in `__str__`."""

from __future__ import annotations

from pathlib import Path


class FeedmillError(Exception):
    """The root: whoever catches this catches all that feedmill raises on purpose."""


class InputError(FeedmillError):
    """A person can fix this by editing a file.

    `line` and `column` count from 1; 0 means unknown.
    """

    def __init__(self, path: str | Path, message: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(path, message, line, column)
        self.path = str(path)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        where = self.path
        if self.line:
            where += f":{self.line}"
            if self.column:
                where += f":{self.column}"
        return f"{where}: {self.message}"


class SeedError(InputError):
    """One seed cannot be used."""


class ConfigError(InputError):
    """The configuration cannot be used; nothing was written."""


class UsageError(FeedmillError):
    """The command cannot do what was asked; the message says what would be right."""


class StoreError(FeedmillError):
    """Storage failed: trying later may help."""


class CatalogError(StoreError):
    """The catalog (a disposable cache) cannot be read or written."""


class PublishError(StoreError):
    """The feeds folder or its ledger cannot be read or written."""


class StoreAway(PublishError):
    """The store cannot be reached just now: what is published there is as it was."""


class LockHeld(StoreError):
    """Another process works on the same folder or database."""

    def __init__(self, path: Path | str, holder: str) -> None:
        super().__init__(path, holder)
        self.path = path
        self.holder = holder

    def __str__(self) -> str:
        return f"{self.path} is locked by {self.holder}; stop it or wait for it"


class PortInUse(StoreError):
    """A listener cannot have its address."""

    def __init__(self, key: str, host: str, port: int, why: str) -> None:
        super().__init__(key, host, port, why)
        self.key = key
        self.host = host
        self.port = port
        self.why = why

    def __str__(self) -> str:
        return f"cannot listen on {self.host}:{self.port} ({self.key}): {self.why}"


class GuardHeld(FeedmillError):
    """The guard held the pass back: takedowns alone were published (docs/promises.md, Held passes)."""


class RenderError(FeedmillError):
    """A feed could not be rendered: a template's fault, or our bug, named precisely.

    `template` is a file of the theme (`theme/feed.html`), or of ours, with the `line`, 0 where none is known.
    """

    def __init__(self, feed: str, entry: str | None, why: str, template: str = "", line: int = 0) -> None:
        super().__init__(feed, entry, why, template, line)
        self.feed = feed
        self.entry = entry
        self.why = why
        self.template = template
        self.line = line

    def __str__(self) -> str:
        where = f"feed {self.feed}" + (f", entry {self.entry}" if self.entry else "")
        at = f"{self.template}:{self.line}: " if self.line else f"{self.template}: " if self.template else ""
        return f"{where} could not be rendered: {at}{self.why}"


class PassAbandoned(FeedmillError):
    """A pass was asked to stop before it published; nothing changed."""

    def __str__(self) -> str:
        return "the pass was abandoned before it published"
