"""Every key of config.yaml, once: loading, overriding, showing, the JSON Schema and the documents follow.

A line tells what a key holds, what it means and an example; its default is that of the settings
value it ends in (`feedmill.model.settings`), or stands here where that has none.
"""

from __future__ import annotations

from datetime import timedelta

from feedmill.config.feed_keys import AUTHOR, CUSTOM, FEEDS, TERM
from feedmill.config.kinds import ListOf, MapOf, Section, key, section
from feedmill.config.mirror_keys import MIRROR
from feedmill.config.scalar_types import choice, duration, integer
from feedmill.config.scalars import (
    BOOL,
    COPY,
    CRON,
    DATABASE,
    EMAIL,
    HOST,
    LABEL,
    LANGUAGE,
    NETWORK,
    PATH,
    PERCENT,
    PORT,
    SITE_ID,
    SITE_PATH,
    SITE_URL,
    TEXT,
    URL,
    ZONE,
)
from feedmill.config.seed_keys import SEEDS
from feedmill.model.settings import (
    AdminSettings,
    GuardSettings,
    LogSettings,
    PushSettings,
    ScheduleSettings,
    ServerSettings,
    StoreSettings,
    WatchSettings,
)
from feedmill.model.site import Site

_AUTHOR = section(
    shorthand="name",
    name=key(TEXT, "The author's name.", "Jane Doe"),
    email=key(EMAIL, "An e-mail address. It is published.", "jane@example.org"),
    url=key(URL, "The author's page.", "https://example.org/jane"),
)
_SITE = section(
    Site,
    title=key(TEXT, "The name of the site.", "Example feeds", default="feedmill"),
    url=key(
        SITE_URL,
        "Where readers reach the feeds folder. A slash is added where it is missing.",
        "https://feeds.example.org/",
        default="http://127.0.0.1:8080/",
    ),
    home=key(
        SITE_URL,
        "The site that the articles belong to: what relative links and made addresses are joined to.",
        "https://www.example.org/",
    ),
    id=key(
        SITE_ID,
        "What the ids of the feeds are made from. Keep it when the site moves: "
        "a feed whose id changes is a new feed to its readers.",
        "https://feeds.example.org/",
        instead="`site.url`",
    ),
    description=key(TEXT, "One sentence about the site.", "What we read"),
    language=key(LANGUAGE, "The feeds' language (RFC 5646), and that of their pages' own words.", "de"),
    author=key(_AUTHOR, "Who publishes the site; a name alone will do."),
    icon=key(URL, "A small square picture.", "https://example.org/icon.png"),
    rights=key(TEXT, "A note on rights.", "CC BY 4.0"),
)
_REBUILD = section(
    shorthand="every",
    every=key(
        duration(timedelta(seconds=1), off=True),
        "The time between two scans of the whole folder; `off`: never by the clock.",
        "15m",
        instead="`15m`, unless `cron` is given",
    ),
    cron=key(
        CRON, "Five fields, as in crontab: 0 and 7 are Sunday; names, lists, ranges and steps.", "0 * * * *"
    ),
)
_SCHEDULE = section(
    ScheduleSettings,
    rebuild=key(
        _REBUILD,
        "When the daemon looks at every seed, whatever the watcher says. One of the two keys.",
        {"every": "15m"},
        {"cron": "0 * * * *"},
        instead="`{every: 15m}`",
    ),
    on_change=key(BOOL, "Whether a changed seed is published at once."),
    timezone=key(ZONE, "The zone of `cron`.", "Europe/Berlin"),
)
_WATCH = section(
    WatchSettings,
    mode=key(
        choice("auto", "native", "poll", "off"),
        "How changes are noticed: the system's events, looking again and again, or not at all; "
        "`auto`: events where they work.",
    ),
    settle=key(duration(), "How long a file that is being written must stay as it is."),
    max_wait=key(
        duration(),
        "The longest that a file which never settles is waited for.",
        "1s",
        instead="`1s`, or `settle` where that is longer",
    ),
)
_SERVER = section(
    ServerSettings,
    enabled=key(BOOL, "Whether `feedmill run` serves the feeds."),
    host=key(HOST, "The address it listens on; `0.0.0.0` or `::` for all."),
    port=key(PORT, "Its port; 0: any free one."),
    max_age=key(
        duration(), "How long a reader may keep a feed, unless it is due to change sooner; also RSS's `ttl`."
    ),
    shared_max_age=key(duration(), "The same for shared caches (a CDN)."),
)
_DAY = timedelta(days=1)
_PUSH = section(
    PushSettings,
    hub=key(
        choice("auto", "on", "off"),
        "Whether subscribers are told of changes at once (WebSub): `on` names the hub in every feed, "
        "`auto` in the server's answers where `site.url` is public.",
    ),
    hubs=key(
        ListOf(URL, unique=True),
        "Other hubs to tell, and to name in the feeds.",
        ["https://hub.example.org/"],
    ),
    lease=key(duration(_DAY, 15 * _DAY), "How long a subscription lasts that does not say."),
    allow=key(
        ListOf(NETWORK, unique=True),
        "Private networks that subscribers may be in; elsewhere only public addresses are called.",
        ["10.0.0.0/8"],
    ),
)
_STORE = section(
    StoreSettings,
    url=key(
        DATABASE,
        "A PostgreSQL database that keeps what is published, for several nodes; no feeds folder then.",
        "postgresql://feedmill@db.example.org/feedmill",
        instead="the feeds folder",
    ),
)
_ADMIN = section(
    AdminSettings,
    enabled=key(BOOL, "Whether there are a status page, metrics and a rebuild button."),
    host=key(HOST, "The address it listens on."),
    port=key(PORT, "Its port, never the origin's; 0: any free one."),
)
_GUARD = section(
    GuardSettings,
    max_vanished=key(
        PERCENT, "The share of entries whose files may vanish in one pass; more holds the pass back."
    ),
    min_entries=key(integer(0, 1_000_000_000), "The guard never minds fewer vanished entries than this."),
)
_STATE = section(
    dir=key(
        PATH,
        "The folder of catalog, lock, socket and token; deleting it costs only time.",
        default=".feedmill",
    )
)
_THEME = section(
    dir=key(PATH, "A folder of templates that replace the built-in ones of the same name.", "theme")
)
_LOG = section(
    LogSettings,
    level=key(choice("debug", "info", "warning", "error"), "The least that is told."),
    format=key(choice("auto", "text", "json"), "`auto`: text on a terminal, else JSON."),
)

