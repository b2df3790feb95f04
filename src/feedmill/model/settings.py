"""What config.yaml says, as frozen values: one small value per stage, so no stage reads another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from feedmill.model.address import NO_OLD_IDS, OldIds
from feedmill.model.podcast import Podcast
from feedmill.model.secret import Secret
from feedmill.model.site import Site
from feedmill.model.slug import Slug, TermKey

Content = Literal["full", "summary", "none"]
Order = Literal["newest", "quality", "heat"]
Terms = Literal["all", "listed", "off"]
Archive = Literal["off", "month", "year"]


def _empty() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRule:
    """What the seeds of some paths have in common: the first rule that matches a seed counts.

    `link` is an address pattern, None: as `seeds.link` says. `defaults` are values for what a seed does
    not say, by our field names; several for a field that holds several.
    """

    paths: tuple[str, ...]
    link: str | None = None
    defaults: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSettings:
    """Where the addresses and identities of seeds come from that do not say.

    `home` is `site.home`, ending with "/", "" where not given; identities of what is below it are made
    from `site_id`, "" without `home`. `ids` is a file of addresses and the ids they had elsewhere.
    """

    home: str = ""
    site_id: str = ""
    link: str | None = None
    rules: tuple[AddressRule, ...] = ()
    ids: Path | None = None
    old_ids: OldIds = NO_OLD_IDS
    """What that file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcerptSettings:
    """The summary of a seed that has none: the body before a separator, else its first `words` (0: none)."""

    separators: tuple[str, ...] = (
        "<!--more-->",
        "<!-- more -->",
        "<!-- excerpt -->",
        "<!-- truncate -->",
    )
    words: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeSettings:
    """What decoding one seed depends on; picklable. `timezone` is an IANA name.

    `fields` maps a canonical field name (`seeds.fields.FIELDS`) to the front matter keys that
    may carry it, first non-empty first; only overridden fields are in it.
    """

    published_default: bool = True
    timezone: str = "UTC"
    fix_encoding: bool = True
    max_bytes: int = 4 << 20
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    address: AddressSettings = AddressSettings()
    excerpt: ExcerptSettings = ExcerptSettings()
    templates: Literal["keep", "strip"] = "keep"
    """What becomes of the template syntax of a site's own tool."""
    split_blanks: bool = False
    """Whether topics in one text (`tags: a b`) are split at blanks too."""
    typographer: bool = False
    headers: Literal["pelican"] | None = None
    """What else than front matter between marks is taken for it."""
    related: int = 0
    drafts: bool = False
    """Decode the content of unpublished seeds too (`build --drafts`)."""
    thorough: bool = False
    """Parse the front matter in full and report what a build has no reason to look at (`check`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSettings:
    """Which files are seeds. `dir` is absolute; the globs are relative to it (`**/*.md`)."""

    dir: Path
    include: tuple[str, ...] = ("**/*.md", "**/*.markdown", "**/*.mdx", "**/*.html", "**/*.txt")
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSettings:
    """What the config says of one term. `aliases` are labels; `slug`, `title` "" where not given."""

    key: TermKey
    label: str
    slug: Slug | None = None
    title: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    link: str = ""
    """The page that its feed's link leads to; "": `site.home`, else a page of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorSettings(TermSettings):
    """What the config says of one author; `label` is the key that seeds name, `name` what feeds tell."""

    name: str
    url: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsBy:
    """Which terms of each taxonomy have a feed; `listed`: those that the config names."""

    topics: Terms = "all"
    providers: Terms = "all"
    authors: Terms = "off"
    categories: Terms = "off"
    types: Terms = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A closed interval; None is open."""

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A filter: all conditions hold, a list means any of; `exclude` (config: `not`) must not hold.

    `topics`, `providers` and `authors` are labels as the config has them (aliases allowed), `paths`
    globs relative to the seeds folder, `languages` tags that a seed's begins with (`de` takes `de-AT`).
    An absent condition (None) holds for every entry.
    """

    topics: tuple[str, ...] | None = None
    providers: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    levels: tuple[str, ...] | None = None
    authors: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    quality: Range | None = None
    heat: Range | None = None
    exclude: Where | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomSettings:
    """A feed of the operator's own. `limit`, `content` None: as `feeds:` says. `podcast` None: it is none."""

    slug: Slug
    title: str
    description: str = ""
    where: Where = field(default_factory=Where)
    limit: int | None = None
    content: Content | None = None
    order: Order = "newest"
    podcast: Podcast | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """What composing depends on."""

    formats: tuple[str, ...] = ("rss", "atom", "json")
    limit: int = 50
    max_bytes: int = 1 << 20
    content: Content = "full"
    related: int = 0
    html: bool = True
    archive: Archive = "off"
    """Whether what leaves a feed's document stays in one for its month or year (RFC 5005)."""
    title: str = "{term}"
    """What a term's feed is called: `{term}` and `{site}` stand for their titles."""
    topics: tuple[TermSettings, ...] = ()
    providers: tuple[TermSettings, ...] = ()
    authors: tuple[AuthorSettings, ...] = ()
    by: FeedsBy = FeedsBy()
    custom: tuple[CustomSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """When the daemon rescans: `every` or `cron` (five fields, 0 = Sunday); neither: never."""

    every: timedelta | None = timedelta(minutes=15)
    cron: str | None = None
    on_change: bool = True
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """How the daemon notices files."""

    mode: Literal["auto", "native", "poll", "off"] = "auto"
    settle: timedelta = timedelta(milliseconds=20)
    max_wait: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The origin."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 8080
    max_age: timedelta = timedelta(minutes=15)
    shared_max_age: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """The hub. `hubs` are others to tell; `allow` private networks that callbacks may be in."""

    hub: Literal["auto", "on", "off"] = "auto"
    hubs: tuple[str, ...] = ()
    lease: timedelta = timedelta(days=10)
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where generations are kept: a database's URL, "" for the feeds folder. It may hold a password."""

    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorSettings:
    """A place that follows what is published. `url`, without a slash at its end: `s3://`, `gs://` or `az://`
    with bucket and prefix, or `file://` with an absolute folder. What is None is the service's default."""

    url: str
    endpoint: str | None = None
    region: str | None = None
    access_key: Secret | None = None
    secret_key: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSettings:
    """The operator's listener."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 8081


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """When a pass is held back: more than `max_vanished` (0..1) and at least `min_entries` gone."""

    max_vanished: float = 0.5
    min_entries: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is told, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole effective configuration. Every path is absolute. `warnings` are for people."""

    file: Path | None
    site: Site
    scan: ScanSettings
    decode: DecodeSettings
    on_invalid: Literal["keep", "withhold"] = "keep"
    workers: int | str = 0
    """Processes that decode and print (0: one per core), or the address of a Dask scheduler."""
    feeds_dir: Path
    configured_feeds_dir: Path
    """The folder that the file itself names: `--drafts` refuses it."""
    feeds: FeedSettings = field(default_factory=FeedSettings)
    redirects: Mapping[str, str] = field(default_factory=_empty)
    copies: Mapping[str, str] = field(default_factory=_empty)
    """Path of a copy -> path of the published document whose bytes it has."""
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    watch: WatchSettings = field(default_factory=WatchSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    push: PushSettings = field(default_factory=PushSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    mirrors: tuple[MirrorSettings, ...] = ()
    admin: AdminSettings = field(default_factory=AdminSettings)
    guard: GuardSettings = field(default_factory=GuardSettings)
    state_dir: Path
    theme_dir: Path | None = None
    log: LogSettings = field(default_factory=LogSettings)
    warnings: tuple[str, ...] = field(default=(), compare=False)
    effective: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The configuration as checked, by section and key: what `feedmill config show` writes."""
