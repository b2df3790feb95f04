"""Print a command of the README: the `sh` block under the marker `<!-- command: NAME -->`.

    python3 .ci/readme.py NAME [README.md]

So CI and the tests run what a newcomer pastes, and never a copy of it.
"""

import re
import sys
from pathlib import Path


def command(readme: str, name: str) -> str:
    """Return the one line of the marked block. Raises LookupError: no such block, or more than a line."""
    found = re.search(rf"<!-- command: {re.escape(name)} -->\s*```sh\n(.*?)\n```", readme, re.DOTALL)
    if found is None or "\n" in found[1]:
        raise LookupError(f"README.md has no one-line command marked {name!r}")
    return found[1]


if __name__ == "__main__":
    try:
        readme = Path(sys.argv[2] if len(sys.argv) > 2 else "README.md").read_text(encoding="utf-8")
        print(command(readme, sys.argv[1]))  # noqa: T201
    except (LookupError, OSError) as error:
        sys.exit(str(error))