CONFIG: Section = section(
    site=key(_SITE, "What every feed says about the site."),
    seeds=key(SEEDS, "Where the seeds are and how they are read."),
    feeds=key(FEEDS, "Where the feeds go and how they look."),
    topics=key(
        MapOf(LABEL, TERM),
        "Topics that get a title, a description, aliases or a slug of their own; "
        "all others need no entry here.",
        {"Artificial Intelligence": {"slug": "ai", "aliases": ["AI"]}},
        default={},
    ),
    providers=key(
        MapOf(LABEL, TERM),
        "The same for providers.",
        {"Amazon Web Services": {"slug": "aws", "aliases": ["AWS"]}},
        default={},
    ),
    authors=key(
        MapOf(LABEL, AUTHOR),
        "Authors, by the key, name or alias that seeds call them; a name alone will do.",
        {"ada": {"name": "Ada Lovelace", "url": "https://www.example.org/ada/"}},
        default={},
    ),
    custom=key(
        ListOf(CUSTOM),
        "Feeds of your own: any choice of entries.",
        [{"slug": "top-ai", "title": "Top AI", "where": {"topics": ["AI"], "quality": {"min": 60}}}],
        default=(),
    ),
    redirects=key(
        MapOf(SITE_PATH, SITE_PATH),
        "Old addresses of feeds and where they are now (301). Both relative to the site.",
        {"topics/old.atom": "topics/new.atom"},
        default={},
    ),
    copies=key(
        MapOf(COPY, SITE_PATH),
        "Old addresses of feeds on a plain file host, and the documents whose bytes they have; "
        "a page needs one in as many folders, for its links.",
        {"feed.xml": "all.atom"},
        default={},
    ),
    schedule=key(_SCHEDULE, "When the daemon rebuilds."),
    watch=key(_WATCH, "How the daemon notices files."),
    server=key(_SERVER, "The origin: what readers talk to."),
    push=key(_PUSH, "Telling subscribers of changes at once."),
    store=key(_STORE, "Where what is published is kept."),
    mirrors=key(
        ListOf(MIRROR),
        "Buckets and folders that follow what is published; an address alone will do.",
        [{"url": "s3://bucket/feeds", "region": "eu-central-1"}, {"url": "file:///srv/www"}],
        default=(),
    ),
    admin=key(_ADMIN, "The operator's listener."),
    guard=key(_GUARD, "What holds a pass back when files vanish by the hundred."),
    state=key(_STATE, "What feedmill remembers to be fast."),
    theme=key(_THEME, "How the pages look."),
    log=key(_LOG, "What the daemon tells, and how."),
)
"""The whole document."""
