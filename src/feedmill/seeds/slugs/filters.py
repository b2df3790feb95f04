"""The filters of address patterns: a name behind `|` and the function of one text that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from feedmill.seeds.slugs import docusaurus, eleventy, hugo, jekyll, pelican, zola
from feedmill.seeds.slugs.characters import lower_each

Filter = Callable[[str], str]
WITHOUT = "without:"


def slug(text: str) -> str:
    """Return our own slug of a text: transliterated, lower case, hyphens."""
    from slugify import slugify  # imported on use: few sites need its tables

    return str(slugify(text, backend="text-unidecode"))


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "lower": str.lower,
        "slug": slug,
        "jekyll": jekyll.slugify,
        "jekyll_none": lower_each,
        "jekyll_raw": jekyll.slugify_raw,
        "jekyll_pretty": jekyll.slugify_pretty,
        "jekyll_ascii": jekyll.slugify_ascii,
        "jekyll_latin": jekyll.slugify_latin,
        "jekyll_title": jekyll.title,
        "jekyll_path": jekyll.path,
        "hugo": hugo.urlize,
        "hugo_cased": partial(hugo.urlize, cased=True),
        "hugo_plain": partial(hugo.urlize, plain=True),
        "hugo_cased_plain": partial(hugo.urlize, cased=True, plain=True),
        "hugo_part": hugo.part,
        "hugo_part_cased": partial(hugo.part, cased=True),
        "hugo_folder": hugo.folder,
        "zola": zola.slugify,
        "zola_safe": zola.slugify_safe,
        "zola_file": zola.file,
        "zola_file_safe": zola.file_safe,
        "zola_undated": zola.undated,
        "pelican": pelican.slugify,
        "pelican_cased": partial(pelican.slugify, cased=True),
        "pelican_unicode": partial(pelican.slugify, unicode=True),
        "pelican_unicode_cased": partial(pelican.slugify, unicode=True, cased=True),
        "eleventy": eleventy.slugify,
        "eleventy_slug": eleventy.slug,
        "eleventy_file": eleventy.file_slug,
        "eleventy_path": eleventy.path,
        "eleventy_stem": eleventy.file_path_stem,
        "eleventy_html": eleventy.html,
        "docusaurus": docusaurus.path,
    }
)


def find_filter(name: str) -> Filter | None:
    """Return the filter of a name; `without:.en` takes that ending off, in any case."""
    ending = name.removeprefix(WITHOUT)
    return partial(_without, ending) if ending and ending != name else FILTERS.get(name)


def _without(ending: str, text: str) -> str:
    ends = len(text) > len(ending) and text[-len(ending) :].lower() == ending.lower()
    return text[: -len(ending)] if ends else text
