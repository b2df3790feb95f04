"""Checks of addresses: where readers are sent, what is listened on, and whether the hubs answer."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from feedmill.cli.doctor.finding import Finding, Patient, error, notice, warning
from feedmill.model.host import is_example, is_loopback
from feedmill.model.hub import own_hub

_PATIENCE = 5.0
"""Seconds that an address on the network has to answer."""
_WHOLE_NETWORK = {"0.0.0.0", "::"}


def check_site_url(patient: Patient) -> Iterator[Finding]:
    """Readers are sent to `site.url`: it must be one that they reach, and stay."""
    site, server = patient.settings.site, patient.settings.server
    parts = urlsplit(site.url)
    host = parts.hostname or ""
    remedy = "set site.url to the address that readers use, before anybody subscribes"
    if is_example(host):
        yield error(f"site.url is {site.url}, an example: the feeds name an address of nobody", remedy)
    elif is_loopback(host) or host in _WHOLE_NETWORK:
        yield warning(f"site.url is {site.url}: no other machine reaches that", remedy)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if server.enabled and server.port not in (0, port):
            what = f"site.url names port {port}, and the server listens on {server.port}"
            yield error(what, "make them the same: site.url or server.port")
    elif parts.scheme == "http":
        yield notice(f"site.url is {site.url}, without https", "put a proxy with a certificate in front")


def check_ports(patient: Patient) -> Iterator[Finding]:
    """What the daemon is to listen on is free, unless it is the daemon that has it."""
    settings = patient.settings
    if patient.daemon is not None:
        return
    for key, part in (("server", settings.server), ("admin", settings.admin)):
        if not part.enabled or not part.port:
            continue
        where = f"{part.host}:{part.port}"
        try:
            family = socket.AF_INET6 if ":" in part.host else socket.AF_INET
            socket.create_server((part.host, part.port), family=family, reuse_port=False).close()
        except OSError as problem:
            yield _refused(key, where, problem)


def _refused(key: str, where: str, problem: OSError) -> Finding:
    if problem.errno == errno.EADDRINUSE:
        return error(f"{where} is taken by another program", f"stop that, or set {key}.port to another one")
    if problem.errno in (errno.EACCES, errno.EPERM):
        remedy = f"set {key}.port to 1024 or more and put a proxy in front, or allow it (deploy/)"
        return error(f"{where} may not be listened on by this user", remedy)
    what = f"{where} cannot be listened on: {problem.strerror or problem}"
    return error(what, f"set {key}.host to an address of this machine (127.0.0.1, 0.0.0.0)")


def check_admin(patient: Patient) -> Iterator[Finding]:
    """The operator's page is for this machine alone."""
    admin = patient.settings.admin
    if admin.enabled and not is_loopback(admin.host):
        what = f"the operator's page listens on {admin.host}, where other machines reach it without https"
        yield warning(what, "set admin.host to 127.0.0.1 and go there through ssh or a proxy")


def check_hubs(patient: Patient) -> Iterator[Finding]:
    """The hubs that the feeds name answer, and so does the origin where it is public."""
    own = own_hub(patient.settings)
    for hub in patient.settings.push.hubs:
        if why := _silent(hub):
            yield warning(
                f"the hub {hub} does not answer: {why}", "mend its address, or take it out of push.hubs"
            )
    host = urlsplit(own).hostname or ""
    if own and not is_loopback(host) and (why := _silent(own)):
        remedy = "let the proxy hand /hub on (deploy/nginx/feedmill.conf), or set push.hub: off"
        yield warning(f"the hub that the feeds name, {own}, cannot be reached from here: {why}", remedy)


def _silent(address: str) -> str:
    """Return why no program answers at an http(s) address, "" where one does, whatever it says."""
    import http.client
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    request = Request(address, headers={"User-Agent": "feedmill-doctor"})
    try:
        urlopen(request, timeout=_PATIENCE).close()
    except HTTPError as answer:
        answer.close()
        return f"status {answer.code}" if answer.code in (404, 410) or answer.code >= 500 else ""
    except URLError as problem:
        return str(getattr(problem.reason, "strerror", None) or problem.reason)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        return str(problem) or type(problem).__name__
    return ""
