"""Every key of config.yaml, once: checking, the JSON Schema and docs/config.md all read this table."""

from __future__ import annotations

from datetime import timedelta

from feedmill.config import scalars
from feedmill.config.kinds import Key, ListOf, MapOf, Section
from feedmill.config.selection import CONTENT, CUSTOM, TERM

_SITE = Section(
    keys={
        "title": Key(
            kind=scalars.TEXT, doc="The name of the site.", default="feedmill", examples=("Example feeds",)
        ),
        "url": Key(
            kind=scalars.SITE_URL,
            doc="Where readers reach the feeds folder. A slash is added where it is missing.",
            default="http://127.0.0.1:8080/",
            examples=("https://feeds.example.org/",),
        ),
        "id": Key(
            kind=scalars.SITE_ID,
            doc="What the ids of the feeds are made from. Keep it when the site moves: "
            "a feed whose id changes is a new feed to its readers.",
            instead="`site.url`",
            examples=("https://feeds.example.org/",),
        ),
        "description": Key(kind=scalars.TEXT, doc="One sentence about the site.", examples=("What we read",)),
        "language": Key(
            kind=scalars.LANGUAGE, doc="The language of the feeds (RFC 5646).", default="en", examples=("de",)
        ),
        "author": Key(
            kind=Section(
                shorthand="name",
                keys={
                    "name": Key(kind=scalars.TEXT, doc="The author's name.", examples=("Jane Doe",)),
                    "email": Key(
                        kind=scalars.EMAIL,
                        doc="An e-mail address. It is published.",
                        examples=("jane@example.org",),
                    ),
                    "url": Key(
                        kind=scalars.URL, doc="The author's page.", examples=("https://example.org/jane",)
                    ),
                },
            ),
            doc="Who publishes the site; a name alone will do.",
        ),
        "icon": Key(
            kind=scalars.URL, doc="A small square picture.", examples=("https://example.org/icon.png",)
        ),
        "rights": Key(kind=scalars.TEXT, doc="A note on rights.", examples=("CC BY 4.0",)),
    }
)

_SEEDS = Section(
    keys={
        "dir": Key(
            kind=scalars.PATH, doc="The folder of seeds. feedmill never writes there.", default="seeds"
        ),
        "include": Key(
            kind=ListOf(item=scalars.GLOB, least=1, unique=True, single=True),
            doc="Which files are seeds.",
            default=["**/*.md", "**/*.markdown", "**/*.html", "**/*.txt"],
        ),
        "exclude": Key(
            kind=ListOf(item=scalars.GLOB, unique=True, single=True),
            doc="Which of them are not.",
            default=[],
            examples=(["drafts/**"],),
        ),
        "published_default": Key(
            kind=scalars.BOOL,
            doc="What a seed without `published` is: `false` publishes nothing that does not say so itself.",
            default=True,
        ),
        "timezone": Key(
            kind=scalars.ZONE,
            doc="The zone of dates that name none.",
            default="UTC",
            examples=("Europe/Berlin",),
        ),
        "on_invalid": Key(
            kind=scalars.choice("keep", "withhold"),
            doc="Whether the last good entry of a seed that broke stays out until it is mended.",
            default="keep",
        ),
        "fix_encoding": Key(kind=scalars.BOOL, doc="Whether mojibake (`â€™`) is repaired.", default=True),
        "max_bytes": Key(
            kind=scalars.size(1 << 10, 1 << 30), doc="A larger file is no valid seed.", default="4 MiB"
        ),
        "fields": Key(
            kind=MapOf(
                key=scalars.FIELD, value=ListOf(item=scalars.SOURCE, least=1, unique=True, single=True)
            ),
            doc="Our field to the front matter keys that carry it, instead of the usual ones; "
            "the first non-empty one decides.",
            default={},
            examples=({"link": ["webUrl", "originalUrl", "external_url"]},),
        ),
        "workers": Key(
            kind=scalars.WORKERS, doc="Processes that decode seeds; `auto`: one per core.", default="auto"
        ),
    }
)

