"""Existing sites: what their own configuration says, read without running any of it."""

from feedmill.sites.config_text import config_text
from feedmill.sites.read import UnknownSite, read_site
from feedmill.sites.site import Author, Rule, SectionFeed, SiteConfig, Unread

__all__ = [
    "Author", "Rule", "SectionFeed", "SiteConfig", "UnknownSite", "Unread", "config_text", "read_site",
]  # fmt: skip
