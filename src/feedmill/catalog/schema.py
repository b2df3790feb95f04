"""The catalog's tables.

Two layers. *Files* come from the folder and the config alone: `file` (what a scan compares) and `record`
(what decoding gave, as opaque bytes). Everything else is *derived* from them, the ledger and the instant of
the last pass, and can be thrown away and derived again. Instants are microseconds since 1970.
"""

from __future__ import annotations

VERSION = "7"
"""Stored in `meta`. A catalog of another version is made anew: it is a cache, seeds are the truth."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,     -- bytes: file names need not be UTF-8
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,     -- -1: read it again whatever stat says
    ctime_ns INTEGER NOT NULL,     -- no program can set it back
    inode INTEGER NOT NULL,
    digest BLOB NOT NULL,
    is_seed INTEGER NOT NULL
);
CREATE INDEX file_inode ON file (inode);

CREATE TABLE record (
    file INTEGER PRIMARY KEY,
    reason TEXT,                   -- of a seed that is none: invalid, or withheld by its own word
    facts BLOB,
    seed BLOB,
    fault BLOB,
    problems INTEGER NOT NULL
);
CREATE INDEX record_problems ON record (file) WHERE problems;

CREATE TABLE state (
    file INTEGER PRIMARY KEY,
    state TEXT NOT NULL,           -- "eligible" or the reason
    kept INTEGER NOT NULL,
    entry_id TEXT,                 -- of candidates (eligible and duplicate)
    published INTEGER,
    updated INTEGER,
    digest BLOB,                   -- of the entry
    good BLOB,                     -- of what the ledger keeps
    instead BLOB                   -- the path of the seed that is out instead of a duplicate
);
CREATE INDEX state_entry ON state (entry_id) WHERE entry_id IS NOT NULL;
CREATE INDEX state_notice ON state (state) WHERE state IN ('undated', 'duplicate');

CREATE TABLE event (
    feed INTEGER,                  -- that is planned to change, 0: a seed itself, past times too
    at INTEGER,
    file INTEGER,
    PRIMARY KEY (feed, at, file)
) WITHOUT ROWID;
CREATE INDEX event_file ON event (file);
CREATE INDEX event_planned ON event (at) WHERE feed > 0;

CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,      -- kind/key
    total INTEGER NOT NULL,
    title TEXT NOT NULL,
    updated INTEGER NOT NULL,
    digest BLOB,                   -- of what its documents were made from (NULL: make them again)
    printed BLOB                   -- the digests of the entries in its documents, in order
);

CREATE TABLE label (
    feed INTEGER, label TEXT, count INTEGER NOT NULL, PRIMARY KEY (feed, label)
) WITHOUT ROWID;

CREATE TABLE member (
    feed INTEGER,
    score REAL,                    -- negated, as is published: ascending order is the feed's order
    published INTEGER,
    entry_id TEXT,
    file INTEGER NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (feed, score, published, entry_id)
) WITHOUT ROWID;
CREATE INDEX member_file ON member (file);
"""

DERIVED = ("state", "event", "feed", "label", "member")
