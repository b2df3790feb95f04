"""The listeners: the origin and the admin listener of the running daemon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from feedmill.daemon.admin_token import token, write_token
from feedmill.daemon.admin_view import Office, View
from feedmill.daemon.desk_view import DeskOffice, DeskView
from feedmill.daemon.push import Push
from feedmill.errors import PortInUse
from feedmill.model.artifact import Generation
from feedmill.model.hub import header_hubs, own_hub
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.server import ADMIN, HUB, ORIGIN, Admin, Listener, Origin, Server
from feedmill.server.media import Discovery
from feedmill.store import Bodies


class Offices(Office, DeskOffice, Protocol):
    """What the operator's page and the desk ask of the daemon."""


class Listeners:
    """Serves one generation after another; started and stopped from the main thread."""

    def __init__(self, clock: Callable[[], Instant], push: Push, bodies: Bodies) -> None:
        self._bodies = bodies
        self._push = push
        self._clock = clock
        self._server: Server | None = None
        self._origin: Origin | None = None
        self._settings: Settings | None = None
        self._office: Offices | None = None
        self._generation: Generation | None = None
        self._ready = False
        self._token: str | None = None
        self._admin: Admin | None = None

    def start(self, settings: Settings, office: Offices) -> None:
        """Bind and serve what the settings ask for; whoever operates it asks `office`.

        Raises:
            PortInUse: an address cannot be had.
        """
        self._office = office
        self._open(settings)

    def _open(self, settings: Settings) -> None:
        """Bind and serve what the settings ask for.

        Raises:
            PortInUse: an address cannot be had.
        """
        listeners = []
        origin = None
        if settings.server.enabled:
            origin = Origin(
                self._bodies,
                settings.server,
                self._clock,
                discovery=_discovery(settings),
                door=self._knock if own_hub(settings) else None,
            )
            if self._generation is not None:
                origin.install(self._generation)
                origin.set_ready(healthy=self._ready)
            host, port = settings.server.host, settings.server.port
            limits = HUB if own_hub(settings) else ORIGIN
            listeners.append(Listener(app=origin, host=host, port=port, limits=limits))
        if settings.admin.enabled and self._office is not None:
            view = View(self._office, self._clock)
            self._token = token(settings.state_dir)
            desk = DeskView(self._office, self._clock)
            self._admin = Admin(view, self._token, settings.admin, origin=origin, desk=desk)
            host, port = settings.admin.host, settings.admin.port
            listeners.append(Listener(app=self._admin, host=host, port=port, key="admin.port", limits=ADMIN))
        server = Server(listeners) if listeners else None
        if server is not None:
            server.start()
        self._server, self._origin, self._settings = server, origin, settings

    async def _knock(self, content_type: str, body: bytes) -> tuple[int, str]:
        """Hand a request to the hub that there is now: it may have been started anew."""
        door = self._push.door
        return await door(content_type, body) if door else (503, "the hub is starting; try again")

    def close(self) -> None:
        """Finish the answers under way and stop."""
        if self._admin is not None:
            self._admin.changes.close()
        if self._server is not None:
            self._server.stop(timeout=3)
            self._server = None

    def warm(self) -> None:
        """Have at hand what whoever looks first would wait for; all else that stays is there already."""
        if self._admin is not None:
            self._admin.warm()
        if self._server is not None:
            self._server.freeze_memory()

    def tell(self) -> None:
        """Have open pages look again."""
        if self._admin is not None:
            self._admin.changes.tell()

    def restore(self, settings: Settings) -> None:
        """Start again after the server ended by itself; put the token back after the state folder went.

        Raises:
            PortInUse: somebody else has the port now; try again later.
            StoreError: the token cannot be written.
        """
        if not self.alive:
            self.close()
            self._open(settings)
        if self._token is not None and not (settings.state_dir / "token").exists():
            write_token(settings.state_dir / "token", self._token)

    def change(self, settings: Settings) -> None:
        """Take new settings: in place where the addresses stay, else by new listeners.

        Raises:
            PortInUse: a new address cannot be had; the old listeners serve on.
        """
        old = self._settings
        assert old is not None
        if (settings.server, settings.admin, _discovery(settings)) == (
            old.server,
            old.admin,
            _discovery(old),
        ):
            return
        if _addresses(settings) == _addresses(old):  # all that the admin listener has
            if self._origin is not None:
                self._origin.configure(settings.server, _discovery(settings))
            self._settings = settings
            return
        self.close()
        try:
            self._open(settings)
        except PortInUse:
            self._open(old)
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
    serves = bool(own_hub(settings))
    return server.enabled, server.host, server.port, serves, admin.enabled, admin.host, admin.port


def _discovery(settings: Settings) -> Discovery:
    return Discovery(site_url=settings.site.url, hubs=header_hubs(settings))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
