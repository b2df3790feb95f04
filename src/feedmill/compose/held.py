"""Held passes: which entries leave although the guard holds everything else (DESIGN 8.4)."""

from __future__ import annotations

from collections.abc import Set

from feedmill.compose.eligibility import stand
from feedmill.model.instant import Instant
from feedmill.model.seed import Record, Seed


def withholds_itself(record: Record, now: Instant) -> bool:
    """Whether a file that was read says of a whole seed that it is not to be out."""
    return record.seed is not None and stand(record, None, now).reason is not None


def stays(good: Seed, record: Record | None, now: Instant, withheld_ids: Set[str]) -> bool:
    """Return whether the entry last published as `good` stays while a pass is held.

    `record` is what its file says now, None where the file is gone: then the entry stays as it was, until its
    own expiry, or unless another file that says of itself that it is not to be out (`withheld_ids`)
    has its identity: it was renamed and unpublished in one go. A file that cannot be read changes nothing;
    one that is invalid, with a doubtful flag, takes its entry away as in any other pass.
    """
    if stand(Record(path="", seed=good), None, now).reason is not None:
        return False
    if record is None:
        return good.id not in withheld_ids
    return stand(record, good, now).reason is None
