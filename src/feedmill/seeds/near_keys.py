"""Near keys: what an author probably meant, where a field that is needed is not there.

A seed without a title seldom has none: it has a `titel`. Only faults ask, so the header is read anew, as
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from feedmill.model.fields import fold
from feedmill.model.suggest import nearest

_TOP_KEY = re.compile(r"""^[ \t]{0,4}["']?([^\W\d_][\w .-]{0,60}?)["']?[ \t]*[:=]""", re.MULTILINE)
"""A key of any syntax at the start of a line: YAML and headers `key:`, TOML `key =`, JSON `"key":`."""
_ALIKE = 0.8
"""How alike a key must be: `titel` and `tilte` are `title`, `subtitle` is not."""


def near_key(header: str, names: Iterable[str], read: Iterable[str]) -> tuple[str, str, int] | None:
    """Return (key, the name that was meant, line from 0) of the first key that is near one of `names`.

    `read` are all names that mean something as they are.
    """
    wanted, known = tuple(names), {fold(name) for name in read}
    for found in _TOP_KEY.finditer(header[: 64 * 1024]):
        key = found[1]
        if fold(key) in known:
            continue
        meant = nearest(key, wanted, cutoff=_ALIKE)
        if meant is not None:
            return key, meant, header.count("\n", 0, found.start(1))
    return None
