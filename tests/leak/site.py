"""A site under edits, and an oracle that knows what may be out after each pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from feedmill.config import loads
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill
from leak.manuscript import START, Manuscript, Word, damaged, draft

CONFIG = """
site: {title: Test, url: "https://feeds.example.org/"}
seeds: {on_invalid: ON_INVALID, published_default: DEFAULT, max_bytes: 30 KiB}
guard: {min_entries: 1000}
feeds: {related: 1, archive: month}
custom:
  - {slug: best, title: Best, where: {quality: {min: 50}}}
  - {slug: show, title: Show, podcast: {image: "https://e.org/c.png", categories: Arts}}
"""


@dataclass(frozen=True)
class Save:
    """An author saves a file that is good YAML, with `word` lines, if any, about its publication."""

    name: str
    words: str = ""
    published: int | None = -1
    expires: int | None = None
    shared: bool = False
    order: int = 0


@dataclass(frozen=True)
class Break:
    """A file is saved with other content, its words as they were, and a fault elsewhere."""

    name: str
    how: int
    order: int = 0


@dataclass(frozen=True)
class TakeDown:
    """A file is saved that withholds, or seems to, and is broken elsewhere."""

    name: str
    words: str
    how: int
    order: int = 0


@dataclass(frozen=True)
class Cut:
    """Half a file: somebody is saving it. `share` of a thousand."""

    name: str
    share: int


@dataclass(frozen=True)
class Blank:
    """A file is emptied, or loses its front matter."""

    name: str
    text: bytes


@dataclass(frozen=True)
class Delete:
    """A file is deleted."""

    name: str


@dataclass(frozen=True)
class Move:
    """A file is renamed, over another one where there is one."""

    name: str
    to: str


@dataclass(frozen=True)
class Step:
    """The clock is set."""

    hours: int


@dataclass(frozen=True)
class Configure:
    """The operator changes the rules."""

    keep: bool
    default: bool


@dataclass
class Site:
    """Files, a clock and a config; for each path what it holds and the form that was out last."""

    root: Path
    now: datetime = START
    keep: bool = True
    default: bool = True
    serial: int = 0
    files: dict[str, Manuscript] = field(default_factory=dict)
    good: dict[str, Manuscript] = field(default_factory=dict)
    public: set[int] = field(default_factory=set)

    def settings(self) -> Settings:
        """The effective config."""
        text = CONFIG.replace("ON_INVALID", "keep" if self.keep else "withhold")
        text = text.replace("DEFAULT", "true" if self.default else "false")
        return replace(loads(text, base=self.root), workers=1)

    @contextmanager
    def mill(self) -> Iterator[Mill]:
        """Open a mill over the site as it is."""
        with Mill(self.settings(), clock=lambda: self.now) as mill:
            yield mill

    def apply(self, edit: object) -> frozenset[str]:
        """Do it, and return the paths that a watcher would hint at."""
        match edit:
            case Save(name, words, published, expires, shared, order):
                self._save(name, words, published, expires, shared, order)
            case Break(name, how, order):
                before = self.good.get(name) or self.files.get(name)
                words = "published: true" if before is not None and before.flag else ""
                expires = before.expires if before is not None else None
                data = self._draft(words, -1, expires, False, order)
                self._write(name, Manuscript(self.serial, Word.BROKEN, damaged(data, how)))
            case TakeDown(name, words, how, order):
                data = self._draft(words, -1, None, False, order)
                self._write(name, Manuscript(self.serial, Word.DOWN, damaged(data, how)))
            case Cut(name, share) if name in self.files:
                whole = self.files[name]
                data = whole.data[: len(whole.data) * share // 1000]
                self._write(name, replace(whole, word=Word.UNCERTAIN, data=data))
            case Blank(name, text):
                self.serial += 1
                self._write(name, Manuscript(self.serial, Word.BLANK, text))
            case Delete(name):
                self.files.pop(name, None)
                (self.root / "seeds" / name).unlink(missing_ok=True)
            case Move(name, to) if name in self.files and name != to:
                self.files[to] = self.files.pop(name)
                (self.root / "seeds" / to).parent.mkdir(parents=True, exist_ok=True)
                (self.root / "seeds" / name).rename(self.root / "seeds" / to)
            case Step(hours):
                self.now += timedelta(hours=hours)
            case Configure(keep, default):
                self.keep, self.default = keep, default
        names = (getattr(edit, "name", None), getattr(edit, "to", None))
        return frozenset(name for name in names if name is not None)

    def expected(self, shown: frozenset[int]) -> frozenset[int]:
        """Return the serials that have to be out now, and remember the last good forms.

        Where a file is half there, both is right: its last good form or nothing. Then what is
        `shown` decides what is remembered, provided that it may be.
        """
        candidates: dict[str, Manuscript] = {}
        for name, there in self.files.items():
            good = self.good.get(name)
            if there.word is Word.OUT:
                if there.allowed(self.now, default=self.default):
                    candidates[name] = there
            elif there.word in (Word.BROKEN, Word.BLANK):
                if good is not None and self._stays(good):
                    candidates[name] = good
            elif there.word is Word.UNCERTAIN:
                for form in (good, replace(there, word=Word.OUT)):
                    if form is not None and form.serial in shown and self._stays(form):
                        candidates[name] = form
        winners: dict[str, str] = {}
        for name, form in candidates.items():
            rival = winners.get(form.entry or name)
            if rival is None or (-form.published, name) < (-candidates[rival].published, rival):
                winners[form.entry or name] = name
        self.good = {name: candidates[name] for name in winners.values()}
        out = frozenset(form.serial for form in self.good.values())
        self.public |= out
        return out

    def _stays(self, form: Manuscript) -> bool:
        return (
            self.keep
            and form.is_due(self.now)
            and (form.flag is True or (form.flag is None and self.default))
        )

    def _save(
        self, name: str, words: str, published: int | None, expires: int | None, shared: bool, order: int
    ) -> None:
        data = self._draft(words, published, expires, shared, order)
        flag = {"": None, "published: true": True}.get(words, False)
        held = flag is False or published is None
        entry = "shared" if shared else ""
        when = -1 if published is None else published
        word = Word.HELD if held else Word.OUT
        self._write(name, Manuscript(self.serial, word, data, when, expires, flag, entry))

    def _draft(
        self, words: str, published: int | None, expires: int | None, shared: bool, order: int
    ) -> bytes:
        self.serial += 1
        return draft(
            self.serial,
            lines=(words,) if words else (),
            published=published,
            expires=expires,
            entry="https://ids.example.org/shared" if shared else "",
            topics=("common",),
            order=order,
        )

    def _write(self, name: str, manuscript: Manuscript) -> None:
        self.files[name] = manuscript
        file = self.root / "seeds" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(manuscript.data)
