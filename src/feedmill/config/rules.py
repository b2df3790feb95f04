"""What holds between keys: names that clash, folders inside folders, redirects in circles."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feedmill.config.check import shown
from feedmill.config.faults import Faults, KeyPath, Origin, dotted
from feedmill.config.names import is_loopback
from feedmill.config.tree import Value, locate
from feedmill.config.units import format_duration
from feedmill.model.fields import fold
from feedmill.model.slug import natural_slug, term_key

_WILDCARDS = frozenset({"0.0.0.0", "::"})
_SAME_MACHINE = ({"localhost", "127.0.0.1"}, {"localhost", "::1"})
_OPPOSITE = frozenset({"draft", "hidden", "removed", "deleted", "unpublished"})
_ANSWERED = frozenset({"healthz", "readyz"})


class Rules:
    """The checked configuration, the tree it came from, and where faults go."""

    def __init__(self, config: Mapping[str, Any], root: Value | None, faults: Faults, file: Origin) -> None:
        self._config = config
        self._root = root
        self._faults = faults
        self._file = file

    def check(self) -> None:
        """Note every fault that no key shows by itself."""
        if self._faults.clean(("seeds", "fields")):
            self._fields()
        for taxonomy in ("topics", "providers"):
            if self._faults.clean((taxonomy,)):
                self._terms(taxonomy)
        if self._faults.clean(("custom",)):
            self._custom()
        if self._faults.clean(("redirects",)):
            self._redirects()
        if self._faults.clean(("schedule", "rebuild")):
            self._rebuild()
        if self._faults.clean(("watch",)):
            self._watch()
        if self._faults.clean(("server",), ("admin",)):
            self._listeners()
        if self._faults.clean(("site", "url"), ("server",), ("push",)):
            self._push()

    def folders(self, seeds: Path, feeds: Path, state: Path, theme: Path | None) -> None:
        """Note folders that lie in one another, or a theme that is not there.

        feedmill reads one, deletes in another and forgets the third, so none may contain another.
        """
        named: tuple[tuple[str, Path], ...] = (
            ("seeds.dir", seeds),
            ("feeds.dir", feeds),
            ("state.dir", state),
        )
        real = [(key, Path(os.path.realpath(folder))) for key, folder in named]
        for index, (key, folder) in enumerate(real):
            for other_key, other in real[:index]:
                if not self._faults.clean(_split(key), _split(other_key)):
                    continue
                if folder == other:
                    relation = "is the same folder as"
                elif folder.is_relative_to(other):
                    relation = "lies inside"
                elif other.is_relative_to(folder):
                    relation = "contains"
                else:
                    continue
                message = (
                    f"'{key}' ({folder}) {relation} '{other_key}' ({other}); use folders beside each other"
                )
                self._add(_split(key), message, _split(other_key))
        if theme is not None and self._faults.clean(("theme",)) and not theme.is_dir():
            self._add(
                ("theme", "dir"),
                f"'theme.dir' names {theme}, which is no folder; create it or leave the key out",
            )

    def _fields(self) -> None:
        """A draft must not go out because its flag was read the wrong way round."""
        for name in self._config["seeds"]["fields"].get("published", ()):
            if fold(name) in _OPPOSITE:
                message = f"{shown(name)} says the opposite of 'published'; map 'removed' to it"
                self._add(("seeds", "fields", "published"), message)

    def _terms(self, taxonomy: str) -> None:
        terms: Mapping[str, Mapping[str, Any]] = self._config[taxonomy]
        labels: dict[str, str] = {}
        for label in terms:
            key = term_key(label)
            if key in labels:
                message = (
                    f"{shown(label)} and {shown(labels[key])} in '{taxonomy}' are one term; keep one of them"
                )
                self._add((taxonomy, label), message)
            labels.setdefault(key, label)
        slugs: dict[str, str] = {}
        claimed: dict[str, str] = {}
        for label, term in terms.items():
            slug = term["slug"] or natural_slug(term_key(label))
            if (
                slug is not None
                and labels[term_key(label)] == label
                and slugs.setdefault(slug, label) != label
            ):
                message = f"{shown(label)} and {shown(slugs[slug])} in '{taxonomy}' share the slug {slug!r}"
                self._add((taxonomy, label, "slug"), f"{message}; give one of them another slug")
            for index, alias in enumerate(term["aliases"]):
                place = (taxonomy, label, "aliases", str(index))
                key = term_key(alias)
                if (own := labels.get(key, label)) != label:
                    message = f"the alias {shown(alias)} is a term of its own in '{taxonomy}' ({shown(own)})"
                    self._add(place, f"{message}; remove one of them")
                elif claimed.setdefault(key, label) != label:
                    message = f"the alias {shown(alias)} belongs to {shown(claimed[key])} already"
                    self._add(place, f"{message}; remove one of them")

    def _custom(self) -> None:
        slugs: dict[str, int] = {}
        for index, feed in enumerate(self._config["custom"]):
            place = ("custom", str(index))
            slug = feed["slug"]
            if slugs.setdefault(slug, index) != index:
                message = (
                    f"two custom feeds have the slug {slug!r} (numbers {slugs[slug]} and {index}, from 0)"
                )
                self._add((*place, "slug"), f"{message}; give one of them another")
            for where, conditions in (
                ((*place, "where"), feed["where"]),
                ((*place, "where", "not"), feed["where"]["not"]),
            ):
                for name in ("quality", "heat"):
                    low, high = conditions[name]["min"], conditions[name]["max"]
                    if low is not None and high is not None and low > high:
                        path = (*where, name)
                        self._add(
                            path, f"'{dotted(path)}' has a min above its max, so nothing matches; swap them"
                        )

    def _redirects(self) -> None:
        redirects: Mapping[str, str] = self._config["redirects"]
        documents = self._documents()
        for source in redirects:
            place = ("redirects", source)
            if source in _ANSWERED:
                self._add(place, f"{shown(source)} answers for the server's health; it cannot redirect")
            elif source == "hub":
                self._add(place, f"{shown(source)} is where the hub answers; it cannot redirect")
            elif source in documents:
                self._add(place, f"{shown(source)} is a document that is always there; it cannot redirect")
        for circle in _circles(redirects):
            steps = " to ".join(shown(each) for each in (*circle, circle[0]))
            place = ("redirects", circle[0])
            self._add(place, f"redirects in a circle: {steps}; let one of them go where the feed is")

    def _documents(self) -> set[str]:
        if not self._faults.clean(("feeds",)):
            return set()
        suffixes = [*self._config["feeds"]["formats"], *(["html"] if self._config["feeds"]["html"] else [])]
        always = {"feeds.opml", "feeds.json", *(f"all.{suffix}" for suffix in suffixes)}
        return always | ({"index.html"} if "html" in suffixes else set())

    def _rebuild(self) -> None:
        rebuild = self._config["schedule"]["rebuild"]
        if rebuild["cron"] and rebuild["every"] is not None:
            self._add(
                ("schedule", "rebuild"), "'schedule.rebuild' has both 'every' and 'cron'; keep one of them"
            )

    def _watch(self) -> None:
        settle, longest = self._config["watch"]["settle"], self._config["watch"]["max_wait"]
        if longest is not None and longest < settle:
            message = f"'watch.max_wait' ({format_duration(longest)}) is shorter than 'watch.settle'"
            self._add(("watch", "max_wait"), f"{message} ({format_duration(settle)}); use a longer one")

    def _listeners(self) -> None:
        origin, admin = self._config["server"], self._config["admin"]
        if (
            not (origin["enabled"] and admin["enabled"])
            or origin["port"] != admin["port"]
            or not origin["port"]
        ):
            return
        first, second = origin["host"], admin["host"]
        if first == second or {first, second} & _WILDCARDS or {first, second} in _SAME_MACHINE:
            message = f"'admin.port' is {admin['port']}, which 'server.port' has already"
            self._add(("admin", "port"), f"{message}; the two listeners need a port each", ("server", "port"))

    def _push(self) -> None:
        push = self._config["push"]
        if push["hub"] == "on" and not self._config["server"]["enabled"]:
            message = "'push.hub' is on, but 'server.enabled' is false, so nobody can subscribe"
            self._add(
                ("push", "hub"), f"{message}; turn the server on, or the hub off", ("server", "enabled")
            )
        own = self._config["site"]["url"] + "hub"
        for index, hub in enumerate(push["hubs"]):
            if hub.rstrip("/") == own:
                message = f"{shown(hub)} is this mill's own hub; 'push.hub' turns that on"
                self._add(("push", "hubs", str(index)), message)

    def _add(self, path: KeyPath, message: str, *others: KeyPath) -> None:
        """Note a fault at `path`, or at the first of `others` that was given where `path` was not."""
        nearest = None
        for place in (path, *others):
            origin, exact = locate(self._root, place)
            if origin is not None and exact:
                nearest = origin
                break
            nearest = nearest or origin
        self._faults.add(nearest or self._file, path, message)


def _circles(redirects: Mapping[str, str]) -> list[list[str]]:
    """Return each circle once, however many redirects lead into it."""
    found: list[list[str]] = []
    done: set[str] = set()
    for source in redirects:
        walk: dict[str, None] = {}
        step = source
        while step in redirects and step not in done and step not in walk:
            walk[step] = None
            step = redirects[step]
        if step in walk:
            steps = list(walk)
            found.append(steps[steps.index(step) :])
        done.update(walk)
    return found


def _split(key: str) -> KeyPath:
    return tuple(key.split("."))


def warnings(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is right but surely not meant: a public server at an address nobody reaches."""
    server, url = config["server"], config["site"]["url"]
    host = url.split("://", 1)[1].split("/", 1)[0]
    host = host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]
    if not server["enabled"] or is_loopback(server["host"]):
        return ()
    if is_loopback(host) or host in _WILDCARDS or _is_example(host):
        listens = f"site.url is {url}, but the server listens on {server['host']}"
        return (f"{listens}: readers elsewhere cannot reach that address; set site.url to the public one",)
    return ()


def _is_example(host: str) -> bool:
    examples = ("example.org", "example.com", "example.net", "example")
    return any(host == name or host.endswith("." + name) for name in examples)
