"""Did you mean: the nearest known word to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """Return the known word that `word` was probably meant to be, or None.

    `cutoff` is how alike they must be, from 0 to 1: the more where words that mean something else may stand.
    """
    import difflib  # imported on use: only mistakes need it

    folded = {_fold(each): each for each in known}
    if (exact := folded.get(_fold(word))) is not None:
        return exact
    close = difflib.get_close_matches(_fold(word)[:80], folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'title'?`, or nothing where no known word is near."""
    found = nearest(word, known)
    return f"; did you mean {found!r}?" if found else ""


def _fold(word: str) -> str:
    return word.casefold().replace("-", "").replace("_", "").replace(" ", "")
