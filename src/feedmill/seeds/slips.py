"""Slips of the pen in plain field names: `provier:`, `tag:`. Each is worth a warning with the right word."""

from __future__ import annotations

from feedmill.model.seed import Severity
from feedmill.seeds.field_keys import Keys
from feedmill.seeds.field_reader import Reader, quoted


def report_slips(reader: Reader, keys: Keys) -> None:
    """Warn of keys that are near misses of a field's name, where the seed does not have that field.

    Those of flags are told where flags are read: there they withhold; those of a field that had to be there,
    with the error that it is not.
    """
    told = {problem.line for problem in reader.problems if problem.severity is Severity.ERROR}
    for key, node in reader.values.items():
        meant = keys.meant(key)
        if meant is None or reader.line(node.start_mark.line) in told:
            continue
        field, name = meant
        if not any(folded in reader.folded for _, folded, _ in keys.names[field]):
            why = f"{quoted(key)[1:-1]!r} is not read; did you mean '{name}'?"
            reader.report(why, node, Severity.WARNING)
