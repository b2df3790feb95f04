"""Existing sites: what their own configuration says, read without running any of it, and their old feeds."""

from feedmill.sites.adopt import Adoption, adopt
from feedmill.sites.config_text import config_text
from feedmill.sites.old_feeds import OldEntry, read_feed
from feedmill.sites.read import read_site
from feedmill.sites.site import Author, Rule, SectionFeed, SiteConfig, UnknownSite, Unread

__all__ = [
    "Adoption", "Author", "OldEntry", "Rule", "SectionFeed", "SiteConfig", "UnknownSite", "Unread", "adopt",
    "config_text", "read_feed", "read_site",
]  # fmt: skip
