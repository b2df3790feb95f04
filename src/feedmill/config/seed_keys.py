"""The keys of `seeds`: which files are seeds, and how they are read."""

from __future__ import annotations

from feedmill.config.kinds import ListOf, MapOf, key, section
from feedmill.config.scalars import BOOL, FIELD, GLOB, PATH, SOURCE, WORKERS, ZONE, choice, size
from feedmill.model.settings import DecodeSettings, ScanSettings, Settings

SEEDS = section(
    ScanSettings,
    DecodeSettings,
    Settings,
    dir=key(PATH, "The folder of seeds. feedmill never writes there.", default="seeds"),
    include=key(ListOf(GLOB, least=1, unique=True), "Which files are seeds."),
    exclude=key(ListOf(GLOB, unique=True), "Which of them are not.", ["drafts/**"]),
    published_default=key(
        BOOL, "What a seed without `published` is: `false` publishes nothing that does not say so itself."
    ),
    timezone=key(ZONE, "The zone of dates that name none.", "Europe/Berlin"),
    on_invalid=key(
        choice("keep", "withhold"),
        "Whether the last good entry of a seed that broke stays out until it is mended.",
    ),
    fix_encoding=key(BOOL, "Whether mojibake (`â€™`) is repaired."),
    max_bytes=key(size(1 << 10, 1 << 30), "A larger file is no valid seed."),
    fields=key(
        MapOf(FIELD, ListOf(SOURCE, least=1, unique=True)),
        "Our field to the front matter keys that carry it, instead of the usual ones; "
        "the first non-empty one decides.",
        {"link": ["webUrl", "originalUrl", "external_url"]},
        default={},
    ),
    workers=key(WORKERS, "Processes that decode seeds; `auto`: one per core."),
)
