"""Checks of a database that several nodes share: can it be the store, and do the nodes agree."""

from __future__ import annotations

from collections.abc import Iterator

from feedmill.cli.doctor.finding import Finding, Patient, error, notice, warning
from feedmill.cli.output import plural
from feedmill.errors import PublishError, StoreAway
from feedmill.store import Health, SeenNode, database_health

_SILENT = 10.0
"""Seconds after which a node that is well has long been heard of."""


def check_database(patient: Patient) -> Iterator[Finding]:
    """The database answers, takes what is published, and the nodes that share it keep up and agree."""
    try:
        health = database_health(patient.settings, lambda: patient.look().run.catalog.files.fingerprint())
    except StoreAway as problem:
        remedy = "start it, or set host, port, user and name in store.url right (the password: PGPASSWORD)"
        yield error(str(problem), remedy)
        return
    except PublishError as problem:
        yield error(str(problem), "update feedmill here: nodes of one database run one version")
        return
    if health is None:
        return
    yield from _usable(health)
    if health.version and not health.lacking:
        yield from _seeds(health)
        for node in health.nodes:
            yield from _node(node)
        if health.nodes and all(node.role != "lead" for node in health.nodes):
            yield warning("no node leads, so nothing is published", "see the nodes' logs; feedmill run leads")


def _usable(health: Health) -> Iterator[Finding]:
    if health.read_only:
        remedy = "let store.url name the primary (of several hosts: ?target_session_attrs=read-write)"
        yield error("the database takes no changes: it is a replica, or read-only", remedy)
    if health.schema is None:
        remedy = "CREATE SCHEMA, and name it: store.url with ?options=-csearch_path%3DNAME"
        yield error("the search path leads to no schema, so there is no place for tables", remedy)
        return
    if health.lacking:
        what = f"this user of the database lacks rights: {'; '.join(health.lacking)}"
        yield error(what, "GRANT them, or let store.url name the user that made the tables")
    elif not health.version:
        yield notice("the database has no tables of feedmill's yet", "feedmill run or build makes them")
    elif health.version < health.newest:
        what = f"the tables are of version {health.version}, this feedmill's of {health.newest}"
        yield notice(what, "the next lead changes them; update the other nodes too")


def _seeds(health: Health) -> Iterator[Finding]:
    if health.doubt == "earlier":
        what = f"the seeds here are those of an earlier generation than {health.serial:,}: this copy lags"
        yield error(what, "bring it up to date (git pull, rsync): a lead here would publish takedowns alone")
    elif health.doubt == "other":
        what = f"the seeds here are not those that generation {health.serial:,} was made from"
        yield notice(what, "if nobody saved one just now, compare this folder with that of the lead")


def _node(node: SeenNode) -> Iterator[Finding]:
    if node.silent > _SILENT:
        what = f"node {node.name} was last heard of {node.silent:.0f} s ago, at generation {node.serial:,}"
        yield warning(what, "if it was not stopped for good, see its log and its way to the database")
        return
    if node.lag > 0:
        what = f"node {node.name} is {plural(node.lag, 'generation')} behind"
        yield warning(what, "see its log, and its way to the database")
    if not node.current:
        what = f"node {node.name} prints otherwise than what is published, or has other mirrors"
        yield warning(f"{what}: it does not lead", "the same feedmill and the same config on every node")
