"""The database's tables, and what brings them from version to version."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from feedmill.errors import PublishError
from feedmill.store.postgres.database import Database


def _columns(types: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in types.items())


_MIGRATIONS = (
    (
        """CREATE TABLE feedmill_head (
            id integer PRIMARY KEY CHECK (id = 1), version integer NOT NULL, ledger_id text NOT NULL,
            serial bigint NOT NULL, epoch bigint NOT NULL, good bigint NOT NULL, feeds_at bigint NOT NULL,
            gone_at bigint NOT NULL, removed_at bigint NOT NULL, prints text NOT NULL, seeds text NOT NULL
        )""",
        """CREATE TABLE feedmill_document (
            path text COLLATE "C" PRIMARY KEY, digest text NOT NULL, size bigint NOT NULL,
            modified bigint NOT NULL, serial bigint NOT NULL, body bytea
        )""",
        "ALTER TABLE feedmill_document ALTER COLUMN body SET STORAGE EXTERNAL",
        "CREATE INDEX feedmill_document_serial ON feedmill_document (serial)",
        """CREATE TABLE feedmill_feed (
            path text COLLATE "C" PRIMARY KEY, kind text NOT NULL, title text NOT NULL,
            description text NOT NULL, state text NOT NULL
        )""",
        'CREATE TABLE feedmill_gone (path text COLLATE "C" PRIMARY KEY, modified bigint NOT NULL)',
        "CREATE TABLE feedmill_good (path bytea PRIMARY KEY, record bytea NOT NULL)",
        'CREATE TABLE feedmill_seeds (digest text COLLATE "C" PRIMARY KEY, serial bigint NOT NULL)',
        """CREATE TABLE feedmill_node (
            name text COLLATE "C" PRIMARY KEY, backend integer NOT NULL, role text NOT NULL,
            purpose text NOT NULL, prints text NOT NULL, serial bigint NOT NULL,
            since timestamptz NOT NULL, beat timestamptz NOT NULL
        )""",
        """CREATE TABLE feedmill_subscription (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, callback text COLLATE "C" NOT NULL,
            path text COLLATE "C" NOT NULL, topic text NOT NULL, host text NOT NULL, secret bytea NOT NULL,
            verify_token text NOT NULL, ends bigint NOT NULL, sent text COLLATE "C" NOT NULL,
            verified integer NOT NULL, failures integer NOT NULL, retry bigint NOT NULL,
            trouble text NOT NULL, UNIQUE (callback, path)
        )""",
        "CREATE INDEX feedmill_subscription_path ON feedmill_subscription (path, sent)",
        "CREATE INDEX feedmill_subscription_host ON feedmill_subscription (host)",
        "CREATE INDEX feedmill_subscription_ends ON feedmill_subscription (ends)",
        "CREATE INDEX feedmill_subscription_retry ON feedmill_subscription (retry)",
        """CREATE TABLE feedmill_intent (
            callback text COLLATE "C" NOT NULL, path text COLLATE "C" NOT NULL, mode text NOT NULL,
            topic text NOT NULL, host text NOT NULL, lease bigint NOT NULL, secret bytea NOT NULL,
            verify_token text NOT NULL, published text NOT NULL, reason text NOT NULL, tries integer NOT NULL,
            due bigint NOT NULL, PRIMARY KEY (callback, path)
        )""",
        "CREATE INDEX feedmill_intent_due ON feedmill_intent (due)",
        """CREATE TABLE feedmill_ping (
            hub text NOT NULL, path text NOT NULL, sent text NOT NULL, PRIMARY KEY (hub, path)
        )""",
    ),
)
"""What leads from each version to the next. `modified` counts seconds since 1970; `serial` of a document is
that of the publication that last changed it, `feeds_at`, `gone_at` and `removed_at` are those that last
changed a feed, a retired path, or took a document away. `good` counts the rows of `feedmill_good`."""
VERSION = len(_MIGRATIONS)

STAGED_DOCUMENT = {
    "number": "int8", "path": "text", "digest": "text", "size": "int8", "modified": "int8", "body": "bytea",
}  # fmt: skip
STAGED_GOOD = {"number": "int8", "path": "bytea", "record": "bytea"}
STAGING = (
    f"CREATE TEMP TABLE staged_document ({_columns(STAGED_DOCUMENT)}) ON COMMIT DELETE ROWS",
    "ALTER TABLE staged_document ALTER COLUMN body SET STORAGE EXTERNAL",  # on its way, no longer than that
    f"CREATE TEMP TABLE staged_good ({_columns(STAGED_GOOD)}) ON COMMIT DELETE ROWS",
)
"""Where a publication's rows wait, by COPY: tables of the connection's own."""


def version_of(database: Database) -> int:
    """Return the version of the tables, 0 where there are none.

    Raises:
        PublishError: a newer feedmill made them.
    """
    if database.rows("SELECT to_regclass('feedmill_head')")[0][0] is None:
        return 0
    found = int(database.rows("SELECT version FROM feedmill_head")[0][0])
    if found > VERSION:
        raise PublishError(
            f"the database was made by a newer feedmill (version {found}, this one knows {VERSION});"
            " use that one"
        )
    return found


def upgrade(database: Database) -> None:
    """Bring the tables to this version, in one transaction, one node after the other."""
    if version_of(database) == VERSION:
        return
    with database.transaction():
        database.rows("SELECT pg_advisory_xact_lock(1179470917, hashtext(current_schema()))")
        version = version_of(database)
        for statements in _MIGRATIONS[version:]:
            for statement in statements:
                database.rows(statement)
        if not version:
            database.rows(
                "INSERT INTO feedmill_head VALUES (1, %s, %s, 0, 0, 0, 0, 0, 0, '', '')",
                (VERSION, str(uuid.uuid4())),
            )
        elif version < VERSION:
            database.rows("UPDATE feedmill_head SET version = %s", (VERSION,))
