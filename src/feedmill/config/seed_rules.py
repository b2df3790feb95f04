"""What holds between the keys of `seeds`: made addresses have a site, rules say something."""

from __future__ import annotations

from feedmill.config.check import shown
from feedmill.config.checked import CheckedConfig
from feedmill.config.faults import KeyPath, dotted

_OWN = frozenset({"id", "link", "title"})
"""Fields that tell seeds apart."""
_SEVERAL = frozenset({"topics", "levels", "images", "related"})
"""Fields that hold more than one value."""


def check_addresses(config: CheckedConfig) -> None:
    """Note patterns without a site to join them to, and rules that say nothing or too much."""
    if not config.clean(("site", "home"), ("seeds", "link"), ("seeds", "rules")):
        return
    seeds = config.values["seeds"]
    patterns: list[KeyPath] = [("seeds", "link")] if seeds["link"] else []
    for index, rule in enumerate(seeds["rules"]):
        place = ("seeds", "rules", str(index))
        if rule["link"]:
            patterns.append((*place, "link"))
        elif not rule["defaults"]:
            config.add(place, f"'{dotted(place)}' says nothing; give it a link or defaults")
        for field, values in rule["defaults"].items():
            where = (*place, "defaults", field)
            if field in _OWN:
                config.add(where, f"{shown(field)} tells one seed from another; it cannot be a default")
            elif len(values) > 1 and field not in _SEVERAL:
                config.add(where, f"'{dotted(where)}' has {len(values)} values; {field} holds one")
    if patterns and not config.values["site"]["home"]:
        message = f"'{dotted(patterns[0])}' makes addresses below 'site.home', which is not given"
        config.add(patterns[0], f"{message}; add home: https://www.example.org/ to 'site'")
