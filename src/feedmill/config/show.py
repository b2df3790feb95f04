"""The effective configuration as YAML text, secrets hidden."""

from __future__ import annotations

import re

from feedmill.config.emit import block
from feedmill.config.keys import CONFIG
from feedmill.config.kinds import written
from feedmill.config.names import hide_userinfo
from feedmill.config.scalars import HIDDEN
from feedmill.config.tree import Plain
from feedmill.model.settings import Settings

_SECRET = re.compile(r"(?:.*[_-])?(?:token|password|passwd|secret)s?", re.IGNORECASE)


def show(settings: Settings) -> str:
    """Return YAML that `load` reads as the same settings; folders are absolute.

    Keys that are absent and have no default are left out. The value of a key called token, password
    or secret is `***`, and so is what stands before the `@` of a URL.
    """
    lines = []
    tree = written(CONFIG, settings.effective)
    for name, section in tree.items() if isinstance(tree, dict) else ():
        lines += ["", *block({name: hide(section)})]
    return "\n".join(lines[1:]) + "\n"


def hide(value: Plain, name: str = "") -> Plain:
    """Return the value without what nobody should read over a shoulder."""
    if isinstance(value, dict):
        return {key: hide(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [hide(each, name) for each in value]
    if isinstance(value, str):
        return HIDDEN if _SECRET.fullmatch(name) else hide_userinfo(value)
    return value
