"""Which form of the store the settings ask for. A form is imported on use."""

from __future__ import annotations

from feedmill.model.settings import Settings
from feedmill.store.port import Place


def place_of(settings: Settings) -> Place:
    """Return where the settings have generations kept."""
    if settings.store.url:
        from feedmill.store.postgres.place import PostgresPlace

        return PostgresPlace(settings.store.url)
    from feedmill.store.local.place import LocalPlace

    return LocalPlace(settings.feeds_dir)
