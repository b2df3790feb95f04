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
        self._wanted = wanted
        self._known: dict[object, bool] = {}

    def __contains__(self, key: object) -> bool:
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KNOWN_AT_MOST:
                self._known.clear()
            known = self._known[key] = self._wanted(str(key))
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys to look at: `of` a field, in the order in which they decide.

    The others are folded (`fold`), and without what stands before a name's last dot: `flag_names` those of
    the flags, `takedown_names` these, `status`'s and the expiry's, `vouching` those of `published`,
    `other_names` those of every other field.
    `names` are those of `of`, each with its folded form and whether it reaches into a mapping.
    `wanted` and `word` hold keys as they are written, near misses included: all of them, and those that say
    whether the seed may go out.
    """

    of: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[tuple[str, str, bool], ...]]
    flag_names: frozenset[str]
    takedown_names: frozenset[str]
    other_names: frozenset[str]
    vouching: frozenset[str]
    wanted: KeySet
    word: KeySet
    words: dict[tuple[str, bool, int | None], Reason | None] = field(default_factory=dict)
    """Why a seed is withheld whose keys `word` have this text, by whether it is among drafts and its rule."""
    _doubts: dict[str, tuple[str, bool] | None] = field(default_factory=dict)
    _meant: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def keep_word(self, said: tuple[str, bool, int | None], reason: Reason | None) -> None:
        """Remember what a word says, where it is one of those that many seeds have."""
        if len(said[0]) <= _SHORT_WORD:
            if len(self.words) >= _KNOWN_AT_MOST:
                self.words.clear()
            self.words[said] = reason

    def doubt(self, key: str) -> tuple[str, bool] | None:
        """Return the flag that a key, which is no field's, may be meant for; None for most.

        With it comes whether something is stuck to the whole name (`published:false`, `removed = yes`);
        else the key is a near miss.
        """
        if key not in self._doubts:
            if len(self._doubts) >= _KNOWN_AT_MOST:
                self._doubts.clear()
            known = self.takedown_names | self.other_names
            doubt = _doubt(fold(key), self.flag_names, known)
            if doubt is None and not key.isprintable():  # JSON's `p\blished` is a slip, too
                doubt = _doubt(fold(key.translate(_ESCAPES)), self.flag_names, known)
            self._doubts[key] = doubt
        return self._doubts[key]

    def meant(self, key: str) -> tuple[str, str] | None:
        """Return the field, and its name, of which a key that is no field's is a near miss; None for most."""
        if key not in self._meant:
            if len(self._meant) >= _KNOWN_AT_MOST:
                self._meant.clear()
            self._meant[key] = self._meant_by(fold(key))
        return self._meant[key]

    def _meant_by(self, folded: str) -> tuple[str, str] | None:
        if folded in self.takedown_names | self.other_names | _OTHER_WORDS or len(folded) < _MEANT_FROM - 1:
            return None
        for name_of, names in self.of.items():
            for name in names if name_of not in FLAGS else ():
                plain = fold(name)
                same_start = len(plain) >= _NEAR_FROM or plain[:1] == folded[0]
                if len(plain) >= _MEANT_FROM and same_start and near(folded, plain):
                    return name_of, name
        return None


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
    known = Keys(
        of=MappingProxyType(of),
        names=MappingProxyType(
            {name: tuple((key, fold(key), "." in key) for key in keys) for name, keys in of.items()}
        ),
        flag_names=flags,
        takedown_names=takedown,
        other_names=(everything - takedown) | SECRET_FIELDS,
        vouching=_last_parts(of["published"]),
        wanted=KeySet(
            lambda key: fold(key) in heads or fold(key) in word or bool(known.doubt(key) or known.meant(key))
        ),
        word=KeySet(lambda key: fold(key) in word or known.doubt(key) is not None),
    )
    return known


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
