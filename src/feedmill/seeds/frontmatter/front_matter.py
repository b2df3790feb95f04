"""Front matter as a value, whatever its syntax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Syntax = Literal["yaml", "toml", "json", "pelican"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A seed in two: `header` is in its `syntax`, `body` what follows; both with LF line ends.

    `tops` are the offsets of the header's top lines (`cut.top_lines`): found on the way, so that the cut need
    not look for them again. Lines count from 1 in the file. `closed` is False where no line of `---` or
    `...` (or what its syntax has for it) ends the header: then it is the whole rest of the file.
    """

    header: str
    header_line: int = 2
    tops: tuple[int, ...] = ()
    body: str = ""
    closed: bool = True
    syntax: Syntax = "yaml"

    @property
    def body_line(self) -> int:
        """The file's line on which the body begins."""
        return self.header_line + self.header.count("\n") + 1
