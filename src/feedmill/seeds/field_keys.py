"""Which front matter keys carry which field, for one configuration, and which only look like it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from feedmill.model.fields import FIELDS, FLAGS, SECRET_FIELDS, TAKEDOWN, canonical, fold
from feedmill.model.seed import Reason
from feedmill.model.settings import DecodeSettings

__all__ = ["BOOLEANS", "FIELDS", "FLAGS", "KeySet", "Keys", "canonical", "keys_for"]

_TRUE = ("y", "yes", "true", "on")
_FALSE = ("n", "no", "false", "off")
BOOLEANS = {
    spelling: value
    for words, value in ((_TRUE, True), (_FALSE, False))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
"""YAML 1.1's boolean words in all their spellings (https://yaml.org/type/bool.html)."""

_NEAR_FROM = 6
"""Letters from which on a name has near misses: one edit away from `draft` lie too many words."""

_MEANT_FROM = 4
"""Letters of a plain field's name of which a near miss is worth a warning."""

_OTHER_WORDS = frozenset(
    "data dates expired guide head land links local names stats tabs tape types".split()  # noqa: SIM905
)
"""Words that other programs use for something else, one letter away from a field's name."""

_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
"""Characters as JSON writes them."""

_BEHIND = re.compile(r"[\s.]+(?!(?:y|yes|true|on|n|no|false|off)\b)[^\W\d_]", re.IGNORECASE)
_IN_PATTERN = re.compile(r"\{field:([^}|]+)")
_KNOWN_AT_MOST = 10_000
_SHORT_WORD = 200
"""Characters of a word that is worth remembering: longer ones are nobody else's."""


class KeySet:
    """The keys, however they are written, of which `wanted` holds; each is thought about once."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self._wanted = lru_cache(_KNOWN_AT_MOST)(wanted)

    def __contains__(self, key: object) -> bool:
        return self._wanted(str(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys to look at: `of` a field, in the order in which they decide.

    The others are folded (`fold`), and without what stands before a name's last dot: `flag_names` those of
    the flags, `takedown_names` these, `status`'s and the expiry's, `vouching` those of `published`,
    `other_names` those of every other field.
    `names` are those of `of`, each with its folded form and whether it reaches into a mapping.
    `wanted` and `word` hold keys as they are written, near misses included: all of them, and those that say
    whether the seed may go out.
    `doubt` returns the flag that a key, which is no field's, may be meant for, and whether something is stuck
    to the whole name (`published:false`, `removed = yes`); else the key is a near miss. `meant` returns the
    field, and its name, of which a key that is no field's is a near miss. Both return None for most.
    """

    of: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[tuple[str, str, bool], ...]]
    flag_names: frozenset[str]
    takedown_names: frozenset[str]
    other_names: frozenset[str]
    vouching: frozenset[str]
    wanted: KeySet
    word: KeySet
    doubt: Callable[[str], tuple[str, bool] | None]
    meant: Callable[[str], tuple[str, str] | None]
    words: dict[tuple[str, bool, int | None], Reason | None] = field(default_factory=dict)
    """Why a seed is withheld whose keys `word` have this text, by whether it is among drafts and its rule."""

    def keep_word(self, said: tuple[str, bool, int | None], reason: Reason | None) -> None:
        """Remember what a word says, where it is one of those that many seeds have."""
        if len(said[0]) <= _SHORT_WORD:
            if len(self.words) >= _KNOWN_AT_MOST:
                self.words.clear()
            self.words[said] = reason


