"""The names that address patterns know, for whoever checks a pattern without filling it.

`seeds/address_parts.py` and `seeds/slugs/` say what they make; a test holds both to this list.
"""

from __future__ import annotations

DATE_PARTS = frozenset(
    "year short_year month i_month long_month short_month day i_day long_day short_day yday i_yday"  # noqa: SIM905
    " hour minute second w_year week w_day i_w_day".split()
)
"""Also with `@` behind them: in the offset that stands behind the date."""

PARTS = frozenset(
    [
        *DATE_PARTS,
        *(f"{name}@" for name in DATE_PARTS),
        *("path", "dir", "section", "folder", "stem", "name", "slug", "title", "categories"),
    ]
)

FILTERS = frozenset(
    "lower slug docusaurus eleventy eleventy_file eleventy_html eleventy_path eleventy_slug eleventy_stem"  # noqa: SIM905
    " hugo hugo_cased hugo_cased_plain hugo_folder hugo_part hugo_part_cased hugo_plain"
    " jekyll jekyll_ascii jekyll_latin jekyll_none jekyll_path jekyll_pretty jekyll_raw jekyll_title"
    " pelican pelican_cased pelican_unicode pelican_unicode_cased"
    " zola zola_file zola_file_safe zola_safe zola_undated".split()
)
