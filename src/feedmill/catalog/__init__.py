"""feedmill.catalog: what is known of every seed (SQLite, through the standard library)."""

from feedmill.catalog.catalog import Catalog
from feedmill.catalog.rows import FaultRow, FeedRecord, FileRow, KnownRow, RankedRow, RecordRow

__all__ = ["Catalog", "FaultRow", "FeedRecord", "FileRow", "KnownRow", "RankedRow", "RecordRow"]
