"""The catalog's tables (SQLAlchemy Core), and how an older catalog becomes a newer one.

Two layers. *Facts* come from files alone: `file` (what a scan compares) and `record` (what decoding
gave, as opaque bytes). Everything else is *derived* from facts, config, ledger and the instant of the
last pass, and can be thrown away and derived again.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

VERSION = 4
"""Stored in `meta`. A catalog of another version is made anew: it is a cache, seeds are the truth."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
    sqlite_with_rowid=False,
)

file = Table(
    "file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", LargeBinary, nullable=False, unique=True),  # bytes: file names need not be UTF-8
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),  # -1: read it again whatever stat says
    Column("ctime_ns", BigInteger, nullable=False),  # no program can set it back
    Column("inode", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("is_seed", Boolean, nullable=False),
    Index("file_inode", "inode"),
)

record = Table(
    "record",
    metadata,
    Column("file", Integer, primary_key=True),
    Column("blob", LargeBinary, nullable=False),
    Column("problems", Boolean, nullable=False),
    Index("record_problems", "file", sqlite_where=Column("problems", Boolean).is_(True)),
)

standing = Table(
    "standing",
    metadata,
    Column("file", Integer, primary_key=True),
    Column("state", String, nullable=False),  # "eligible" or the reason
    Column("kept", Boolean, nullable=False),
    Column("entry_id", String),  # of candidates (eligible and duplicate)
    Column("published", BigInteger),  # microseconds since 1970
    Column("updated", BigInteger),
    Column("digest", LargeBinary),  # of the entry
    Index("standing_entry", "entry_id"),
    Index("standing_notice", "state", sqlite_where=Column("state", String).in_(["undated", "duplicate"])),
)

event = Table(
    "event",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("file", Integer, primary_key=True),
    Index("event_file", "file"),
    sqlite_with_rowid=False,
)

feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("total", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("digest", LargeBinary),  # of what its documents were made from; NULL: make them again
    Column("printed", LargeBinary),  # the digests of the entries in its documents, in order
    Index("feed_key", "kind", "key", unique=True),
)

label = Table(
    "label",
    metadata,
    Column("feed", Integer, primary_key=True),
    Column("label", String, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

member = Table(
    "member",
    metadata,
    Column("feed", Integer, primary_key=True),
    Column("score", Float, primary_key=True),  # negated, so that ascending order is the feed's order
    Column("published", BigInteger, primary_key=True),  # negated
    Column("entry_id", String, primary_key=True),
    Column("file", Integer, primary_key=True),  # rivals for one entry stand side by side until one wins
    Column("label", String, nullable=False),
    Index("member_file", "file"),
    sqlite_with_rowid=False,
)

plan = Table(
    "plan",
    metadata,
    Column("feed", Integer, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("file", Integer, primary_key=True),
    Index("plan_file", "file"),
    sqlite_with_rowid=False,
)

DERIVED = (standing, event, feed, label, member, plan)
