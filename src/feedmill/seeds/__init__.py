"""Seeds: from a folder of files to values. `decode.decode` is pure; `scan` and `read` do I/O.

Handed on is what a build with nothing to do needs; decoding is imported on use (docs/adr/0014).
"""

from feedmill.model.filename import to_bytes, to_text
from feedmill.seeds.decode_pool import LARGE, Work, is_much, processes, run_all, run_beside, run_much
from feedmill.seeds.globs import matches
from feedmill.seeds.read import read, read_head
from feedmill.seeds.records import decoding
from feedmill.seeds.scan import Found, ScanProblem, look, scan

__all__ = [
    "LARGE", "Found", "ScanProblem", "Work", "decoding", "is_much", "look", "matches", "processes",
    "read", "read_head", "run_all", "run_beside", "run_much", "scan", "to_bytes", "to_text",
]  # fmt: skip
