"""Decide: one table of what happens to seeds, and what a pass makes of it. Nothing here touches a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import pytest

from feedmill.compose import Before, Delta, decide, instants, reason_at, stays, updated_at
from feedmill.model.seed import EntryId, Reason
from feedmill.model.state import KEPT, Claim, Facts, Membership, Place, State
from feedmill.model.taxonomy import ALL, FeedKey, Kind

NEWS, GO, GOLANG = (FeedKey(Kind.TOPIC, key) for key in ("news", "go", "golang"))
BEST = FeedKey(Kind.CUSTOM, "best")
NOW = 1_000_000_000


def facts(
    entry: str = "urn:e",
    *,
    published: int | None = NOW - 100_000_000,
    text: bytes = b"text",
    members: Iterable[Membership] = (Membership(ALL), Membership(NEWS, "News")),
    **more: object,
) -> Facts:
    """Return a seed that is out, unless more is said."""
    found = Facts(None, EntryId(entry), published, digest=text, good=text, members=tuple(members))
    return found._replace(**more)  # type: ignore[arg-type]


@dataclass
class World:
    """What is known from one decision to the next, as a catalog and a ledger keep it."""

    states: dict[int, State] = field(default_factory=dict)
    places: dict[int, list[Place]] = field(default_factory=dict)
    plans: dict[int, set[FeedKey]] = field(default_factory=dict)
    times: dict[int, set[int]] = field(default_factory=dict)
    good: dict[bytes, bytes | None] = field(default_factory=dict)
    totals: dict[FeedKey, int] = field(default_factory=dict)
    labels: dict[tuple[FeedKey, str], int] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)

    def decide(
        self, claims: Iterable[Claim], gone: Iterable[int] = (), now: int = NOW, *, drafts: bool = False
    ) -> Delta:
        """Decide about claims, and do what the decision says."""
        claims, gone = list(claims), list(gone)
        files = {*(claim.file for claim in claims), *gone}
        entries = {claim.facts.entry_id for claim in claims if claim.facts} | {
            self.states[file].entry_id for file in files if file in self.states
        }
        for file, state in self.states.items():
            rival = state.entry_id is not None and state.entry_id in entries
            assert file in files or not rival, "a whole neighbourhood is decided at once"
        before = Before(
            states={file: self.states[file] for file in files if file in self.states},
            places={file: self.places[file] for file in files if file in self.places},
            planned=frozenset(feed for file in files for feed in self.plans.get(file, ())),
        )
        delta = decide(claims, gone, before, now, drafts=drafts)
        self._apply(delta)
        return delta

    def _apply(self, delta: Delta) -> None:
        for file in delta.known:
            self.times.pop(file, None)
            self.plans.pop(file, None)
        for file in delta.gone:
            self.states.pop(file, None)
        self.states |= {state.file: state for state in delta.states}
        for file in delta.left:
            del self.places[file]
        for place in delta.entered:
            self.places.setdefault(place.file, []).append(place)
        for feed, count in delta.counts.items():
            self.totals[feed] = self.totals.get(feed, 0) + count.total
            for label, step in count.labels.items():
                self.labels[feed, label] = self.labels.get((feed, label), 0) + step
        for at, file in delta.times:
            self.times.setdefault(file, set()).add(at)
        for feed, _, file in delta.plans:
            self.plans.setdefault(file, set()).add(feed)
        self.good |= {self.states[file].path: self.states[file].good for file in delta.kept}
        for path in delta.dropped:
            del self.good[path]
        for state, step in delta.tally.items():
            self.tally[state] = self.tally.get(state, 0) + step

    def known(self) -> tuple[object, ...]:
        """Return everything that two ways to the same seeds have to agree on."""

        def counted(counts: Mapping[Any, int]) -> dict[object, int]:
            return {key: count for key, count in counts.items() if count}

        return (
            self.states,
            {file: sorted(places) for file, places in self.places.items()},
            self.plans,
            self.times,
            self.good,
            counted(self.totals),
            counted(self.labels),
            counted(self.tally),
        )


def claim(file: int, found: Facts | None = None, reason: Reason | None = None) -> Claim:
    return Claim(file, b"%d.md" % file, found, reason)


def broken(file: int, good: Facts | None = None) -> Claim:
    return claim(file, good, Reason.INVALID)


def outcome(delta: Delta) -> tuple[int, int, int]:
    """Return how many entries appear, change and vanish."""
    appear = sum(each.old is None for each in delta.entries)
    vanish = sum(each.new is None for each in delta.entries)
    return appear, len(delta.entries) - appear - vanish, vanish


# One seed and the clock


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (facts(), None),
        (facts(published=NOW), None),
        (facts(published=NOW + 1), Reason.SCHEDULED),
        (facts(published=None), Reason.UNDATED),
        (facts(expires=NOW), Reason.EXPIRED),
        (facts(expires=NOW + 1), None),
        (facts(word=Reason.UNPUBLISHED, published=None), Reason.UNPUBLISHED),
        (facts(word=Reason.REMOVED, expires=NOW), Reason.REMOVED),
        (facts(published=NOW + 2, expires=NOW - 2), Reason.SCHEDULED),
    ],
)
def test_the_first_reason_that_holds(found: Facts, reason: Reason | None) -> None:
    assert reason_at(found, NOW) is reason


@pytest.mark.parametrize(
    ("word", "published", "reason"),
    [
        (Reason.UNPUBLISHED, NOW, None),
        (None, NOW + 1, None),
        (Reason.REMOVED, NOW, Reason.REMOVED),
        (None, None, Reason.UNDATED),
    ],
)
def test_drafts_are_held_back_by_no_flag_and_no_schedule(
    word: Reason | None, published: int | None, reason: Reason | None
) -> None:
    assert reason_at(facts(word=word, published=published), NOW, drafts=True) is reason
    delta = World().decide([claim(1, facts(word=word, published=published))], drafts=True)
    assert delta.states[0].state == (reason.value if reason else "eligible")


def test_an_update_counts_from_its_time_on() -> None:
    found = facts(published=NOW, updated=NOW + 5)
    assert [updated_at(found, at) for at in (NOW, NOW + 4, NOW + 5)] == [NOW, NOW, NOW + 5]
    assert updated_at(facts(published=NOW), NOW + 9) == NOW


def test_instants_are_all_that_time_can_do() -> None:
    found = facts(published=NOW, updated=NOW + 1, expires=NOW + 2)
    assert instants(found) == (NOW, NOW + 1, NOW + 2)
    assert instants(found._replace(word=Reason.REMOVED)) == ()
    assert instants(found._replace(published=None)) == ()


def test_time_alone_publishes_updates_and_takes_away_and_back_again() -> None:
    """A seed's whole life; then the clock steps back, and everything with it."""
    second = 1_000_000
    found = facts(published=NOW, updated=NOW + second, expires=NOW + 2 * second)
    world = World()
    life = [(-second, "scheduled"), (0, "eligible"), (second, "eligible"), (2 * second, "expired")]
    seen = {}
    for step, state in life:
        delta = world.decide([claim(1, found)], now=NOW + step)
        assert world.states[1].state == state
        assert world.times[1] == {NOW, NOW + second, NOW + 2 * second}
        seen[step] = world.states, world.places
        world.states, world.places = dict(world.states), dict(world.places)
    assert outcome(delta) == (0, 0, 1)
    assert not world.plans
    assert delta.replanned == {ALL, NEWS}  # nothing is planned any more
    for step, _ in reversed(life):
        world.decide([claim(1, found)], now=NOW + step)
        assert (world.states, world.places) == seen[step]
    assert world.plans == {1: {ALL, NEWS}}


