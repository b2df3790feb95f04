"""What fuzzing once found stays mended; and each target runs at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.targets import TARGETS

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if "-" in path.name)


def test_the_cases_that_were_found() -> None:
    for case in CASES:
        TARGETS[case.name.partition("-")[0]](case.read_bytes())


PIECES = st.sampled_from(
    [
        b"---\n",
        b"title: ",
        b"published: ",
        b"false\n",
        b"\n",
        b" ",
        b"\t",
        b": ",
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b"'",
        b"|\n",
        b">\n",
        b"#",
        b"&a ",
        b"*a",
        b"!!x ",
        b"<<: ",
        b"<b>",
        b"</b",
        b"<a href=",
        b"&lt;",
        "â€™".encode(),
        b"\xff",
        b"\x00",
        b"\r",
        b"\xed\xa0\x80",
        b"site: ",
        b"url: ",
        b"webUrl: https://x.org/\n",
        b"+++\n",
        b" = ",
        b'"published": ',
        b"{% raw %}",
        b"{{< x >}}",
        b"{year}/{slug|hugo}",
        b":title/",
        b"module.exports = ",
    ]
)


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=20).map(b"".join)))
@settings(max_examples=100)
def test_any_bytes(target: str, data: bytes) -> None:
    TARGETS[target](data)
