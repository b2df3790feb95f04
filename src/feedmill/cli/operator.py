"""The operator's link: the address of the admin listener's page, with the token, for the local user."""

from __future__ import annotations

from contextlib import suppress

from feedmill.errors import StoreError
from feedmill.model.settings import Settings


def operators_link(settings: Settings, admin: str) -> str:
    """Return the address of the operator's page with the token, for the local user's eyes.

    Where the token cannot be read, the address alone.
    """
    from feedmill.daemon import token

    with suppress(StoreError):
        return f"{admin}-/?token={token(settings.state_dir)}"
    return f"{admin}-/"