_FEEDS = Section(
    keys={
        "dir": Key(
            kind=scalars.PATH,
            doc="The folder of feeds. feedmill deletes there only what it wrote itself.",
            default="feeds",
        ),
        "formats": Key(
            kind=ListOf(item=scalars.choice("rss", "atom", "json"), least=1, unique=True, single=True),
            doc="The formats each feed is published in.",
            default=["rss", "atom", "json"],
        ),
        "limit": Key(kind=scalars.integer(1, 1000), doc="The most entries of a feed.", default=50),
        "max_bytes": Key(
            kind=scalars.size(1 << 10, 1 << 30),
            doc="A larger document falls back to summaries, oldest entries first, then drops the oldest.",
            default="1 MiB",
        ),
        "content": Key(
            kind=CONTENT,
            doc="How much of a seed's body goes out: all, its summary only, or no text at all.",
            default="full",
        ),
        "related": Key(
            kind=scalars.integer(0, 100),
            doc="How many of a seed's `related` articles end its content as links.",
            default=0,
        ),
        "html": Key(kind=scalars.BOOL, doc="Whether each feed has a page for people.", default=True),
    }
)

_SCHEDULE = Section(
    keys={
        "rebuild": Key(
            kind=Section(
                shorthand="every",
                keys={
                    "every": Key(
                        kind=scalars.duration(timedelta(seconds=1), off=True),
                        doc="The time between two scans of the whole folder; `off`: never by the clock.",
                        instead="`15m`, unless `cron` is given",
                        examples=("15m",),
                    ),
                    "cron": Key(
                        kind=scalars.CRON,
                        doc="Five fields, as in crontab: 0 and 7 are Sunday; names, lists, ranges and steps.",
                        examples=("0 * * * *",),
                    ),
                },
            ),
            doc="When the daemon looks at every seed, whatever the watcher says. One of the two keys.",
            instead="`{every: 15m}`",
            examples=({"every": "15m"}, {"cron": "0 * * * *"}),
        ),
        "on_change": Key(kind=scalars.BOOL, doc="Whether a changed seed is published at once.", default=True),
        "timezone": Key(
            kind=scalars.ZONE, doc="The zone of `cron`.", default="UTC", examples=("Europe/Berlin",)
        ),
    }
)

_WATCH = Section(
    keys={
        "mode": Key(
            kind=scalars.choice("auto", "native", "poll", "off"),
            doc="How changes are noticed: the system's events, looking again and again, or not at all; "
            "`auto`: events where they work.",
            default="auto",
        ),
        "settle": Key(
            kind=scalars.duration(timedelta()),
            doc="How long a file that is being written must stay as it is.",
            default="20ms",
        ),
        "max_wait": Key(
            kind=scalars.duration(timedelta()),
            doc="The longest that a file which never settles is waited for.",
            instead="`1s`, or `settle` where that is longer",
            examples=("1s",),
        ),
    }
)

_SERVER = Section(
    keys={
        "enabled": Key(kind=scalars.BOOL, doc="Whether `feedmill run` serves the feeds.", default=True),
        "host": Key(
            kind=scalars.HOST,
            doc="The address it listens on; `0.0.0.0` or `::` for all.",
            default="127.0.0.1",
        ),
        "port": Key(kind=scalars.PORT, doc="Its port; 0: any free one.", default=8080),
        "max_age": Key(
            kind=scalars.duration(timedelta()),
            doc="How long a reader may keep a feed, unless it is due to change sooner; also RSS's `ttl`.",
            default="15m",
        ),
        "shared_max_age": Key(
            kind=scalars.duration(timedelta()), doc="The same for shared caches (a CDN).", default="60s"
        ),
    }
)

_ADMIN = Section(
    keys={
        "enabled": Key(
            kind=scalars.BOOL,
            doc="Whether there are a status page, metrics and a rebuild button.",
            default=True,
        ),
        "host": Key(kind=scalars.HOST, doc="The address it listens on.", default="127.0.0.1"),
        "port": Key(kind=scalars.PORT, doc="Its port, never the origin's; 0: any free one.", default=8081),
    }
)

