"""The effective configuration as YAML text, secrets hidden."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from feedmill.config.emit import block
from feedmill.config.names import hide_userinfo
from feedmill.config.tree import Plain
from feedmill.config.units import format_duration, format_percent, format_size
from feedmill.model.settings import CustomSettings, Range, Settings, TermSettings, Where

HIDDEN = "***"
_SECRET = re.compile(r"(?:.*[_-])?(?:token|password|passwd|secret)s?", re.IGNORECASE)


def show(settings: Settings) -> str:
    """Return YAML that `load` reads as the same settings; folders are absolute.

    The value of a key called token, password or secret is `***`, and so is what stands before the
    `@` of a URL.
    """
    lines = []
    for name, section in settings_tree(settings).items():
        lines += ["", *block({name: hide(section)})]
    return "\n".join(lines[1:]) + "\n"


def settings_tree(settings: Settings) -> dict[str, Plain]:
    """Return the settings as config.yaml has them; keys that are absent and have no default are left out."""
    site, feeds, schedule = settings.site, settings.feeds, settings.schedule
    author = _given(name=site.author, email=site.author_email, url=site.author_url)
    rebuild: Plain = {"cron": schedule.cron} if schedule.cron else {"every": _every(schedule.every)}
    return {
        "site": _given(
            title=site.title,
            url=site.url,
            id=site.id,
            description=site.description,
            language=site.language,
            author=author,
            icon=site.icon,
            rights=site.rights,
        ),
        "seeds": {
            "dir": str(settings.scan.dir),
            "include": list(settings.scan.include),
            "exclude": list(settings.scan.exclude),
            "published_default": settings.decode.published_default,
            "timezone": settings.decode.timezone,
            "on_invalid": settings.on_invalid,
            "fix_encoding": settings.decode.fix_encoding,
            "max_bytes": format_size(settings.decode.max_bytes),
            "fields": {name: list(keys) for name, keys in settings.decode.fields},
            "workers": settings.workers or "auto",
        },
        "feeds": {
            "dir": str(settings.feeds_dir),
            "formats": list(feeds.formats),
            "limit": feeds.limit,
            "max_bytes": format_size(feeds.max_bytes),
            "content": feeds.content,
            "related": feeds.related,
            "html": feeds.html,
        },
        "topics": {term.label: _term(term) for term in feeds.topics},
        "providers": {term.label: _term(term) for term in feeds.providers},
        "custom": [_custom(feed) for feed in feeds.custom],
        "redirects": dict(settings.redirects),
        "schedule": {"rebuild": rebuild, "on_change": schedule.on_change, "timezone": schedule.timezone},
        "watch": {
            "mode": settings.watch.mode,
            "settle": format_duration(settings.watch.settle),
            "max_wait": format_duration(settings.watch.max_wait),
        },
        "server": {
            "enabled": settings.server.enabled,
            "host": settings.server.host,
            "port": settings.server.port,
            "max_age": format_duration(settings.server.max_age),
            "shared_max_age": format_duration(settings.server.shared_max_age),
        },
        "admin": {
            "enabled": settings.admin.enabled,
            "host": settings.admin.host,
            "port": settings.admin.port,
        },
        "push": {
            "hub": settings.push.hub,
            "hubs": list(settings.push.hubs),
            "lease": format_duration(settings.push.lease),
            "allow": list(settings.push.allow),
        },
        "guard": {
            "max_vanished": format_percent(settings.guard.max_vanished),
            "min_entries": settings.guard.min_entries,
        },
        "state": {"dir": str(settings.state_dir)},
        "theme": {"dir": str(settings.theme_dir) if settings.theme_dir else None},
        "log": {"level": settings.log.level, "format": settings.log.format},
    }


def hide(value: Plain, name: str = "") -> Plain:
    """Return the value without what nobody should read over a shoulder."""
    if isinstance(value, dict):
        return {key: hide(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [hide(each, name) for each in value]
    if isinstance(value, str):
        return HIDDEN if _SECRET.fullmatch(name) else hide_userinfo(value)
    return value


def _given(**values: Plain) -> dict[str, Plain]:
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _every(every: timedelta | None) -> str:
    return "off" if every is None else format_duration(every)


def _term(term: TermSettings) -> dict[str, Plain]:
    return _given(slug=term.slug, aliases=list(term.aliases), title=term.title, description=term.description)


def _custom(feed: CustomSettings) -> dict[str, Plain]:
    return _given(
        slug=feed.slug,
        title=feed.title,
        description=feed.description,
        where=_where(feed.where),
        limit=feed.limit,
        content=feed.content,
        order=feed.order,
    )


def _where(where: Where) -> dict[str, Plain]:
    lists: dict[str, tuple[str, ...] | None] = {
        "topics": where.topics,
        "providers": where.providers,
        "types": where.types,
        "categories": where.categories,
        "levels": where.levels,
    }
    found: dict[str, Any] = {name: list(values) for name, values in lists.items() if values}
    return _given(
        **found,
        quality=_range(where.quality),
        heat=_range(where.heat),
        **{"not": _where(where.exclude) if where.exclude else None},
    )


def _range(bounds: Range | None) -> Plain:
    if bounds is None:
        return None
    ends = {"min": bounds.min, "max": bounds.max}
    return {name: end for name, end in ends.items() if end is not None}
