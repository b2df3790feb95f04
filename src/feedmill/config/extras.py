"""What the settings ask for and only some need to have installed: told before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from feedmill.errors import ConfigError
from feedmill.model.settings import Settings


def require(settings: Settings) -> None:
    """Look for the libraries that the settings need.

    Raises:
        ConfigError: one is not installed; says how to install it.
    """
    for what, library, extra in _needs(settings):
        if find_spec(library) is None:
            message = f"{what} needs {library}: pip install '.[{extra}]' in feedmill's checkout"
            raise ConfigError(settings.file or "config.yaml", message)


def _needs(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for mirror in settings.mirrors:
        if not mirror.url.startswith("file://"):
            yield f"the mirror {mirror.url}", "obstore", "buckets"
    if isinstance(settings.workers, str):
        yield "seeds.workers", "distributed", "dask"
