"""Mojibake: ftfy's `fix_encoding` and no more of it, in time proportional to the text.

`ftfy.fix_encoding` repeats its step until nothing changes, and takes minutes for 5 KB of `Ãƒƒƒ…`, which
loses one character a step. Here the same steps are taken with a budget; text that a person's tools
have garbled needs a tenth of it. tests/unit/seeds/test_mojibake.py holds the two equal.
"""

from __future__ import annotations

import re

_SUSPECT = re.compile(
    r"[\x80-\x9fŒœÃÂ]"
    r"|[\xa0-\u02ff\u0370-\u04ff\u2000-\u25ff\uf8ff\ufb01\ufb02\ufffd]{2}"
)
"""Holds for every text that ftfy's heuristic (`ftfy.badness`) calls bad, and for few others."""

_COSTLY = re.compile(rb"\xc0\x80|\xed[\xa0-\xbf]")
"""What the codec `utf-8-variants` copies the rest of its input for."""

_PASSES = 2
_SPARE = 1 << 16
_SHORT = 1024
_CALL = 32
"""What repairing a part by itself costs beside its characters, in characters."""


def repair(text: str) -> str:
    """Return what `ftfy.fix_encoding(text)` returns, unless that takes too many passes.

    Ten passes over a text of a page or two, two over one of megabytes: what garbled it left one layer or two.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return text
    from ftfy.badness import is_bad  # imported on use: 0.1 s

    if not is_bad(text):
        return text
    return _Budget(_PASSES * len(text) + min(8 * len(text), _SPARE) + _SHORT).fix(text)


class _Budget:
    """The number of characters that may still be looked at."""

    def __init__(self, characters: int) -> None:
        self.left = characters

    def fix(self, text: str) -> str:
        from ftfy.badness import is_bad

        while text and not text.isascii() and is_bad(text) and self._afford(len(text)):
            fixed = self._step(text)
            if fixed == text:
                break
            text = fixed
        return text

    def _afford(self, characters: int) -> bool:
        self.left -= characters
        return self.left >= 0

    def _step(self, text: str) -> str:
        """One step of ftfy 6.3's `fix_encoding`, in its order."""
        from ftfy import chardata, fixes

        encodings = [name for name in chardata.CHARMAP_ENCODINGS if chardata.possible_encoding(text, name)]
        for encoding in encodings:
            fixed = self._redecode(text, encoding)
            if fixed is not None:
                return fixed
        fixed = chardata.UTF8_DETECTOR_RE.sub(lambda match: self._fix_embedded(match.group(), text), text)
        if fixed != text:
            return fixed
        if "latin-1" in encodings:
            try:
                fixed = text.encode("latin-1").decode("windows-1252")
            except UnicodeDecodeError:
                fixed = text
            if fixed != text:
                return fixed
        if chardata.C1_CONTROL_RE.search(text):
            return fixes.fix_c1_controls(text)
        return text

    def _fix_embedded(self, part: str, text: str) -> str:
        from ftfy.badness import is_bad

        if len(part) < len(text) and is_bad(part) and self._afford(_CALL):
            return self.fix(part)
        return part

    def _redecode(self, text: str, encoding: str) -> str | None:
        """Return the text that is garbled by having been read in `encoding` instead of UTF-8, or None."""
        from ftfy import chardata, fixes

        data = text.encode(encoding)
        if encoding != "macroman" and chardata.ALTERED_UTF8_RE.search(data):
            data = fixes.restore_byte_a0(data)
        if encoding.startswith("sloppy"):
            data = fixes.replace_lossy_sequences(data)
        codec = "utf-8-variants" if b"\xed" in data or b"\xc0" in data else "utf-8"
        if codec == "utf-8-variants" and not self._afford(len(_COSTLY.findall(data)) * len(data) // 1000):
            return None
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            return None
