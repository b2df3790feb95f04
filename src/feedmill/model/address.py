"""Addresses as names: what of one tells an entry from others, and the ids that some had elsewhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_FOLDED = re.compile(r"(https?)://((?:[^/?#]*@)?)(\[[^\]]*\]|[^/?#:]*)(:[0-9]*)?", re.IGNORECASE)


def folded(address: str) -> str:
    """Return an address with its scheme folded to https, its host lower-cased, a default port dropped."""
    return _FOLDED.sub(_fold, address, count=1)


def _fold(match: re.Match[str]) -> str:
    scheme, user, host, port = match.groups()
    default = ":80" if scheme.lower() == "http" else ":443"
    return f"https://{user}{host.lower()}{'' if port in (default, ':') else port or ''}"


@dataclass(frozen=True, slots=True, eq=False)
class OldIds:
    """The ids that addresses had elsewhere (`seeds.ids`), by folded address.

    Compared and hashed as an object: settings that carry thousands of them are asked for their hash often.
    """

    by_address: Mapping[str, str] = field(default_factory=dict)

    def find(self, address: str) -> str | None:
        """Return the old id of an absolute address."""
        return self.by_address.get(folded(address)) if self.by_address else None

    def __repr__(self) -> str:
        """Return what changes with any of them, and is short: fingerprints are made of it."""
        if not self.by_address:
            return "OldIds()"
        text = "\n".join(f"{address} {guid}" for address, guid in sorted(self.by_address.items()))
        return f"OldIds({hashlib.blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()})"


NO_OLD_IDS = OldIds()
