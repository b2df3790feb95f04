"""feedmill.catalog: what is known of every seed (SQLite, through the standard library)."""

from feedmill.catalog.catalog import Catalog
from feedmill.catalog.rows import FeedRecord, FileRow, MemberRow, RankedRow, RecordRow, StateRow

__all__ = ["Catalog", "FeedRecord", "FileRow", "MemberRow", "RankedRow", "RecordRow", "StateRow"]
