"""A checked configuration to settings: one small frozen value per stage, every path absolute.

A key whose name is that of a settings value's field needs no line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from feedmill.config.old_ids import load_ids
from feedmill.model.address import NO_OLD_IDS
from feedmill.model.fields import FIELDS
from feedmill.model.podcast import Podcast
from feedmill.model.settings import (
    AddressRule,
    AddressSettings,
    AdminSettings,
    AuthorSettings,
    CustomSettings,
    DecodeSettings,
    ExcerptSettings,
    FeedsBy,
    FeedSettings,
    GuardSettings,
    LogSettings,
    MirrorSettings,
    PushSettings,
    Range,
    ScanSettings,
    ScheduleSettings,
    ServerSettings,
    Settings,
    StoreSettings,
    TermSettings,
    WatchSettings,
    Where,
)
from feedmill.model.site import Site
from feedmill.model.slug import term_key

_MINUTE = timedelta(minutes=1)
T = TypeVar("T")


def complete(config: dict[str, Any], folders: Mapping[str, Path | None]) -> dict[str, Any]:
    """Return a checked configuration with what absent keys become; `folders` are absolute.

    `folders` go by section: seeds, feeds, state, theme.
    """
    full = {**config}
    for name, folder in folders.items():
        full[name] = {**config[name], "dir": str(folder) if folder else None}
    site, watch, schedule = config["site"], config["watch"], config["schedule"]
    full["site"] = {**site, "id": site["id"] or site["url"]}
    if watch["max_wait"] is None:
        full["watch"] = {**watch, "max_wait": max(WatchSettings().max_wait, watch["settle"])}
    rebuild = schedule["rebuild"]
    if rebuild["every"] is None and rebuild["cron"] is None:
        full["schedule"] = {**schedule, "rebuild": {"every": ScheduleSettings().every, "cron": None}}
    full["custom"] = tuple({**feed, "title": feed["title"] or feed["slug"]} for feed in config["custom"])
    return full


def build_settings(
    config: Mapping[str, Any], *, file: Path | None, configured_feeds: Path, warnings: tuple[str, ...]
) -> Settings:
    """Return the settings that a complete configuration says."""
    site, seeds, feeds, schedule = config["site"], config["seeds"], config["feeds"], config["schedule"]
    author, rebuild = site["author"], schedule["rebuild"]
    return _value(
        Settings,
        seeds,
        file=file,
        site=_value(
            Site,
            site,
            author=author["name"] or "",
            author_email=author["email"] or "",
            author_url=author["url"] or "",
            ttl=max(1, config["server"]["max_age"] // _MINUTE),
        ),
        scan=_value(ScanSettings, seeds, dir=Path(seeds["dir"])),
        decode=_value(
            DecodeSettings,
            seeds,
            fields=tuple((name, seeds["fields"][name]) for name in FIELDS if name in seeds["fields"]),
            address=_address(site, seeds),
            excerpt=_value(ExcerptSettings, seeds["excerpt"]),
            related=feeds["related"],
        ),
        feeds_dir=Path(feeds["dir"]),
        configured_feeds_dir=configured_feeds,
        feeds=_value(
            FeedSettings,
            feeds,
            topics=_terms(config["topics"]),
            providers=_terms(config["providers"]),
            authors=_authors(config["authors"]),
            by=_value(FeedsBy, feeds["by"]),
            custom=tuple(
                _value(CustomSettings, feed, where=_where(feed["where"]), podcast=_podcast(feed["podcast"]))
                for feed in config["custom"]
            ),
        ),
        redirects=MappingProxyType(config["redirects"]),
        copies=MappingProxyType(config["copies"]),
        schedule=_value(ScheduleSettings, schedule, every=rebuild["every"] or None, cron=rebuild["cron"]),
        watch=_value(WatchSettings, config["watch"]),
        server=_value(ServerSettings, config["server"]),
        push=_value(PushSettings, config["push"]),
        store=_value(StoreSettings, config["store"]),
        mirrors=tuple(_value(MirrorSettings, mirror) for mirror in config["mirrors"]),
        admin=_value(AdminSettings, config["admin"]),
        guard=_value(GuardSettings, config["guard"]),
        state_dir=Path(config["state"]["dir"]),
        theme_dir=Path(config["theme"]["dir"]) if config["theme"]["dir"] else None,
        log=_value(LogSettings, config["log"]),
        warnings=warnings,
        effective=config,
    )


def _value(kind: type[T], section: Mapping[str, Any], **given: Any) -> T:
    """Return the settings value with those keys of a section that are its fields; `given` ones go first."""
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    found = {name: each for name, each in section.items() if name in fields and each is not None}
    return kind(**{**found, **given})


def _address(site: Mapping[str, Any], seeds: Mapping[str, Any]) -> AddressSettings:
    return AddressSettings(
        home=site["home"] or "",
        site_id=site["id"] if site["home"] else "",
        link=seeds["link"],
        rules=tuple(
            AddressRule(paths=rule["paths"], link=rule["link"], defaults=tuple(rule["defaults"].items()))
            for rule in seeds["rules"]
        ),
        ids=Path(seeds["ids"]) if seeds["ids"] else None,
        old_ids=load_ids(Path(seeds["ids"]), site["home"] or "") if seeds["ids"] else NO_OLD_IDS,
    )


def _terms(terms: Mapping[str, Mapping[str, Any]]) -> tuple[TermSettings, ...]:
    return tuple(
        _value(TermSettings, term, key=term_key(label), label=label) for label, term in terms.items()
    )


def _authors(authors: Mapping[str, Mapping[str, Any]]) -> tuple[AuthorSettings, ...]:
    return tuple(
        _value(AuthorSettings, author, key=term_key(label), label=label, name=author["name"] or label)
        for label, author in authors.items()
    )


def _where(conditions: Mapping[str, Any]) -> Where:
    exclude = _where(conditions["not"]) if "not" in conditions else None
    lists = {name: each or None for name, each in conditions.items() if isinstance(each, tuple)}
    return Where(
        **lists,
        quality=_range(conditions["quality"]),
        heat=_range(conditions["heat"]),
        exclude=None if exclude == Where() else exclude,  # an empty `not` leaves out nothing
    )


def _podcast(podcast: Mapping[str, Any] | None) -> Podcast | None:
    if podcast is None:
        return None
    owner, funding = podcast["owner"], podcast["funding"] or {"url": None, "text": None}
    return _value(
        Podcast,
        podcast,
        owner_name=owner["name"] or "",
        owner_email=owner["email"] or "",
        funding_url=funding["url"] or "",
        funding_text=funding["text"] or "",
        txt=tuple(podcast["txt"].items()),
    )


def _range(bounds: Mapping[str, float | None]) -> Range | None:
    return None if bounds["min"] is bounds["max"] is None else Range(**bounds)
