"""Whatever a seed holds: a filter never fails, and an address is a path that RFC 3986 allows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from feedmill.seeds.address import MissingPart, PatternError, Source, fill, parse_pattern, resolve
from feedmill.seeds.permalinks import from_front_matter
from feedmill.seeds.slugs import FILTERS

TEXTS = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)
PATHS = st.lists(
    st.text(alphabet=st.characters(exclude_categories=()), min_size=1, max_size=8).filter(
        lambda name: "/" not in name
    ),
    min_size=1,
    max_size=4,
)


@given(text=TEXTS, name=st.sampled_from(sorted(FILTERS)))
def test_a_filter_never_fails(text: str, name: str) -> None:
    assert isinstance(FILTERS[name](text), str)


@given(path=PATHS, title=TEXTS, slug=TEXTS, name=st.sampled_from(sorted(FILTERS)))
def test_an_address_is_a_path(path: list[str], title: str, slug: str, name: str) -> None:
    source = Source(path="/".join(path), get={"slug": slug}.get, title=title)
    pattern = parse_pattern(f"{{dir}}/{{path|{name}}}/{{slug|{name}}}/{{title|{name}}}/ or {{dir}}/{{stem}}")
    try:
        made = fill(pattern, source)
    except MissingPart:
        return
    assert re.fullmatch(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})*", made)
    assert not {"", ".", ".."} & set(made.strip("/").split("/")) or made == "/"


@given(text=st.text(alphabet=st.sampled_from("/:{}|%. aByear_title-[]'\""), max_size=30))
def test_what_a_seed_says_is_an_address_or_refused(text: str) -> None:
    try:
        meant = from_front_matter(text)
    except PatternError:
        return
    if isinstance(meant, str):
        resolve(meant, "https://x.org/")
