"""Print one closing line for several runs of pytest: the sum of their own, as pytest would say it.

    python3 .ci/closing.py LOG...

A run whose log ends without one (it died, or was cut off) counts as an error. Exit code 1: such a run, or one
in which nothing passed.
"""

import re
import sys
from collections import Counter
from pathlib import Path

_COUNT = r"\d+ (?:failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?)"
_CLOSING = re.compile(rf"^(?:=+ )?({_COUNT}(?:, {_COUNT})*) in ([\d.]+)s\b", re.MULTILINE)
_ORDER = ("failed", "passed", "skipped", "xfailed", "xpassed", "warning", "error")


def counts(log: str) -> tuple[Counter[str], float]:
    """Return what a run counted, and its seconds. `deselected` is left out: another run has those."""
    found = _CLOSING.findall(log)
    if not found:
        return Counter(error=1), 0.0
    told, seconds = found[-1]
    parts = (part.split(" ") for part in told.split(", "))
    return Counter({kind.removesuffix("s"): int(number) for number, kind in parts}), float(seconds)


def closing(logs: list[str]) -> tuple[str, bool]:
    """Return the line, and whether something passed in every run."""
    total: Counter[str] = Counter()
    spent = 0.0
    sound = bool(logs)
    for log in logs:
        counted, seconds = counts(log)
        total += counted
        spent += seconds
        sound = sound and counted["passed"] > 0
    told = ", ".join(
        f"{total[kind]} {kind}{'s' if kind in ('warning', 'error') and total[kind] > 1 else ''}"
        for kind in _ORDER
        if total[kind]
    )
    return f"== {told or 'no tests ran'} in {spent:.2f}s ==", sound


if __name__ == "__main__":
    line, sound = closing([Path(name).read_text(encoding="utf-8", errors="replace") for name in sys.argv[1:]])
    print(line)  # noqa: T201
    sys.exit(not sound)
