"""Seeds: from a folder of files to values. `decode` is pure; `scan` and `read` do I/O."""

from feedmill.seeds.decode import decode
from feedmill.seeds.frontmatter import FrontMatter, needed, split
from feedmill.seeds.globs import matches
from feedmill.seeds.html import content_html
from feedmill.seeds.links import absolute, entry_id, http_url
from feedmill.seeds.pool import decode_all
from feedmill.seeds.read import read, read_head
from feedmill.seeds.scan import Found, ScanProblem, scan, to_bytes, to_text
from feedmill.seeds.text import plain

__all__ = [
    "Found",
    "FrontMatter",
    "ScanProblem",
    "absolute",
    "content_html",
    "decode",
    "decode_all",
    "entry_id",
    "http_url",
    "matches",
    "needed",
    "plain",
    "read",
    "read_head",
    "scan",
    "split",
    "to_bytes",
    "to_text",
]
