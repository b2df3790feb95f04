"""What holds between keys: flags read the wrong way round, folders in folders, ports taken twice."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from feedmill.config.check import shown
from feedmill.config.faults import Faults, KeyPath, Origin, dotted
from feedmill.config.feed_rules import check_custom, check_terms
from feedmill.config.mirror_rules import check_mirrors, mirror_folders
from feedmill.config.names import is_loopback
from feedmill.config.path_rules import check_copies, check_redirects
from feedmill.config.seed_rules import check_addresses
from feedmill.config.tree import Value, locate
from feedmill.config.units import format_duration
from feedmill.model.fields import fold

_WILDCARDS = frozenset({"0.0.0.0", "::"})
_SAME_MACHINE = ({"localhost", "127.0.0.1"}, {"localhost", "::1"})
_OPPOSITE = frozenset({"draft", "hidden", "removed", "deleted", "unpublished"})


class Rules:
    """The checked configuration, the tree it came from, and where faults go."""

    def __init__(self, config: Mapping[str, Any], root: Value | None, faults: Faults, file: Origin) -> None:
        self.config = config
        self._root = root
        self._faults = faults
        self._file = file

    def clean(self, *paths: KeyPath) -> bool:
        """Whether nothing at these key paths is at fault already."""
        return self._faults.clean(*paths)

    def check(self) -> None:
        """Note every fault that no key shows by itself."""
        if self.clean(("seeds", "fields")):
            self._fields()
        check_addresses(self)
        for taxonomy in ("topics", "providers", "authors"):
            if self.clean((taxonomy,)):
                check_terms(self, taxonomy)
        if self.clean(("custom",)):
            check_custom(self)
        if self.clean(("redirects",)):
            check_redirects(self)
        if self.clean(("feeds",)):
            self._archive()
        if self.clean(("copies",), ("redirects",), ("feeds",), ("custom",)):
            check_copies(self)
        if self.clean(("schedule", "rebuild")):
            self._rebuild()
        if self.clean(("watch",)):
            self._watch()
        if self.clean(("server",), ("admin",)):
            self._listeners()
        if self.clean(("site", "url"), ("server",), ("push",)):
            self._push()
        if self.clean(("mirrors",)):
            check_mirrors(self)

    def folders(self, folders: Mapping[str, Path | None]) -> None:
        """Note folders that lie in one another, or a theme that is not there.

        feedmill reads one, deletes in another and forgets the third, so none may contain another; what
        `seeds.exclude` names word for word is not of the seeds, though it lie among them.
        """
        theme = folders["theme"]
        named: list[tuple[KeyPath, Path]] = [
            ((name, "dir"), each) for name, each in folders.items() if each and name != "theme"
        ]
        named += mirror_folders(self)
        real = [(place, Path(os.path.realpath(each))) for place, each in named]
        for index, (place, folder) in enumerate(real):
            for other_place, other in real[:index]:
                if not self.clean(place, other_place):
                    continue
                if folder == other:
                    relation = "is the same folder as"
                elif folder.is_relative_to(other):
                    if other_place == ("seeds", "dir") and self._excluded(folder.relative_to(other)):
                        continue
                    relation = "lies inside"
                elif other.is_relative_to(folder):
                    relation = "contains"
                else:
                    continue
                message = f"'{dotted(place)}' ({folder}) {relation} '{dotted(other_place)}' ({other})"
                self.add(place, f"{message}; use folders beside each other", other_place)
        if theme is not None and self.clean(("theme",)) and not theme.is_dir():
            self.add(
                ("theme", "dir"),
                f"'theme.dir' names {theme}, which is no folder; create it or leave the key out",
            )

    def _excluded(self, folder: Path) -> bool:
        """Whether a folder among the seeds, or one that it is in, is named by `seeds.exclude`."""
        if not self.clean(("seeds", "exclude")):
            return True
        named = {glob.removeprefix("./").strip("/") for glob in self.config["seeds"]["exclude"]}
        return any(each.as_posix() in named for each in (folder, *folder.parents))

    def _fields(self) -> None:
        """A draft must not go out because its flag was read the wrong way round."""
        for name in self.config["seeds"]["fields"].get("published", ()):
            if fold(name) in _OPPOSITE:
                message = f"{shown(name)} says the opposite of 'published'; map 'removed' to it"
                self.add(("seeds", "fields", "published"), message)

    def _archive(self) -> None:
        feeds = self.config["feeds"]
        if feeds["archive"] != "off" and "atom" not in feeds["formats"]:
            message = "'feeds.archive' makes Atom documents, but 'feeds.formats' has no atom"
            self.add(("feeds", "archive"), f"{message}; add it, or turn archives off", ("feeds", "formats"))

    def _rebuild(self) -> None:
        rebuild = self.config["schedule"]["rebuild"]
        if rebuild["cron"] and rebuild["every"] is not None:
            self.add(
                ("schedule", "rebuild"), "'schedule.rebuild' has both 'every' and 'cron'; keep one of them"
            )

    def _watch(self) -> None:
        settle, longest = self.config["watch"]["settle"], self.config["watch"]["max_wait"]
        if longest is not None and longest < settle:
            message = f"'watch.max_wait' ({format_duration(longest)}) is shorter than 'watch.settle'"
            self.add(("watch", "max_wait"), f"{message} ({format_duration(settle)}); use a longer one")

    def _listeners(self) -> None:
        origin, admin = self.config["server"], self.config["admin"]
        if (
            not (origin["enabled"] and admin["enabled"])
            or origin["port"] != admin["port"]
            or not origin["port"]
        ):
            return
        first, second = origin["host"], admin["host"]
        if first == second or {first, second} & _WILDCARDS or {first, second} in _SAME_MACHINE:
            message = f"'admin.port' is {admin['port']}, which 'server.port' has already"
            self.add(("admin", "port"), f"{message}; the two listeners need a port each", ("server", "port"))

    def _push(self) -> None:
        push = self.config["push"]
        if push["hub"] == "on" and not self.config["server"]["enabled"]:
            message = "'push.hub' is on, but 'server.enabled' is false, so nobody can subscribe"
            self.add(("push", "hub"), f"{message}; turn the server on, or the hub off", ("server", "enabled"))
        own = self.config["site"]["url"] + "hub"
        for index, hub in enumerate(push["hubs"]):
            if hub.rstrip("/") == own:
                place = ("push", "hubs", str(index))
                self.add(place, f"{shown(hub)} is this mill's own hub; 'push.hub' turns that on")

    def add(self, path: KeyPath, message: str, *others: KeyPath) -> None:
        """Note a fault at `path`, or at the first of `others` that was given where `path` was not."""
        nearest = None
        for place in (path, *others):
            origin, exact = locate(self._root, place)
            if origin is not None and exact:
                nearest = origin
                break
            nearest = nearest or origin
        self._faults.add(nearest or self._file, path, message)


def warnings(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is right but will not do for readers: an address that nobody else reaches (DESIGN 4)."""
    server, url = config["server"], config["site"]["url"]
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_example(host):
        return (f"site.url is {url}, an example; set site.url to the address that readers use",)
    if not is_loopback(host) and host not in _WILDCARDS:
        return ()
    found = [f"site.url is {url}, which only this machine reaches; set site.url before anybody subscribes"]
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if server["enabled"] and server["port"] not in (0, port):
        found.append(f"site.url names port {port}, but the server listens on {server['port']}; set site.url")
    return tuple(found)


def _is_example(host: str) -> bool:
    examples = ("example.org", "example.com", "example.net", "example")
    return any(host == name or host.endswith("." + name) for name in examples)
