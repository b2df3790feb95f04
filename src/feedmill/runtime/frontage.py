"""The frontage: the origin and the admin listener of the running daemon."""

from __future__ import annotations

from collections.abc import Callable

from feedmill.errors import PortInUse
from feedmill.model.artifact import Generation
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.runtime.secret import token, write_token
from feedmill.runtime.view import Office, View
from feedmill.server import ADMIN, Admin, Listener, Origin, Server


class Frontage:
    """Serves one generation after another; started and stopped from the main thread."""

    def __init__(self, office: Office, clock: Callable[[], Instant]) -> None:
        self._office = office
        self._clock = clock
        self._server: Server | None = None
        self._origin: Origin | None = None
        self._settings: Settings | None = None
        self._generation: Generation | None = None
        self._ready = False
        self._token: str | None = None

    def open(self, settings: Settings) -> None:
        """Bind and serve what the settings ask for.

        Raises:
            PortInUse: an address cannot be had.
        """
        listeners = []
        origin = None
        if settings.server.enabled:
            origin = Origin(settings.feeds_dir, settings.server, self._clock)
            if self._generation is not None:
                origin.install(self._generation)
                origin.set_ready(healthy=self._ready)
            listeners.append(Listener(app=origin, host=settings.server.host, port=settings.server.port))
        if settings.admin.enabled:
            view = View(self._office, self._clock)
            self._token = token(settings.state_dir)
            admin = Admin(view, self._token, settings.admin, origin=origin)
            host, port = settings.admin.host, settings.admin.port
            listeners.append(Listener(app=admin, host=host, port=port, key="admin.port", limits=ADMIN))
        server = Server(listeners) if listeners else None
        if server is not None:
            server.start()
        self._server, self._origin, self._settings = server, origin, settings

    def close(self) -> None:
        """Finish the answers under way and stop."""
        if self._server is not None:
            self._server.stop(timeout=3)
            self._server = None

    def restore(self, settings: Settings) -> None:
        """Start again after the server ended by itself; put the token back after the state folder went.

        Raises:
            PortInUse: somebody else has the port now; try again later.
            StoreError: the token cannot be written.
        """
        if not self.alive:
            self.close()
            self.open(settings)
        if self._token is not None and not (settings.state_dir / "token").exists():
            write_token(settings.state_dir / "token", self._token)

    def change(self, settings: Settings) -> None:
        """Take new settings: in place where the addresses stay, else by new listeners.

        Raises:
            PortInUse: a new address cannot be had; the old listeners serve on.
        """
        old = self._settings
        assert old is not None
        if (settings.server, settings.admin) == (old.server, old.admin):
            return
        if _addresses(settings) == _addresses(old):  # all that the admin listener has
            if self._origin is not None:
                self._origin.configure(settings.server)
            self._settings = settings
            return
        self.close()
        try:
            self.open(settings)
        except PortInUse:
            self.open(old)
            raise

    def install(self, generation: Generation, *, ready: bool = True) -> None:
        """Serve `generation` from now on; `ready` False: it is an old one, a newer one comes soon."""
        self._generation, self._ready = generation, ready
        if self._origin is not None:
            self._origin.install(generation)
            self._origin.set_ready(healthy=ready)

    @property
    def alive(self) -> bool:
        """Whether what should be served is served."""
        settings = self._settings
        if settings is None or not (settings.server.enabled or settings.admin.enabled):
            return True
        return self._server is not None and self._server.alive

    def addresses(self) -> dict[str, str]:
        """Return where the listeners are, by name."""
        if self._server is None or self._settings is None:
            return {}
        names = [
            name
            for name, part in (("server", self._settings.server), ("admin", self._settings.admin))
            if part.enabled
        ]
        found = zip(names, self._server.addresses, strict=True)
        return {name: f"http://{_bracketed(host)}:{port}/" for name, (host, port) in found}


def _addresses(settings: Settings) -> tuple[object, ...]:
    server, admin = settings.server, settings.admin
    return server.enabled, server.host, server.port, admin.enabled, admin.host, admin.port


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
