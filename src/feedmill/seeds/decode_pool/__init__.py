"""The decoding pool: `(relative path, bytes) -> result` for many files, in bounded time and memory.

`pool` chooses where files are worked on, `here` is this machine, whose processes `supervisor` keeps:
`process` starts one, `child` is what it runs, `framing` what goes through its pipes. What they do is
handed in.
"""

from feedmill.seeds.decode_pool.framing import Item
from feedmill.seeds.decode_pool.here import LARGE, run_beside
from feedmill.seeds.decode_pool.pool import is_much, processes, run_all, run_much
from feedmill.seeds.decode_pool.work import Work

__all__ = ["LARGE", "Item", "Work", "is_much", "processes", "run_all", "run_beside", "run_much"]
