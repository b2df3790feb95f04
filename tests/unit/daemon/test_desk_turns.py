"""Changes of several curators at once: the last to ask has the last word on a file."""

from __future__ import annotations

import pytest

from feedmill.daemon.desk_turns import Turns
from feedmill.errors import SeedError


def test_what_a_later_change_names_an_earlier_one_writes_no_more() -> None:
    turns = Turns()
    with turns.take(["a.md", "b.md"]) as many:
        with turns.writing("a.md", many):
            pass
        with turns.take(["b.md"]) as one, turns.writing("b.md", one):
            assert one.before == {"b.md": many.number}
        with pytest.raises(SeedError, match="somebody else"), turns.writing("b.md", many):
            pass
        with turns.writing("a.md", many):
            pass
    with turns.take(["b.md"]) as after, turns.writing("b.md", after):
        assert after.before == {}
