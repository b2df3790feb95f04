"""What holds between keys: flags read the wrong way round, folders in folders, ports taken twice."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from feedmill.config.check import shown
from feedmill.config.checked import CheckedConfig
from feedmill.config.faults import KeyPath, dotted
from feedmill.config.feed_rules import check_custom, check_terms
from feedmill.config.mirror_rules import check_mirrors, mirror_folders
from feedmill.config.path_rules import check_copies, check_redirects
from feedmill.config.units import FALSE_WORDS, TRUE_WORDS, format_duration
from feedmill.model.fields import FLAGS, TAKEDOWN, fold
from feedmill.model.host import is_example, is_loopback

_WILDCARDS = frozenset({"0.0.0.0", "::"})
_SAME_MACHINE = ({"localhost", "127.0.0.1"}, {"localhost", "::1"})
_NEEDED = TAKEDOWN | {"title"}
_OPPOSITE = frozenset({"draft", "hidden", "removed", "deleted", "unpublished"})


def check_rules(config: CheckedConfig) -> None:
    """Note every fault that no key shows by itself."""
    if config.clean(("seeds", "fields")):
        _check_fields(config)
    check_addresses(config)
    for taxonomy in ("topics", "providers", "authors"):
        if config.clean((taxonomy,)):
            check_terms(config, taxonomy)
    if config.clean(("custom",)):
        check_custom(config)
    if config.clean(("redirects",)):
        check_redirects(config)
    if config.clean(("feeds",)):
        _check_archive(config)
    if config.clean(("copies",), ("redirects",), ("feeds",), ("custom",)):
        check_copies(config)
    if config.clean(("schedule", "rebuild")):
        _check_rebuild(config)
    if config.clean(("watch",)):
        _check_watch(config)
    if config.clean(("server",), ("admin",)):
        _check_listeners(config)
    if config.clean(("site", "url"), ("server",), ("push",)):
        _check_push(config)
    if config.clean(("mirrors",)):
        check_mirrors(config)


def check_folders(config: CheckedConfig, folders: Mapping[str, Path | None]) -> None:
    """Note folders that lie in one another, or a theme that is not there.

    feedmill reads one, deletes in another and forgets the third, so none may contain another; what
    `seeds.exclude` names word for word is not of the seeds, though it lie among them.
    """
    theme = folders["theme"]
    named: list[tuple[KeyPath, Path]] = [
        ((name, "dir"), each) for name, each in folders.items() if each and name != "theme"
    ]
    named += mirror_folders(config)
    real = [(place, Path(os.path.realpath(each))) for place, each in named]
    for index, (place, folder) in enumerate(real):
        for other_place, other in real[:index]:
            if not config.clean(place, other_place):
                continue
            remedy = "use folders beside each other"
            if folder == other:
                relation = "is the same folder as"
            elif folder.is_relative_to(other):
                if other_place == ("seeds", "dir"):
                    inside = folder.relative_to(other)
                    if _is_excluded(config, inside):
                        continue
                    remedy += f", or add {inside.as_posix()} to 'seeds.exclude'"
                relation = "lies inside"
            elif other.is_relative_to(folder):
                relation = "contains"
            else:
                continue
            message = f"'{dotted(place)}' ({folder}) {relation} '{dotted(other_place)}' ({other})"
            config.add(place, f"{message}; {remedy}", other_place)
    if theme is not None and config.clean(("theme",)) and not theme.is_dir():
        config.add(
            ("theme", "dir"),
            f"'theme.dir' names {theme}, which is no folder; create it or leave the key out",
        )


def _is_excluded(config: CheckedConfig, folder: Path) -> bool:
    """Whether `seeds.exclude` names a folder among the seeds, or one that it is in: `feeds`, `feeds/**`."""
    if not config.clean(("seeds", "exclude")):
        return True
    named = {
        glob.removeprefix("./").removesuffix("/**").strip("/") for glob in config.values["seeds"]["exclude"]
    }
    return any(each.as_posix() in named for each in (folder, *folder.parents))


def _check_fields(config: CheckedConfig) -> None:
    """A draft must not go out because its flag was read the wrong way round."""
    for name in config.values["seeds"]["fields"].get("published", ()):
        if fold(name) in _OPPOSITE:
            message = f"{shown(name)} says the opposite of 'published'; map 'removed' to it"
            config.add(("seeds", "fields", "published"), message)
    for name, keys in config.values["seeds"]["fields"].items():
        if not keys and name in _NEEDED:
            config.add(("seeds", "fields", name), f"{shown(name)} is always read; name a key of front matter")


def _check_archive(config: CheckedConfig) -> None:
    feeds = config.values["feeds"]
    if feeds["archive"] != "off" and "atom" not in feeds["formats"]:
        message = "'feeds.archive' makes Atom documents, but 'feeds.formats' has no atom"
        config.add(("feeds", "archive"), f"{message}; add it, or turn archives off", ("feeds", "formats"))


def _check_rebuild(config: CheckedConfig) -> None:
    rebuild = config.values["schedule"]["rebuild"]
    if rebuild["cron"] and rebuild["every"] is not None:
        config.add(
            ("schedule", "rebuild"), "'schedule.rebuild' has both 'every' and 'cron'; keep one of them"
        )


def _check_watch(config: CheckedConfig) -> None:
    settle, longest = config.values["watch"]["settle"], config.values["watch"]["max_wait"]
    if longest is not None and longest < settle:
        message = f"'watch.max_wait' ({format_duration(longest)}) is shorter than 'watch.settle'"
        config.add(("watch", "max_wait"), f"{message} ({format_duration(settle)}); use a longer one")


def _check_listeners(config: CheckedConfig) -> None:
    origin, admin = config.values["server"], config.values["admin"]
    if not (origin["enabled"] and admin["enabled"]) or origin["port"] != admin["port"] or not origin["port"]:
        return
    first, second = origin["host"], admin["host"]
    if first == second or {first, second} & _WILDCARDS or {first, second} in _SAME_MACHINE:
        message = f"'admin.port' is {admin['port']}, which 'server.port' has already"
        config.add(("admin", "port"), f"{message}; the two listeners need a port each", ("server", "port"))


def _check_push(config: CheckedConfig) -> None:
    push = config.values["push"]
    if push["hub"] == "on" and not config.values["server"]["enabled"]:
        message = "'push.hub' is on, but 'server.enabled' is false, so nobody can subscribe"
        config.add(("push", "hub"), f"{message}; turn the server on, or the hub off", ("server", "enabled"))
    own = config.values["site"]["url"] + "hub"
    for index, hub in enumerate(push["hubs"]):
        if hub.rstrip("/") == own:
            place = ("push", "hubs", str(index))
            config.add(place, f"{shown(hub)} is this mill's own hub; 'push.hub' turns that on")


def warnings(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is right but will not do for readers (docs/promises.md, No silence)."""
    server, url = config["server"], config["site"]["url"]
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_example(host):
        return (f"site.url is {url}, an example; set site.url to the address that readers use",)
    if not is_loopback(host) and host not in _WILDCARDS:
        return ()
    found = [f"site.url is {url}, which only this machine reaches; set site.url before anybody subscribes"]
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if server["enabled"] and server["port"] not in (0, port):
        found.append(f"site.url names port {port}, but the server listens on {server['port']}; set site.url")
    return tuple(found)


_OWN = frozenset({"id", "link", "title"})
"""Fields that tell seeds apart."""
_SEVERAL = frozenset({"topics", "levels", "images", "authors", "people", "transcript"})
"""Fields that hold more than one value."""
_NUMBERS = frozenset({"quality", "heat"})


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
            elif field == "related":
                config.add(where, "'related' holds articles, and a default is text; it cannot be one")
            elif field in FLAGS and values[0] not in (*TRUE_WORDS, *FALSE_WORDS):
                config.add(where, f"'{dotted(where)}' is {shown(values[0])}; use true or false")
            elif field in _NUMBERS and not _is_number(values[0]):
                config.add(where, f"'{dotted(where)}' is {shown(values[0])}; use a number such as 72 or 0.5")
    if patterns and not config.values["site"]["home"]:
        message = f"'{dotted(patterns[0])}' makes addresses below 'site.home', which is not given"
        config.add(patterns[0], f"{message}; add home: https://www.example.org/ to 'site'")


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