def test_an_update_whose_time_comes_touches_the_feeds_and_moves_nothing() -> None:
    found = facts(updated=NOW + 1_000_000)
    world = World()
    world.decide([claim(1, found)])
    delta = world.decide([claim(1, found)], now=NOW + 1_000_000)
    assert outcome(delta) == (0, 1, 0)
    assert (delta.left, delta.entered) == ((), ())
    assert delta.touched == {ALL, NEWS}


def test_a_second_is_all_that_readers_see_of_an_update() -> None:
    world = World()
    world.decide([claim(1, facts(updated=NOW - 50_000_000))])
    assert world.decide([claim(1, facts(updated=NOW - 49_999_999))]).touched == frozenset()


# One seed and its author


def test_a_new_seed_enters_its_feeds() -> None:
    delta = World().decide([claim(1, facts())])
    assert outcome(delta) == (1, 0, 0)
    assert [(place.feed, place.label) for place in delta.entered] == [(ALL, ""), (NEWS, "News")]
    assert delta.counts[NEWS].total == 1
    assert delta.counts[NEWS].labels == {"News": 1}
    assert delta.touched == {ALL, NEWS}
    assert (delta.kept, dict(delta.tally)) == ((1,), {"eligible": 1})


def test_what_nobody_sees_touches_nothing() -> None:
    world = World()
    world.decide([claim(1, facts())])
    delta = world.decide([claim(1, facts())])
    assert (delta.entries, delta.states, delta.touched, delta.kept, delta.dropped) == (
        (),
        (),
        frozenset(),
        (),
        (),
    )


