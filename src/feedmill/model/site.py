"""The site: what every document tells of where it is from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The facts of the site that every document tells.

    `url` ends with "/"; `id` is what feed ids are made from (defaults to `url`).
    """

    title: str
    url: str
    id: str
    description: str = ""
    language: str = "en"
    author: str = ""
    author_email: str = ""
    author_url: str = ""
    icon: str = ""
    rights: str = ""
    home: str = ""
    """The address of the site that the articles belong to, ending with "/"; "" where not given."""
    ttl: int = 15
    """Minutes a reader may keep a document: `server.max_age`, for RSS's `ttl`."""
