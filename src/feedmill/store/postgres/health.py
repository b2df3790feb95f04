"""The health of a database: who is seen in it, which rights we have, and whether our seeds are the newest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from feedmill.store.health import Health, SeenNode
from feedmill.store.postgres.database import QUICK, Database
from feedmill.store.postgres.schema import VERSION, version_of

_NODES = """
    SELECT n.name, n.role, n.purpose, CASE WHEN n.role = 'lead' THEN h.epoch END, n.serial,
        h.serial - n.serial, n.prints = h.prints, extract(epoch FROM clock_timestamp() - n.beat)
    FROM feedmill_node n, feedmill_head h ORDER BY n.role, n.since, n.name
"""

_LACKING = """
    SELECT c.relname, string_agg(r.word, ', ' ORDER BY r.word)
    FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r(word)
    WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind = 'r'
    AND starts_with(c.relname, 'feedmill_') AND NOT has_table_privilege(c.oid, r.word)
    GROUP BY c.relname ORDER BY c.relname
"""


def seen_nodes(database: Database) -> tuple[SeenNode, ...]:
    """Return the nodes that share the database, who leads first."""
    return tuple(
        SeenNode(*row[:-1], silent=round(float(row[-1]), 1))  # type: ignore[misc]
        for row in database.rows(_NODES)
    )


def look(url: str, name: str, seeds: Callable[[], str]) -> Health:
    """Return what is to be said of a database; `seeds` gives the digest of the seeds here.

    Raises:
        PublishError: it cannot be reached, or a newer feedmill made it.
    """
    with closing(Database(url, name, patience=QUICK)) as database:
        schema, read_only = database.rows(
            "SELECT current_schema(), pg_is_in_recovery() OR current_setting('transaction_read_only')::bool"
        )[0]
        lacking = tuple(f"{words} on {table}" for table, words in database.rows(_LACKING))
        version = VERSION  # which may not be asked for where rights are lacking
        if not lacking and schema is not None:
            version = version_of(database)
            lacking = _lacking(database, schema, version)
        health = Health(version=version, newest=VERSION, read_only=read_only, schema=schema, lacking=lacking)
        if schema is None or lacking or not version:
            return health
        serial, newest = database.rows("SELECT serial, seeds FROM feedmill_head")[0]
        doubt = _doubt(database, seeds(), newest)
        return replace(health, serial=serial, doubt=doubt, nodes=seen_nodes(database))


def _lacking(database: Database, schema: str, version: int) -> tuple[str, ...]:
    may_create, may_stage = database.rows(
        "SELECT has_schema_privilege(%s, 'CREATE'), has_database_privilege(current_database(), 'TEMPORARY')",
        (schema,),
    )[0]
    create = () if may_create or version == VERSION else (f"CREATE on schema {schema}",)
    return create if may_stage else (*create, "TEMPORARY on the database")


def _doubt(database: Database, ours: str, newest: str) -> str:
    if not newest or ours == newest:
        return ""
    earlier = database.rows("SELECT 1 FROM feedmill_seeds WHERE digest = %s", (ours,))
    return "earlier" if earlier else "other"
