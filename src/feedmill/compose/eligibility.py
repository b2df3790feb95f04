"""Eligibility: what may stay out of a seed that cannot be read (docs/seeds.md, Last good).

When a seed that can be read is out, and why not, `decide.reason_at` says.
"""

from __future__ import annotations

from dataclasses import replace

from feedmill.model.fields import in_drafts
from feedmill.model.seed import Record, Seed


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
