"""What a mirror does next is a function of two listings and of what is remembered."""

from __future__ import annotations

from feedmill.mirror.place import Holding
from feedmill.mirror.plan import Plan, decide
from feedmill.model.artifact import digest
from mirrored import edition

A, B = b"a", b"b"
FORM = "text/atom\nmax-age=60"


def paths(plan: Plan) -> list[tuple[str, str | None]]:
    return [(put.document.path, put.over) for put in plan.puts]


def test_an_empty_place_gets_all_and_listings_last() -> None:
    plan = decide(edition({"index.html": A, "z.atom": A, "a.atom": B}), {}, {})
    assert paths(plan) == [("a.atom", None), ("z.atom", None), ("index.html", None)]
    assert [[put.document.path for put in turn] for turn in plan.turns()] == [
        ["a.atom", "z.atom"],
        ["index.html"],
    ]


def test_what_is_right_is_left_alone() -> None:
    wanted = edition({"a.atom": A})
    assert decide(wanted, {"a.atom": "1"}, {"a.atom": Holding("1", digest(A), FORM)}) == Plan()
    assert decide(wanted, {"a.atom": "1"}, {"a.atom": Holding("1", digest(A))}) == Plan()


def test_bytes_headers_or_somebody_else_make_a_difference() -> None:
    wanted, there = edition({"a.atom": A}), {"a.atom": "1"}
    for known in (
        Holding("1", digest(B), FORM),
        Holding("1", digest(A), "other"),
        Holding("0", digest(A), FORM),
    ):
        assert paths(decide(wanted, there, {"a.atom": Holding(*known)})) == [("a.atom", "1")]


def test_what_nobody_remembers_is_looked_at_first() -> None:
    plan = decide(edition({"a.atom": A}), {"a.atom": "1", "old.atom": "2"}, {})
    assert (plan.strangers, plan.puts, plan.deletions) == (("a.atom", "old.atom"), (), ())


def test_only_what_is_ours_as_we_know_it_is_deleted() -> None:
    known = {
        "old.atom": Holding("1", digest(A)),
        "new.atom": Holding("1", digest(A)),
        "site.css": Holding("1", ""),
    }
    plan = decide(edition({}), {"old.atom": "1", "new.atom": "2", "site.css": "1"}, known)
    assert (plan.strangers, plan.deletions) == (("new.atom",), ("old.atom",))


def test_what_is_foreign_keeps_its_path_until_it_changes() -> None:
    known = {"a.atom": Holding("1", "")}
    assert decide(edition({"a.atom": A}), {"a.atom": "1"}, known) == Plan(refused=("a.atom",))
    assert decide(edition({"a.atom": A}), {"a.atom": "2"}, known) == Plan(strangers=("a.atom",))
    assert paths(decide(edition({"a.atom": A}), {}, known)) == [("a.atom", None)]


def test_a_text_taken_down_goes_before_all_else() -> None:
    known = {path: Holding("1", digest(A)) for path in ("held.atom", "old.atom")}
    plan = decide(edition({"held.atom": A}, withdrawn=("held.atom",)), dict.fromkeys(known, "1"), known)
    assert (plan.withdrawn, plan.deletions) == (("held.atom",), ("old.atom",))
