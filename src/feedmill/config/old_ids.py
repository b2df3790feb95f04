"""The file of `seeds.ids`: addresses and the ids that their entries had elsewhere."""

from __future__ import annotations

from pathlib import Path

from feedmill.errors import ConfigError
from feedmill.model.address import NO_OLD_IDS, OldIds, folded
from feedmill.yamltext import MappingNode, ScalarNode, YamlFault, parse


def load_ids(file: Path, home: str) -> OldIds:
    """Return what the file says, a mapping in YAML or JSON; an address may be a path below `home`.

    A file that is not there says nothing: `feedmill adopt` is about to make it, for all others it is a fault.

    Raises:
        ConfigError: it cannot be read, or is no mapping of texts.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return NO_OLD_IDS
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(file, f"cannot be read: {error}") from error
    try:
        root = parse(text)
    except YamlFault as fault:
        raise ConfigError(file, fault.message, line=fault.line, column=fault.column) from fault
    if root is None:
        return NO_OLD_IDS
    if not isinstance(root, MappingNode):
        raise ConfigError(file, "is no mapping of addresses to ids; write lines of 'address: id'", line=1)
    found: dict[str, str] = {}
    for address, guid in root.value:
        if not (isinstance(address, ScalarNode) and isinstance(guid, ScalarNode) and guid.value.strip()):
            line = address.start_mark.line + 1
            raise ConfigError(file, "an address and an id are two texts: 'address: id'", line=line)
        found.setdefault(folded(_absolute(address.value.strip(), home)), guid.value.strip())
    return OldIds(found)


def _absolute(address: str, home: str) -> str:
    return address if "://" in address else home.rstrip("/") + "/" + address.lstrip("/")
