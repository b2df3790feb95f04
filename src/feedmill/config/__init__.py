"""config.yaml to settings: one schema, every fault at once, nothing but the file is read."""

from feedmill.config.faults import ConfigErrors, ConfigFault
from feedmill.config.load import DEFAULT_NAME, load, loads

__all__ = ["DEFAULT_NAME", "ConfigErrors", "ConfigFault", "load", "loads"]
