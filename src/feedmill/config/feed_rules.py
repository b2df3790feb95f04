"""What holds between the keys of terms and feeds: names that clash, conditions that nothing meets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feedmill.config.check import shown
from feedmill.config.checked import CheckedConfig
from feedmill.config.faults import KeyPath, dotted
from feedmill.model.slug import natural_slug, term_key


def check_terms(config: CheckedConfig, taxonomy: str) -> None:
    """Note terms given twice, slugs and aliases that two terms claim."""
    terms: Mapping[str, Mapping[str, Any]] = config.values[taxonomy]
    labels: dict[str, str] = {}
    for label in terms:
        key = term_key(label)
        if key in labels:
            message = (
                f"{shown(label)} and {shown(labels[key])} in '{taxonomy}' are one term; keep one of them"
            )
            config.add((taxonomy, label), message)
        labels.setdefault(key, label)
    slugs: dict[str, str] = {}
    claimed: dict[str, str] = {}
    for label, term in terms.items():
        slug = term["slug"] or natural_slug(term_key(label))
        if slug is not None and labels[term_key(label)] == label and slugs.setdefault(slug, label) != label:
            message = f"{shown(label)} and {shown(slugs[slug])} in '{taxonomy}' share the slug {slug!r}"
            config.add((taxonomy, label, "slug"), f"{message}; give one of them another slug")
        also: dict[KeyPath, str] = {
            ("aliases", str(index)): alias for index, alias in enumerate(term["aliases"])
        }
        if term.get("name"):
            also[("name",)] = term["name"]  # an author is known by the name as well
        for part, alias in also.items():
            place = (taxonomy, label, *part)
            key = term_key(alias)
            what = part[0].removesuffix("es")
            if (own := labels.get(key, label)) != label:
                message = f"the {what} {shown(alias)} is a term of its own in '{taxonomy}' ({shown(own)})"
                config.add(place, f"{message}; remove one of them")
            elif claimed.setdefault(key, label) != label:
                message = f"the {what} {shown(alias)} belongs to {shown(claimed[key])} already"
                config.add(place, f"{message}; remove one of them")


def check_custom(config: CheckedConfig) -> None:
    """Note slugs given twice, bounds that nothing is within, and podcasts that no app could read."""
    slugs: dict[str, int] = {}
    for index, feed in enumerate(config.values["custom"]):
        place = ("custom", str(index))
        slug = feed["slug"]
        if slugs.setdefault(slug, index) != index:
            message = f"two custom feeds have the slug {slug!r} (numbers {slugs[slug]} and {index}, from 0)"
            config.add((*place, "slug"), f"{message}; give one of them another")
        if feed["podcast"] and config.clean(("feeds",)) and "rss" not in config.values["feeds"]["formats"]:
            message = f"'{dotted((*place, 'podcast'))}' is RSS, which 'feeds.formats' leaves out"
            config.add((*place, "podcast"), f"{message}; add rss there")
        for where, conditions in (
            ((*place, "where"), feed["where"]),
            ((*place, "where", "not"), feed["where"]["not"]),
        ):
            for name in ("quality", "heat"):
                low, high = conditions[name]["min"], conditions[name]["max"]
                if low is not None and high is not None and low > high:
                    path = (*where, name)
                    config.add(
                        path, f"'{dotted(path)}' has a min above its max, so nothing matches; swap them"
                    )
