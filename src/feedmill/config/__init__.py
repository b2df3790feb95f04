"""config.yaml to settings: one schema, every fault at once, nothing but the file is read."""

from feedmill.config.faults import ConfigErrors, ConfigFault
from feedmill.config.jsonschema import config_schema
from feedmill.config.load import DEFAULT_NAME, load, loads
from feedmill.config.seedschema import seed_schema
from feedmill.config.show import show
from feedmill.config.starter import starter

__all__ = [
    "DEFAULT_NAME",
    "ConfigErrors",
    "ConfigFault",
    "config_schema",
    "load",
    "loads",
    "seed_schema",
    "show",
    "starter",
]
