"""A checked configuration to settings: one small frozen value per stage, every path absolute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from feedmill.model.feed import Site
from feedmill.model.fields import FIELDS
from feedmill.model.settings import (
    AdminSettings,
    CustomSettings,
    DecodeSettings,
    FeedSettings,
    GuardSettings,
    LogSettings,
    PushSettings,
    Range,
    ScanSettings,
    ScheduleSettings,
    ServerSettings,
    Settings,
    TermSettings,
    WatchSettings,
    Where,
)
from feedmill.model.slug import term_key

_MINUTE = timedelta(minutes=1)


def build_settings(
    config: Mapping[str, Any],
    *,
    file: Path | None,
    seeds: Path,
    feeds: Path,
    configured_feeds: Path,
    state: Path,
    theme: Path | None,
    warnings: tuple[str, ...],
) -> Settings:
    """Return the settings that a checked configuration says; the folders are absolute."""
    return Settings(
        file=file,
        site=_site(config),
        scan=ScanSettings(
            dir=seeds, include=tuple(config["seeds"]["include"]), exclude=tuple(config["seeds"]["exclude"])
        ),
        decode=_decode(config),
        on_invalid=config["seeds"]["on_invalid"],
        workers=config["seeds"]["workers"],
        feeds_dir=feeds,
        configured_feeds_dir=configured_feeds,
        feeds=_feeds(config),
        redirects=MappingProxyType(dict(config["redirects"])),
        schedule=_schedule(config["schedule"]),
        watch=_watch(config["watch"]),
        server=ServerSettings(**config["server"]),
        admin=AdminSettings(**config["admin"]),
        push=_push(config["push"]),
        guard=GuardSettings(**config["guard"]),
        state_dir=state,
        theme_dir=theme,
        log=LogSettings(**config["log"]),
        warnings=warnings,
    )


def _site(config: Mapping[str, Any]) -> Site:
    site, author = config["site"], config["site"]["author"]
    return Site(
        title=site["title"],
        url=site["url"],
        id=site["id"] or site["url"],
        description=site["description"] or "",
        language=site["language"],
        author=author["name"] or "",
        author_email=author["email"] or "",
        author_url=author["url"] or "",
        icon=site["icon"] or "",
        rights=site["rights"] or "",
        ttl=max(1, config["server"]["max_age"] // _MINUTE),
    )


def _decode(config: Mapping[str, Any]) -> DecodeSettings:
    seeds = config["seeds"]
    return DecodeSettings(
        published_default=seeds["published_default"],
        timezone=seeds["timezone"],
        fix_encoding=seeds["fix_encoding"],
        max_bytes=seeds["max_bytes"],
        fields=tuple((name, tuple(seeds["fields"][name])) for name in FIELDS if name in seeds["fields"]),
        related=config["feeds"]["related"],
    )


def _feeds(config: Mapping[str, Any]) -> FeedSettings:
    feeds = config["feeds"]
    return FeedSettings(
        formats=tuple(feeds["formats"]),
        limit=feeds["limit"],
        max_bytes=feeds["max_bytes"],
        content=feeds["content"],
        related=feeds["related"],
        html=feeds["html"],
        topics=_terms(config["topics"]),
        providers=_terms(config["providers"]),
        custom=tuple(_custom(feed) for feed in config["custom"]),
    )


def _terms(terms: Mapping[str, Mapping[str, Any]]) -> tuple[TermSettings, ...]:
    return tuple(
        TermSettings(
            key=term_key(label),
            label=label,
            slug=term["slug"],
            title=term["title"] or "",
            description=term["description"] or "",
            aliases=tuple(term["aliases"]),
        )
        for label, term in terms.items()
    )


def _custom(feed: Mapping[str, Any]) -> CustomSettings:
    return CustomSettings(
        slug=feed["slug"],
        title=feed["title"] or feed["slug"],
        description=feed["description"] or "",
        where=_where(feed["where"]),
        limit=feed["limit"],
        content=feed["content"],
        order=feed["order"],
    )


def _where(conditions: Mapping[str, Any]) -> Where:
    exclude = _where(conditions["not"]) if "not" in conditions else None
    return Where(
        topics=tuple(conditions["topics"] or ()) or None,
        providers=tuple(conditions["providers"] or ()) or None,
        types=tuple(conditions["types"] or ()) or None,
        categories=tuple(conditions["categories"] or ()) or None,
        levels=tuple(conditions["levels"] or ()) or None,
        quality=_range(conditions["quality"]),
        heat=_range(conditions["heat"]),
        exclude=None if exclude == Where() else exclude,  # an empty `not` leaves out nothing
    )


def _range(bounds: Mapping[str, float | None]) -> Range | None:
    if bounds["min"] is None and bounds["max"] is None:
        return None
    return Range(min=bounds["min"], max=bounds["max"])


def _watch(watch: Mapping[str, Any]) -> WatchSettings:
    longest = watch["max_wait"]
    if longest is None:
        longest = max(WatchSettings().max_wait, watch["settle"])
    return WatchSettings(mode=watch["mode"], settle=watch["settle"], max_wait=longest)


def _push(push: Mapping[str, Any]) -> PushSettings:
    return PushSettings(
        hub=push["hub"], hubs=tuple(push["hubs"]), lease=push["lease"], allow=tuple(push["allow"])
    )


def _schedule(schedule: Mapping[str, Any]) -> ScheduleSettings:
    cron, every = schedule["rebuild"]["cron"], schedule["rebuild"]["every"]
    if every is None and cron is None:
        every = ScheduleSettings().every
    return ScheduleSettings(
        every=every or None,  # no time at all: `off`
        cron=cron,
        on_change=schedule["on_change"],
        timezone=schedule["timezone"],
    )
