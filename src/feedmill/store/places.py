"""Which form of the store the settings ask for. A form is imported on use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from feedmill.model.settings import Settings
from feedmill.store.health import Health
from feedmill.store.port import Place


def place_of(settings: Settings) -> Place:
    """Return where the settings have generations kept."""
    if settings.store.url:
        from feedmill.store.postgres.place import PostgresPlace

        return PostgresPlace(settings.store.url)
    from feedmill.store.local.place import LocalPlace

    return LocalPlace(settings.feeds_dir)


def may_hold_backup(file: Path) -> bool:
    """Tell whether a backup may take the place of `file`: of nothing, an empty file, or an earlier one."""
    from feedmill.store.local.backup import may_replace

    return may_replace(file)


def abandoned_folder(settings: Settings) -> Path | None:
    """Return the feeds folder where it has a ledger although a database is the store by now."""
    if not settings.store.url:
        return None
    from feedmill.store.local.folder import LEDGER

    return settings.feeds_dir if (settings.feeds_dir / LEDGER).exists() else None


def database_health(settings: Settings, seeds: Callable[[], str]) -> Health | None:
    """Return what is to be said of the database that is the store, None where none is.

    `seeds` gives the digest of the seeds here, as passes tell it to publications.

    Raises:
        PublishError: it cannot be reached, or a newer feedmill made it.
    """
    if not settings.store.url:
        return None
    from feedmill.store.postgres.health import look
    from feedmill.store.postgres.lead import new_name

    return look(settings.store.url, new_name(), seeds)
