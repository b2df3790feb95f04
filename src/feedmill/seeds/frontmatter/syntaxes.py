"""Which syntax a front matter has, and its parser; each is imported where a seed is written in it."""

from __future__ import annotations

import re

from feedmill.seeds.frontmatter import yaml
from feedmill.seeds.frontmatter.front_matter import FrontMatter
from feedmill.yamltext import MappingNode

_TOML = re.compile(r"\+\+\+|---[ \t]*toml\b", re.IGNORECASE)
_JSON = re.compile(r"\{|---[ \t]*json\b", re.IGNORECASE)


def split(text: str, *, headers: str | None = None) -> FrontMatter | None:
    """Return the two parts of a seed, None for a text without front matter.

    `headers` is `seeds.headers`: "pelican" takes bare lines of `Key: value` where nothing else stands.
    """
    found = None
    if _TOML.match(text):
        from feedmill.seeds.frontmatter import toml

        found = toml.split(text)
    elif _JSON.match(text):
        from feedmill.seeds.frontmatter import json

        found = json.split(text)
    else:
        found = yaml.split(text)
    if found is None and headers == "pelican":
        from feedmill.seeds.frontmatter import pelican

        found = pelican.split(text)
    return found


def parse(front: FrontMatter) -> MappingNode:
    """Return what a header that is no YAML says, as nodes with their places.

    Raises:
        YamlFault: it is not of its syntax; line and column are the header's, from 1.
    """
    from feedmill.seeds.frontmatter import json, pelican, toml

    return {"toml": toml, "json": json, "pelican": pelican}[front.syntax].parse(front.header)