def near(word: str, name: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes one of the two the other."""
    if word == name or abs(len(word) - len(name)) > 1:
        return False
    at = next(
        (n for n, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name))
    )
    return (
        word[at + 1 :] == name[at + 1 :]
        or word[at + 1 :] == name[at:]
        or word[at:] == name[at + 1 :]
        or (word[at : at + 2] == name[at : at + 2][::-1] and word[at + 2 :] == name[at + 2 :])
    )


def near_any(word: str, names: Iterable[str]) -> str | None:
    """Return the name of six letters or more of which a folded word is a near miss."""
    if word == "publish" and "published" in names:
        return "published"
    return next((name for name in names if len(name) >= _NEAR_FROM and near(word, name)), None)


def _meant(folded: str, of: Mapping[str, tuple[str, ...]], known: frozenset[str]) -> tuple[str, str] | None:
    if folded in known or folded in _OTHER_WORDS or len(folded) < _MEANT_FROM - 1:
        return None
    for name_of, names in of.items():
        for name in names if name_of not in FLAGS else ():
            plain = fold(name)
            same_start = len(plain) >= _NEAR_FROM or plain[:1] == folded[0]
            if len(plain) >= _MEANT_FROM and same_start and near(folded, plain):
                return name_of, name
    return None


def _doubt(folded: str, flags: frozenset[str], known: frozenset[str]) -> tuple[str, bool] | None:
    if folded in known:
        return None
    for name in sorted(flags, key=len, reverse=True):
        behind = folded[len(name) :] if folded.startswith(name) else ""
        if behind and not behind[0].isalpha() and not _BEHIND.match(behind):
            return name, True
    meant = near_any(folded, sorted(flags))
    return (meant, False) if meant else None


@lru_cache(maxsize=64)
def keys_for(settings: DecodeSettings) -> Keys:
    """Return the keys of every field, with those that `seeds.fields` maps anew or, of a flag, adds.

    `related` has none unless feeds show related articles, and nobody can map a field to a
    secret key.
    """
    of = dict(FIELDS)
    for name, given in settings.fields:
        field = canonical(name) or name
        keys = tuple(key for key in given if SECRET_FIELDS.isdisjoint(fold(key).split(".")))
        kept = FIELDS[field] if field in FLAGS or field == "status" else ()
        of[field] = (*kept, *(key for key in keys if key not in kept))
    if settings.related <= 0:
        of["related"] = ()
    flags = _last_parts(key for field in FLAGS for key in of[field])
    takedown = _last_parts(key for field in TAKEDOWN for key in of[field])
    everything = _last_parts(key for keys in (*of.values(), *FIELDS.values()) for key in keys)
    heads = frozenset(
        part
        for key in (*(key for keys in of.values() for key in keys), *fields_of(settings))
        for part in (fold(key), fold(key).split(".")[0])
    )
    word = frozenset(
        part
        for field in (*FLAGS, "status")
        for key in of[field]
        for part in (fold(key), fold(key).split(".")[0])
    ) | {"permalink"}
    others = (everything - takedown) | SECRET_FIELDS
    known = takedown | others

    @lru_cache(_KNOWN_AT_MOST)
    def doubt(key: str) -> tuple[str, bool] | None:
        found = _doubt(fold(key), flags, known)
        if found is None and not key.isprintable():  # JSON's `p\blished` is a slip, too
            found = _doubt(fold(key.translate(_ESCAPES)), flags, known)
        return found

    @lru_cache(_KNOWN_AT_MOST)
    def meant(key: str) -> tuple[str, str] | None:
        return _meant(fold(key), of, known)

    return Keys(
        of=MappingProxyType(of),
        names=MappingProxyType(
            {name: tuple((key, fold(key), "." in key) for key in keys) for name, keys in of.items()}
        ),
        flag_names=flags,
        takedown_names=takedown,
        other_names=others,
        vouching=_last_parts(of["published"]),
        wanted=KeySet(lambda key: fold(key) in heads or fold(key) in word or bool(doubt(key) or meant(key))),
        word=KeySet(lambda key: fold(key) in word or doubt(key) is not None),
        doubt=doubt,
        meant=meant,
    )


def fields_of(settings: DecodeSettings) -> Iterator[str]:
    """Yield the names of front matter keys that addresses are made of."""
    where = settings.address
    patterns = [where.link, *(rule.link for rule in where.rules)]
    if any(patterns):
        yield from ("slug", "categories", "category")
    for pattern in patterns:
        yield from _IN_PATTERN.findall(pattern or "")


def _last_parts(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(key).rpartition(".")[2] for key in keys)
