"""What holds between the keys of `seeds`: made addresses have a site, rules say something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedmill.config.check import shown
from feedmill.config.faults import KeyPath, dotted

if TYPE_CHECKING:
    from feedmill.config.rules import Rules

_OWN = frozenset({"id", "link", "title"})
"""Fields that tell seeds apart."""
_SEVERAL = frozenset({"topics", "levels", "images", "related"})
"""Fields that hold more than one value."""


def check_addresses(rules: Rules) -> None:
    """Note patterns without a site to join them to, and rules that say nothing or too much."""
    if not rules.clean(("site", "home"), ("seeds", "link"), ("seeds", "rules")):
        return
    seeds = rules.config["seeds"]
    patterns: list[KeyPath] = [("seeds", "link")] if seeds["link"] else []
    for index, rule in enumerate(seeds["rules"]):
        place = ("seeds", "rules", str(index))
        if rule["link"]:
            patterns.append((*place, "link"))
        elif not rule["defaults"]:
            rules.add(place, f"'{dotted(place)}' says nothing; give it a link or defaults")
        for field, values in rule["defaults"].items():
            where = (*place, "defaults", field)
            if field in _OWN:
                rules.add(where, f"{shown(field)} tells one seed from another; it cannot be a default")
            elif len(values) > 1 and field not in _SEVERAL:
                rules.add(where, f"'{dotted(where)}' has {len(values)} values; {field} holds one")
    if patterns and not rules.config["site"]["home"]:
        message = f"'{dotted(patterns[0])}' makes addresses below 'site.home', which is not given"
        rules.add(patterns[0], f"{message}; add home: https://www.example.org/ to 'site'")
