"""The ways in which each site generator makes a piece of an address, by name."""

from feedmill.seeds.slugs.filters import FILTERS, Filter, find_filter

__all__ = ["FILTERS", "Filter", "find_filter"]