def test_a_form_that_differs_in_nothing_shown_is_kept_all_the_same() -> None:
    world = World()
    world.decide([claim(1, facts())])
    delta = world.decide([claim(1, facts(good=b"other flags"))])
    assert (delta.kept, delta.entries) == ((1,), ())


@pytest.mark.parametrize(
    ("later", "left", "touched"),
    [
        (facts(text=b"other"), (), {ALL, NEWS}),
        (facts(members=[Membership(ALL), Membership(GO, "Go")]), (1,), {ALL, NEWS, GO}),
        (facts(members=[Membership(ALL), Membership(NEWS, "NEWS")]), (1,), {ALL, NEWS}),
        (facts(published=NOW - 1), (1,), {ALL, NEWS}),
        (
            facts(members=[Membership(ALL), Membership(NEWS, "News"), Membership(BEST)]),
            (1,),
            {ALL, NEWS, BEST},
        ),
    ],
)
def test_an_edit_moves_an_entry_only_where_its_places_differ(
    later: Facts, left: tuple[int, ...], touched: set[FeedKey]
) -> None:
    world = World()
    world.decide([claim(1, facts())])
    delta = world.decide([claim(1, later)])
    assert (outcome(delta), delta.left) == ((0, 1, 0), left)
    assert delta.touched == touched


def test_an_alias_gathers_what_stood_apart() -> None:
    """Another config: `Go` is an alias of `golang` now. Uses of labels each along."""
    world = World()
    apart = [
        facts(f"urn:{n}", members=[Membership(key, label)])
        for n, key, label in ((1, GO, "Go"), (2, GOLANG, "golang"))
    ]
    world.decide([claim(1, apart[0]), claim(2, apart[1])])
    together = apart[0]._replace(members=(Membership(GOLANG, "golang"),))
    delta = world.decide([claim(1, together)])
    assert delta.touched == {GO, GOLANG}
    assert world.totals == {GO: 0, GOLANG: 2}
    assert world.labels == {(GO, "Go"): 0, (GOLANG, "golang"): 2}


def test_a_score_orders_before_the_date() -> None:
    world = World()
    world.decide([claim(1, facts(members=[Membership(BEST, score=1.0)]))])
    assert world.decide([claim(1, facts(members=[Membership(BEST, score=2.0)]))]).left == (1,)