_PUSH = Section(
    keys={
        "hub": Key(
            kind=scalars.choice("auto", "on", "off"),
            doc="Whether subscribers are told of changes at once (WebSub): `on` names the hub in every feed, "
            "`auto` in the server's headers alone, where `site.url` is no private or reserved name.",
            default="auto",
        ),
        "hubs": Key(
            kind=ListOf(item=scalars.URL, unique=True, single=True),
            doc="Other hubs to tell, and to name in the feeds.",
            default=[],
            examples=(["https://hub.example.org/"],),
        ),
        "lease": Key(
            kind=scalars.duration(timedelta(days=1), timedelta(days=15)),
            doc="How long a subscription lasts that does not ask for a time, `1d` to `15d`.",
            default="10d",
        ),
        "allow": Key(
            kind=ListOf(item=scalars.NETWORK, unique=True, single=True),
            doc="Private networks that callbacks may be in.",
            default=[],
            examples=(["10.0.0.0/8"],),
        ),
    }
)

_GUARD = Section(
    keys={
        "max_vanished": Key(
            kind=scalars.PERCENT,
            doc="The share of entries whose files may vanish in one pass; more holds the pass back.",
            default="50%",
        ),
        "min_entries": Key(
            kind=scalars.integer(0, 1_000_000_000),
            doc="The guard never minds fewer vanished entries than this.",
            default=20,
        ),
    }
)

CONFIG = Section(
    keys={
        "site": Key(kind=_SITE, doc="What every feed says about the site."),
        "seeds": Key(kind=_SEEDS, doc="Where the seeds are and how they are read."),
        "feeds": Key(kind=_FEEDS, doc="Where the feeds go and how they look."),
        "topics": Key(
            kind=MapOf(key=scalars.LABEL, value=TERM),
            doc="Topics that get a title, a description, aliases or a slug of their own; "
            "all others need no entry here.",
            default={},
            examples=({"Artificial Intelligence": {"slug": "ai", "aliases": ["AI"]}},),
        ),
        "providers": Key(
            kind=MapOf(key=scalars.LABEL, value=TERM),
            doc="The same for providers.",
            default={},
            examples=({"Amazon Web Services": {"slug": "aws", "aliases": ["AWS"]}},),
        ),
        "custom": Key(
            kind=ListOf(item=CUSTOM),
            doc="Feeds of your own: any choice of entries.",
            default=[],
            examples=(
                [{"slug": "top-ai", "title": "Top AI", "where": {"topics": ["AI"], "quality": {"min": 60}}}],
            ),
        ),
        "redirects": Key(
            kind=MapOf(key=scalars.SITE_PATH, value=scalars.SITE_PATH),
            doc="Old addresses of feeds and where they are now (301). Both relative to the site.",
            default={},
            examples=({"topics/old.atom": "topics/new.atom"},),
        ),
        "schedule": Key(kind=_SCHEDULE, doc="When the daemon rebuilds."),
        "watch": Key(kind=_WATCH, doc="How the daemon notices files."),
        "server": Key(kind=_SERVER, doc="The origin: what readers talk to."),
        "admin": Key(kind=_ADMIN, doc="The operator's listener."),
        "push": Key(kind=_PUSH, doc="Telling subscribers of changes at once."),
        "guard": Key(kind=_GUARD, doc="What holds a pass back when files vanish by the hundred."),
        "state": Key(
            kind=Section(
                keys={
                    "dir": Key(
                        kind=scalars.PATH,
                        doc="The folder of catalog, lock, socket and token; deleting it costs only time.",
                        default=".feedmill",
                    )
                }
            ),
            doc="What feedmill remembers to be fast.",
        ),
        "theme": Key(
            kind=Section(
                keys={
                    "dir": Key(
                        kind=scalars.PATH,
                        doc="A folder of templates that replace the built-in ones of the same name.",
                        examples=("theme",),
                    )
                }
            ),
            doc="How the pages look.",
        ),
        "log": Key(
            kind=Section(
                keys={
                    "level": Key(
                        kind=scalars.choice("debug", "info", "warning", "error"),
                        doc="The least that is told.",
                        default="info",
                    ),
                    "format": Key(
                        kind=scalars.choice("auto", "text", "json"),
                        doc="`auto`: text on a terminal, else JSON.",
                        default="auto",
                    ),
                }
            ),
            doc="What the daemon tells, and how.",
        ),
    }
)
"""The whole document."""
