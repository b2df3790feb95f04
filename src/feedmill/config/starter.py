"""The config.yaml that `feedmill init` writes: short, commented, and valid as it is."""

from __future__ import annotations

from feedmill.config.emit import scalar

_STARTER = """\
# The configuration of these feeds. Every key has a default; `feedmill config schema` lists them all,
# `feedmill check` says what is wrong here, `feedmill config show` what is in force.

site:
  title: {title}
  # Where readers reach the feeds folder. Change it before anybody subscribes ...
  url: {url}
  # ... but never this: the ids of the feeds are made from it, whatever their address.
  id: {id}
  # description: One sentence about the site.
  # language: en
  # author: Your name

seeds:
  dir: seeds

feeds:
  dir: feeds
  # formats: [rss, atom, json]
  # limit: 50               # entries in a feed
  # content: full           # or summary, or none

# Each topic and provider in a seed has a feed by itself. An entry here gives one a title, a description,
# other names that mean the same, or an address of its own.
# topics:
#   Artificial Intelligence: {{slug: ai, aliases: [AI]}}

# Feeds of your own choice, at custom/SLUG.
# custom:
#   - slug: top-ai
#     title: Top AI
#     where: {{topics: [AI], quality: {{min: 60}}}}

# server:
#   host: 127.0.0.1         # 0.0.0.0 to be reached from elsewhere
#   port: 8080
"""


def starter(*, site_id: str, title: str = "My feeds", url: str = "http://127.0.0.1:8080/") -> str:
    """Return a first config.yaml."""
    return _STARTER.format(title=scalar(title), url=scalar(url), id=scalar(site_id))