@pytest.mark.parametrize(
    "word",
    [
        facts(word=Reason.UNPUBLISHED),
        facts(word=Reason.REMOVED),
        facts(expires=NOW),
        facts(published=NOW + 1),
    ],
)
def test_a_takedown_leaves_nothing_behind(word: Facts) -> None:
    world = World()
    world.decide([claim(1, facts())])
    delta = world.decide([claim(1, word)])
    assert (outcome(delta), delta.dropped) == ((0, 0, 1), (b"1.md",))
    assert not world.places
    assert not world.good
    state = world.states[1]
    assert (state.entry_id, state.digest, state.good) == (None, None, None)


@pytest.mark.parametrize("reason", [Reason.UNPUBLISHED, Reason.REMOVED, Reason.INVALID])
def test_a_takedown_of_which_nothing_else_was_read(reason: Reason) -> None:
    world = World()
    world.decide([claim(1, facts())])
    world.decide([claim(1, None, reason)])
    assert (world.states[1].state, world.good, world.places) == (reason.value, {}, {})


def test_a_file_that_is_gone_leaves_no_state() -> None:
    world = World()
    world.decide([claim(1, facts(expires=NOW + 1))])
    delta = world.decide([], [1])
    assert outcome(delta) == (0, 0, 1)
    assert delta.replanned == {ALL, NEWS}
    assert world.known() == World(totals={}).known()


def test_another_identity_is_another_entry() -> None:
    world = World()
    world.decide([claim(1, facts("urn:a"))])
    delta = world.decide([claim(1, facts("urn:b"))])
    assert outcome(delta) == (1, 0, 1)
    assert delta.dropped == ()


# Seeds with one identity


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [(NOW - 2, NOW - 1, 2), (NOW - 1, NOW - 2, 1), (NOW - 1, NOW - 1, 1)],
)
def test_of_rivals_the_newest_publication_goes_out_then_the_smallest_path(
    first: int, second: int, winner: int
) -> None:
    world = World()
    world.decide([claim(1, facts(published=first)), claim(2, facts(published=second))])
    loser = 3 - winner
    assert world.states[winner].state == "eligible"
    assert (world.states[loser].state, world.states[loser].instead) == ("duplicate", b"%d.md" % winner)
    assert set(world.places) == {winner}
    assert set(world.good) == {b"%d.md" % winner}


def test_paths_are_compared_as_bytes_from_the_left() -> None:
    found = facts()
    delta = World().decide(
        [Claim(1, b"b/a.md", found), Claim(2, b"a/z.md", found), Claim(3, b"a/\xff", found)]
    )
    assert [each.new.path for each in delta.entries if each.new] == [b"a/z.md"]


def test_rivals_agree_whoever_comes_first_and_however_many_at_a_time() -> None:
    rivals = [claim(n, facts(published=NOW - at)) for n, at in ((1, 3), (2, 1), (3, 1))]
    at_once = World()
    at_once.decide(rivals)
    for order in permutations(rivals):
        one_by_one = World()
        for number in range(1, 4):  # each comes with its neighbourhood: those that came before
            one_by_one.decide(order[:number])
        assert one_by_one.known() == at_once.known()


def test_the_next_one_stands_in_for_a_winner_that_leaves() -> None:
    rivals = [claim(1, facts(published=NOW - 1)), claim(2, facts(published=NOW - 2))]
    for leaving, gone in (([claim(1, None, Reason.UNPUBLISHED)], []), ([], [1])):
        world = World()
        world.decide(rivals)
        delta = world.decide([*leaving, rivals[1]], gone)
        assert (outcome(delta), delta.dropped, delta.kept) == ((0, 1, 0), (b"1.md",), (2,))
        assert world.states[2].instead is None
        assert set(world.places) == {2}


def test_a_rival_whose_time_comes_takes_over() -> None:
    rivals = [claim(1, facts(published=NOW - 1)), claim(2, facts(published=NOW + 1))]
    world = World()
    world.decide(rivals)
    assert world.plans == {2: {ALL, NEWS}}
    delta = world.decide(rivals, now=NOW + 1)
    assert outcome(delta) == (0, 1, 0)
    assert world.states[1].instead == b"2.md"
    back = world.decide(rivals, now=NOW)
    assert (outcome(back), set(world.places)) == ((0, 1, 0), {1})


