"""Globs: which relative paths are seeds, as one regular expression for each list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from feedmill.model.globs import alternatives
from feedmill.model.settings import ScanSettings

_IGNORED = re.compile(
    r"\..*"  # dotfiles: .git, .x.md.swp (vim), .#x.md (Emacs), .goutputstream-… (GNOME)
    r"|.*~"  # backups: x.md~
    r"|#.*#"  # Emacs' autosave
    r"|~\$.*"  # Office's owner files
    r"|4913"  # vim asks with it whether it may write here
    r"|.*\.(?:sw[a-p]|swx|tmp|temp|bak|part|crdownload|partial|kate-swp)"
    r"|.*___jb_(?:tmp|old)___",  # JetBrains' safe write
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Globs:
    """What `seeds.include` and `seeds.exclude` say. Paths are relative, with `/`."""

    include: re.Pattern[str]
    exclude: re.Pattern[str]

    def takes(self, path: str) -> bool:
        """Whether a file of this path is wanted, whatever the names of its folders."""
        return self.include.fullmatch(path) is not None and self.exclude.fullmatch(path) is None

    def prunes(self, folder: str) -> bool:
        """Whether nothing below this folder can be wanted."""
        return self.exclude.fullmatch(folder) is not None


@lru_cache(maxsize=16)
def compile_globs(include: tuple[str, ...], exclude: tuple[str, ...]) -> Globs:
    """Compile both lists.

    `*` stands for any characters but `/`, `?` for one, `[a-z]` and `[!a-z]` for one of a set, `**/` for any
    number of folders, none too, and `**` at the end for everything below. An exclude glob that names a
    folder excludes all that is in it.
    """
    return Globs(
        include=re.compile(alternatives(include), re.DOTALL),
        exclude=re.compile(f"(?:{alternatives(exclude)})(?:/.*)?", re.DOTALL),
    )


def is_excluded(settings: ScanSettings, path: str) -> bool:
    """Whether `seeds.exclude` names this relative path."""
    return compile_globs(settings.include, settings.exclude).exclude.fullmatch(path) is not None


def is_ignored(name: str) -> bool:
    """Whether a file of this name is a dotfile or an editor's temporary one."""
    return _IGNORED.fullmatch(name) is not None


def matches(settings: ScanSettings, path: str) -> bool:
    """Whether a regular file at this relative path would be a seed for `scan`."""
    if path.startswith("/") or not compile_globs(settings.include, settings.exclude).takes(path):
        return False
    *folders, name = path.split("/")
    return not is_ignored(name) and not any(not folder or folder.startswith(".") for folder in folders)
