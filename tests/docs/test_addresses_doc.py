"""docs/addresses.md names every part and every filter."""

from __future__ import annotations

import re
from pathlib import Path

from feedmill.seeds.address_parts import PARTS
from feedmill.seeds.slugs import FILTERS


def test_every_name_is_there(root: Path) -> None:
    text = (root / "docs" / "addresses.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_]+)`", text))
    told |= {f"jekyll{name}" for name in told if name.startswith("_")}
    wanted = {name for name in PARTS if not name.endswith("@")} | set(FILTERS)
    assert wanted - told == set()
