"""Egress: the one door to aiohttp, and to anybody's address. Nothing leaves but to where it may.

A callback is anybody's word. Its address is looked at when a socket is made for it, after every look-up of
its name and for literals as well, so that neither a name that answers otherwise the second time nor a
spelling of 127.0.0.1 leads into the own network. Redirects are not followed.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

import aiohttp
from yarl import URL

Network = IPv4Network | IPv6Network

_CONNECT, _WHOLE = 5.0, 10.0
"""Seconds for a connection, and for a whole exchange."""

_AT_ONCE = 128
_AT_ONCE_A_HOST = 4
_MAX_ANSWER = 4 << 10
"""Bytes of an answer that are read: a challenge is shorter."""

_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""RFC 6052, 2.1 and RFC 8215: an IPv4 address in its last 32 bits (of the second, by local rule: never)."""
_NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # RFC 6598
        "192.0.0.0/24",
        "192.88.99.0/24",  # RFC 7526
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible, "::1" among them
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
"""What no public server has, beyond what `ipaddress` calls private, by IANA's special-purpose registries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a status and the first bytes of the body; status 0 and why, where nothing did."""

    status: int
    body: bytes = b""
    failure: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300


class Forbidden(OSError):
    """An address that the hub does not connect to."""


def may_connect(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Tell whether the hub may connect to an IP address in text.

    Public unicast addresses alone, and those in the networks that are `allowed` all the same. An IPv6 form
    that carries an IPv4 address (mapped, NAT64, 6to4) is as good as the one it carries.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _may(found, allowed)


def _may(found: IPv4Address | IPv6Address, allowed: Sequence[Network]) -> bool:
    if any(found.version == network.version and found in network for network in allowed):
        return True
    if isinstance(found, IPv6Address):
        carried = found.ipv4_mapped or found.sixtofour
        if carried is None and found in _NAT64[0]:
            carried = IPv4Address(int(found) & 0xFFFF_FFFF)
        if carried is not None:
            return _may(carried, allowed)
    return (
        found.is_global
        and not found.is_multicast
        and not any(found.version == network.version and found in network for network in _NEVER)
    )


class Overtaken(OSError):
    """What was to be sent is not to be sent any more."""


class Egress:
    """Requests to other people's servers: bounded in time, size and number. One event loop's, as aiohttp is.

    Used as an asynchronous context manager.
    """

    def __init__(self, allowed: Sequence[Network] = (), *, agent: str) -> None:
        self._allowed = tuple(allowed)
        self._agent = agent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=_AT_ONCE,
            limit_per_host=_AT_ONCE_A_HOST,
            ttl_dns_cache=60,
            keepalive_timeout=5.0,
            happy_eyeballs_delay=None,  # one connection at a time: each address is vetted in its turn
            socket_factory=self._socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=_WHOLE, sock_connect=_CONNECT),
            headers={"User-Agent": self._agent},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=8_190,
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, url: str) -> Answer:
        """Ask `url`; what goes wrong is in the answer, never an exception."""
        return await self._request("GET", url, None, {"Accept": "*/*", "Accept-Encoding": "identity"})

    async def post(
        self, url: str, body: bytes, fields: Mapping[str, str], *, still: Callable[[], bool] = lambda: True
    ) -> Answer:
        """Send `body` to `url`; what goes wrong is in the answer, never an exception.

        It may take seconds to get a connection. Nothing of the body goes out that is not to be sent `still`,
        once there is one.
        """

        async def checked() -> AsyncIterator[bytes]:
            if not still():
                raise Overtaken("it is no longer what is published")
            yield body

        sized = {"Content-Length": str(len(body)), **fields}
        return await self._request("POST", url, checked(), sized)

    async def _request(
        self, method: str, url: str, body: AsyncIterator[bytes] | None, fields: Mapping[str, str]
    ) -> Answer:
        assert self._session is not None, "used as a context manager"
        try:
            async with self._session.request(
                method, _as_given(url), data=body, headers=fields, allow_redirects=False
            ) as response:
                return Answer(status=response.status, body=await _beginning(response.content))
        except TimeoutError:
            return Answer(status=0, failure="no answer in time")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(status=0, failure=_why(error))

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """Make the socket of a connection to a vetted address (aiohttp calls this for every attempt)."""
        family, kind, protocol, _, address = info
        if not may_connect(str(address[0]), self._allowed):
            raise Forbidden(f"{address[0]} is no public address (push.allow)")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


def _as_given(url: str) -> URL:
    """Return an address, its path and query to the letter where a request can have them (WebSub, 5.3)."""
    return URL(url, encoded=url.isascii() and url.isprintable() and " " not in url)


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """Return the first bytes of a body: all that `_MAX_ANSWER` allows, in however many pieces they come."""
    found = b""
    while len(found) < _MAX_ANSWER and (piece := await content.read(_MAX_ANSWER - len(found))):
        found += piece
    return found


def _why(error: BaseException) -> str:
    """Return a failure in a few words, without the address: callbacks carry their owners' tokens."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, Forbidden):
            return str(seen)
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name cannot be resolved"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot be connected to: {error.os_error.strerror or 'refused'}"
    return type(error).__name__