def test_a_rename_is_no_loss() -> None:
    world = World()
    world.decide([claim(1, facts())])
    delta = world.decide([claim(2, facts())], [1])
    assert outcome(delta) == (0, 1, 0)
    assert world.good == {b"2.md": b"text"}


# Last good forms


def test_a_broken_seed_keeps_its_entry_and_its_form() -> None:
    world = World()
    world.decide([claim(1, facts())])
    delta = world.decide([broken(1, facts())])
    assert (delta.entries, delta.kept, delta.dropped) == ((), (), ())
    assert world.states[1].kept
    assert {state: n for state, n in world.tally.items() if n} == {"eligible": 1, KEPT: 1}


@pytest.mark.parametrize(
    "good", [None, facts(expires=NOW), facts(published=NOW + 1), facts(word=Reason.REMOVED)]
)
def test_one_that_may_not_be_out_is_invalid_and_plans_nothing(good: Facts | None) -> None:
    world = World()
    world.decide([claim(1, facts())])
    world.decide([broken(1, good)])
    assert world.states[1] == State(1, b"1.md", "invalid")
    assert (world.good, world.places, world.times, world.plans) == ({}, {}, {}, {})


def test_where_the_catalog_was_lost_the_ledger_is_where_a_kept_form_comes_from() -> None:
    delta = World().decide([broken(1, facts())])
    assert (outcome(delta), delta.kept) == ((1, 0, 0), ())


def test_a_kept_entry_expires_by_itself() -> None:
    world = World()
    world.decide([claim(1, facts())])
    world.decide([broken(1, facts(expires=NOW + 1))])
    assert world.times == {1: {NOW - 100_000_000, NOW + 1}}
    delta = world.decide([broken(1, facts(expires=NOW + 1))], now=NOW + 1)
    assert (world.states[1].state, delta.dropped) == ("invalid", (b"1.md",))


def test_a_kept_seed_that_loses_is_invalid_as_it_is_without_its_form() -> None:
    """The ledger keeps forms of what is out alone, so the next cold build could not call it a duplicate."""
    world = World()
    world.decide([claim(1, facts())])
    world.decide([broken(1, facts()), claim(2, facts(published=NOW))])
    assert world.states[1] == State(1, b"1.md", "invalid")
    assert world.good == {b"2.md": b"text"}
    without = World()
    without.decide([broken(1), claim(2, facts(published=NOW))])
    assert without.known() == world.known()


def test_a_mended_seed_is_its_own_again() -> None:
    world = World()
    world.decide([claim(1, facts())])
    world.decide([broken(1, facts())])
    delta = world.decide([claim(1, facts(text=b"mended", good=b"mended"))])
    assert (outcome(delta), delta.kept) == ((0, 1, 0), (1,))
    assert not world.states[1].kept
    assert world.good == {b"1.md": b"mended"}


# Held passes (docs/promises.md, Held passes)


@pytest.mark.parametrize(
    ("says", "stays_out"),
    [
        (None, True),
        (claim(1, facts()), True),
        (claim(1, facts(text=b"other")), True),
        (broken(1, facts()), True),
        (broken(1), False),
        (claim(1, None, Reason.UNPUBLISHED), False),
        (claim(1, facts(word=Reason.REMOVED)), False),
        (claim(1, facts(expires=NOW)), False),
        (claim(1, facts(expires=NOW + 1)), True),
    ],
)
def test_while_held_its_own_word_alone_takes_an_entry_away(says: Claim | None, stays_out: bool) -> None:
    assert stays(facts(), says, NOW) is stays_out


def test_while_held_a_vanished_file_still_expires() -> None:
    good = facts(expires=NOW + 1)
    assert stays(good, None, NOW)
    assert not stays(good, None, NOW + 1)
