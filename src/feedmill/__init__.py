"""feedmill turns a folder of seed files into RSS, Atom and JSON feeds."""

__version__ = "1.0.0"
