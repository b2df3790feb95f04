"""QR codes as inline SVG: an address for the phone's camera. The one door to segno."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import segno
from segno.encoder import DataOverflowError

_MASK = 0
"""One of the eight patterns that a code may be laid under: to weigh all of them takes four fifths of the
time, and every reader takes any."""

_MARGIN = 4
"""Modules of light around the code (ISO/IEC 18004, 6.3.8)."""


@lru_cache(maxsize=512)
def qr_svg(text: str, label: str) -> str:
    """Return the QR code of `text` as an `<svg>` that is called `label`; "" for more than it has room for."""
    from markupsafe import escape

    try:
        code = segno.make_qr(text, error="m", boost_error=False, mask=_MASK)
    except DataOverflowError:
        return ""
    path = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, modules in groupby(row):
            length = len(list(modules))
            if dark:
                path.append(f"M{x + _MARGIN} {y + _MARGIN}h{length}")
            x += length
    side = len(code.matrix) + 2 * _MARGIN
    return (
        f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}">'
        f'<path d="{"".join(path)}" transform="translate(0 .5)"/></svg>'
    )
