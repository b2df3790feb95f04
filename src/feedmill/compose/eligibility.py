"""Eligibility: whether a seed is out at an instant, why not, and when that may change (DESIGN 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from feedmill.model.fields import in_drafts
from feedmill.model.instant import Instant
from feedmill.model.seed import Reason, Record, Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one seed is at one instant, all by itself (duplicates are told apart later).

    `reason` None: a candidate for the feeds. `seed` is what would be shown: the file's own, or
    the last good one where `kept`.
    """

    reason: Reason | None
    seed: Seed | None = None
    kept: bool = False


def stand(
    record: Record,
    good: Seed | None,
    now: Instant,
    *,
    keep: bool = True,
    drafts: bool = False,
    vouching: frozenset[str] | None = None,
) -> Standing:
    """Return the standing of a decoded seed.

    `good` is the last good form of this path, where the ledger has one; `keep` is
    `seeds.on_invalid: keep`. With `drafts`, the author's flag and the schedule hold nothing back.
    `vouching`: see `last_good`.
    """
    seed = record.seed
    if seed is not None:
        return Standing(reason=_reason(seed, now, drafts=drafts), seed=seed)
    reason = record.reason or Reason.INVALID
    if reason is Reason.INVALID and good is not None and keep:
        kept = last_good(record, good, vouching)
        if kept is not None and _reason(kept, now, drafts=drafts) is None:
            return Standing(reason=None, seed=kept, kept=True)
    return Standing(reason=reason)


def last_good(record: Record, good: Seed, vouching: frozenset[str] | None = None) -> Seed | None:
    """Return the last good entry of a seed that is invalid now, None when it must not stay out.

    A takedown never fails open: every flag that can be read must permit it and none may be doubtful; where
    the front matter does not parse, any line that can take it down and is not the last good one's withholds.
    An earlier expiry counts, an unreadable one withholds. `vouching`, where `seeds.published_default` is
    false, are the folded names of the flag without which nothing goes out: the last good form must have
    had it (it may be from when the default was true), and a text must still have its lines.
    """
    if record.takedown or record.expiry_unreadable or in_drafts(record.path):
        return None
    if vouching is not None and not good.vouched:
        return None
    if not record.parsed:
        there, known = set(record.flag_lines), set(good.flag_lines)
        vouched = {line for line in known if vouching is not None and line[0] in vouching}
        if not there <= known or not vouched <= there or (vouching is not None and not vouched):
            return None
    if record.expires is not None and (good.expires is None or record.expires < good.expires):
        return replace(good, expires=record.expires)
    return good


def _reason(seed: Seed, now: Instant, *, drafts: bool) -> Reason | None:
    if seed.withheld is not None and not (drafts and seed.withheld is Reason.UNPUBLISHED):
        return seed.withheld
    if seed.published is None:
        return Reason.UNDATED
    if seed.published > now and not drafts:
        return Reason.SCHEDULED
    if seed.expires is not None and seed.expires <= now:
        return Reason.EXPIRED
    return None


def updated_at(seed: Seed, now: Instant) -> Instant:
    """Return when the entry last changed in a way that matters, as of `now` (RFC 4287, 4.2.15).

    The author's own instant, once it has come; never before publication.
    """
    assert seed.published is not None
    if seed.updated is not None and seed.published < seed.updated <= now:
        return seed.updated
    return seed.published


def instants(seed: Seed) -> tuple[Instant, ...]:
    """Return the instants at which this seed's standing or entry changes, past ones too."""
    if seed.withheld is not None or seed.published is None:
        return ()
    found = {seed.published, seed.expires}
    if seed.updated is not None and seed.updated > seed.published:
        found.add(seed.updated)
    return tuple(sorted(instant for instant in found if instant is not None))
