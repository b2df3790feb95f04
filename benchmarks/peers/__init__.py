"""The programs that are compared, each with the leanest honest configuration."""

from benchmarks.peers.base import MissingError, Site, Tool
from benchmarks.peers.eleventy import Eleventy
from benchmarks.peers.feedmill import Feedmill
from benchmarks.peers.hugo import Hugo
from benchmarks.peers.jekyll import Jekyll
from benchmarks.peers.pelican import Pelican

TOOLS: tuple[Tool, ...] = (Feedmill(), Hugo(), Eleventy(), Jekyll(), Pelican())
PEERS = TOOLS[1:]

__all__ = ["PEERS", "TOOLS", "MissingError", "Site", "Tool"]
