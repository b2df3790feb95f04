"""Somebody who does all that can be done to a folder of seeds, and knows what must not be seen any more."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from driver.forms import BESIDE_TRUE, BREAKS, TAKEDOWNS, Form, good

TOPICS = ("Alpha", "Beta gamma", "Delta", "C++")
MOST = 60
"""Seeds there are at a time: feeds of a size that is compared in milliseconds."""


@dataclass(slots=True)
class Entry:
    """A seed file by all of its names, and whether its entry may be seen."""

    token: str
    names: list[Path]
    state: Literal["out", "broken", "down"] = "out"
    version: int = 0
    topic: str = TOPICS[0]
    published: bool = False

    @property
    def path(self) -> Path:
        return self.names[0]

    def text(self) -> str:
        return good(self.token, self.version, self.topic, published=self.published)


@dataclass(slots=True)
class Author:
    """`down` tells for each token since when (monotonic seconds) nothing of it may be seen."""

    seeds: Path
    dice: random.Random
    wait: Callable[[], None]
    """Returns once the mill has seen all that was done."""
    entries: list[Entry] = field(default_factory=list)
    down: dict[str, float] = field(default_factory=dict)
    made: int = 0

    def ways(self) -> list[Callable[[], str]]:
        """Return what can be done, the usual more often."""
        return [
            *[self.create] * 3,
            *[self.edit] * 4,
            *[self.take_down] * 5,
            *[self.bring_back] * 4,
            self.rename,
            self.link,
            self.unlink_one_name,
            self.delete,
            self.hide,
            *[self.spoil] * 2,
            self.touch,
        ]

    def some(self, *states: str) -> Entry | None:
        """Return an entry in one of `states`."""
        found = [entry for entry in self.entries if entry.state in states]
        return self.dice.choice(found) if found else None

    # What an author does; each returns what it did

    def create(self) -> str:
        if len(self.entries) >= MOST:
            return self.delete()
        self.made += 1
        folder = self.dice.choice((self.seeds, self.seeds / "sub"))
        folder.mkdir(exist_ok=True)
        entry = Entry(
            token=f"zq{self.made}zq",
            names=[folder / f"s{self.made}.md"],
            topic=self.dice.choice(TOPICS),
            published=self.dice.random() < 0.3,
        )
        self.entries.append(entry)
        return f"create {self._save(entry, entry.text().encode())}"

    def edit(self) -> str:
        entry = self.some("out")
        if entry is None:
            return self.create()
        entry.version += 1
        entry.topic = self.dice.choice(TOPICS)
        return f"edit {self._save(entry, entry.text().encode())}"

    def take_down(self, entry: Entry | None = None) -> str:
        entry = entry or self.some("out", "broken")
        if entry is None:
            return self.create()
        form = self.dice.choice(TAKEDOWNS)
        if any(word in form.name for word in BESIDE_TRUE):
            entry.published = False
        return self.take_down_as(entry, form)

    def take_down_as(self, entry: Entry, form: Form) -> str:
        """Write a takedown of that form."""
        said = self._save(entry, form.write(entry.text()))
        self._forbid(entry)
        return f"take down ({form.name}) {said}"

    def bring_back(self) -> str:
        entry = self.some("down", "broken")
        if entry is None:
            return self.edit()
        entry.version += 1
        self.down.pop(entry.token, None)
        entry.state = "out"
        return f"bring back {self._save(entry, entry.text().encode())}"

    def spoil(self) -> str:
        """Break a seed; one that is down only once the mill has seen that: else it never could."""
        entry = self.some("out", "down")
        if entry is None:
            return self.create()
        if entry.state == "down":
            self.wait()
        name, change = self.dice.choice(BREAKS)
        if entry.state == "out":
            entry.state = "broken"
        return f"break ({name}) {self._save(entry, change(entry.text()).encode())}"

    def rename(self) -> str:
        entry = self.some("out", "broken", "down")
        if entry is None:
            return self.create()
        self.made += 1
        number = self.dice.randrange(len(entry.names))
        before = entry.names[number]
        entry.names[number] = before.with_name(f"r{self.made}.md")
        before.rename(entry.names[number])
        return f"rename {before.name} {entry.names[number].name}"

    def link(self) -> str:
        entry = self.some("out", "down")
        if entry is None or len(entry.names) > 2:
            return self.edit()
        self.made += 1
        twin = self.seeds / f"l{self.made}.md"
        os.link(entry.path, twin)
        entry.names.append(twin)
        return f"link {entry.path.name} {twin.name}"

    def unlink_one_name(self) -> str:
        entry = next((entry for entry in self.entries if len(entry.names) > 1), None)
        if entry is None:
            return self.link()
        name = entry.names.pop(self.dice.randrange(len(entry.names)))
        name.unlink()
        return f"unlink {name.name} of {entry.token}"

    def delete(self) -> str:
        entry = self.some("out", "broken", "down")
        if entry is None:
            return self.create()
        for name in entry.names:
            name.unlink()
        self._forbid(entry)
        self.entries.remove(entry)
        return f"delete {entry.token}"

    def hide(self) -> str:
        """Give the file a name that no seed has."""
        entry = self.some("out")
        if entry is None:
            return self.create()
        for name in entry.names[1:]:
            name.unlink()
        hidden = entry.path.with_name(f".{entry.path.name}")
        entry.path.rename(hidden)
        entry.names = [hidden]
        self._forbid(entry)
        self.entries.remove(entry)
        return f"hide {entry.token}"

    def touch(self) -> str:
        entry = self.some("out", "broken", "down")
        if entry is None:
            return self.create()
        entry.path.touch()
        return f"touch {entry.path.name}"

    # Saving

    def _forbid(self, entry: Entry) -> None:
        entry.state = "down"
        self.down.setdefault(entry.token, time.monotonic())

    def _save(self, entry: Entry, data: bytes) -> str:
        """Save as editors and tools do: in place or aside, with the times of now or those of before."""
        before = entry.path.stat() if entry.path.exists() else None
        aside = len(entry.names) == 1 and self.dice.random() < 0.4
        restored = before is not None and self.dice.random() < 0.4
        target = entry.path.with_name(f".{entry.path.name}.new") if aside else entry.path
        with target.open("r+b" if target.exists() else "wb") as file:
            file.write(data)
            file.truncate()
        if before is not None and restored:
            os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
        if aside:
            target.replace(entry.path)
        how = ["aside"] * aside + ["times restored"] * restored
        return " ".join([entry.token, entry.path.name, *how])
