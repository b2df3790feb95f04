"""config.yaml to settings: each key stated once, every fault at once, nothing but the file is read.

What only few commands need is imported from its own module: `show`, `jsonschema`, `seedschema`, `starter`.
"""

from feedmill.config.faults import ConfigErrors, ConfigFault
from feedmill.config.load import DEFAULT_NAME, load, loads

__all__ = ["DEFAULT_NAME", "ConfigErrors", "ConfigFault", "load", "loads"]
