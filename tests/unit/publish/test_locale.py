"""Names under an 8-bit locale: what the ledger keeps is UTF-8 all the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SITE = """
import locale, os, sys
from datetime import UTC, datetime
from pathlib import Path
from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest
assert sys.getfilesystemencoding() == "iso8859-1", sys.getfilesystemencoding()
root = Path(sys.argv[1])
names = [b"caf\\xc3\\xa9.md", b"\\xe6\\x97\\xa5\\xe6\\x9c\\xac.md", b"odd\\xff.md"]
seeds = os.fsencode(root) + b"/seeds"
os.mkdir(seeds)
for number, name in enumerate(names):
    with open(seeds + b"/" + name, "wb") as file:
        file.write(b"---\\ntitle: T\\nwebUrl: https://x.org/%d\\ndate: 2020-01-01\\n---\\n" % number)
settings = loads('site: {title: T, url: "https://f.example.org/"}\\n', base=root)
for _ in range(2):
    with Mill(settings, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as mill:
        assert mill.run(PassRequest(full=True)).eligible == 3
        for name in names:
            assert mill.store.last_good(name.decode("utf-8", "surrogateescape")) is not None, name
        paths = [path.encode("utf-8", "surrogateescape") for path in mill.store.last_good_paths()]
        assert sorted(paths) == sorted(names)
"""


def test_names_do_not_depend_on_the_locale(tmp_path: Path) -> None:
    if shutil.which("localedef") is None:
        pytest.fail("needs localedef and its charmaps (Debian: apt install locales)")
    made = tmp_path / "locales"
    made.mkdir()
    subprocess.run(
        ["localedef", "-c", "-i", "de_DE", "-f", "ISO-8859-1", str(made / "de_DE.ISO-8859-1")],
        check=False,  # it warns
        capture_output=True,
    )
    (tmp_path / "site").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    done = subprocess.run(
        [sys.executable, "-c", SITE, str(tmp_path / "site")],
        env={
            **kept,
            "LOCPATH": str(made),
            "LC_ALL": "de_DE.ISO-8859-1",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
