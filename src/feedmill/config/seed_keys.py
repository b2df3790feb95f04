"""The keys of `seeds`: which files are seeds, and how they are read."""

from __future__ import annotations

from feedmill.config.kinds import ListOf, MapOf, key, section
from feedmill.config.scalar_types import choice, integer, size
from feedmill.config.scalars import ADDRESS, BOOL, FIELD, GLOB, PATH, SEPARATOR, SOURCE, TEXT, WORKERS, ZONE
from feedmill.model.settings import (
    AddressSettings,
    DecodeSettings,
    ExcerptSettings,
    ScanSettings,
    Settings,
)

_RULE = section(
    paths=key(ListOf(GLOB, least=1, unique=True), "The seeds it is for.", ["blog/**"], required=True),
    link=key(ADDRESS, "Their address pattern.", "{year}/{slug}/", instead="`seeds.link`"),
    defaults=key(
        MapOf(FIELD, ListOf(TEXT, least=1)),
        "Values for what a seed does not say itself.",
        {"topics": ["News"], "provider": "Us"},
        default={},
    ),
)
_EXCERPT = section(
    ExcerptSettings,
    separators=key(ListOf(SEPARATOR, unique=True), "Marks in a body that end its summary."),
    words=key(integer(0, 400), "The first words of the body where there is no mark; 0: none.", 60),
)

SEEDS = section(
    ScanSettings,
    AddressSettings,
    DecodeSettings,
    Settings,
    dir=key(
        PATH,
        "The folder of seeds. feedmill writes there where you say so: `new`, `publish`, the desk.",
        default="seeds",
    ),
    include=key(ListOf(GLOB, least=1, unique=True), "Which files are seeds."),
    exclude=key(ListOf(GLOB, unique=True), "Which of them are not.", ["drafts/**"]),
    published_default=key(
        BOOL, "What a seed without `published` is: `false` publishes nothing that does not say so itself."
    ),
    timezone=key(ZONE, "The zone of dates that name none.", "Europe/Berlin"),
    on_invalid=key(
        choice("keep", "withhold"),
        "Whether the last good form of a seed that broke stays published until it is mended.",
    ),
    fix_encoding=key(BOOL, "Whether mojibake (`â€™`) is repaired."),
    max_bytes=key(size(1 << 10, 1 << 30), "A larger file is no valid seed."),
    fields=key(
        MapOf(FIELD, ListOf(SOURCE, unique=True)),
        "Our field to the front matter keys that carry it, instead of the usual ones; "
        "the first non-empty one decides. `[]`: it is read from nowhere.",
        {"link": ["webUrl", "originalUrl", "external_url"]},
        default={},
    ),
    link=key(
        ADDRESS,
        "The address of a seed that carries none: a pattern below `site.home`.",
        "{year}/{month}/{day}/{slug}/",
    ),
    rules=key(
        ListOf(_RULE),
        "Other patterns, and defaults, by path; the first rule that matches counts.",
        [{"paths": ["news/**"], "link": "news/{slug}/", "defaults": {"topics": ["News"]}}],
        default=(),
    ),
    ids=key(
        PATH,
        "A file of addresses and their old ids, as `feedmill adopt` writes it; it must be there.",
        "ids.yaml",
    ),
    excerpt=key(_EXCERPT, "The summary of a seed that has none of its own."),
    templates=key(
        choice("keep", "strip"),
        "Whether the template syntax of a site's own tool (Liquid, shortcodes, MDX) is left out of bodies.",
    ),
    split_blanks=key(BOOL, "Whether topics written in one text are split at blanks too."),
    typographer=key(BOOL, "Whether straight quotes, `--` and `...` in Markdown become typographic ones."),
    headers=key(
        choice("pelican"),
        "Other headers than front matter: `pelican` takes `Key: value` lines above the first blank line.",
        "pelican",
    ),
    workers=key(
        WORKERS,
        "Processes that decode seeds, and print where there are many feeds; `auto`: one per core. "
        "Or a Dask cluster for what is much.",
        "dask://scheduler:8786",
    ),
)
