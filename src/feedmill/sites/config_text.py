"""A `config.yaml` for a site that was read, with a word on each part."""

from __future__ import annotations

import json
from collections.abc import Iterable

from feedmill.sites.site import SiteConfig

__all__ = ["config_text"]


def config_text(site: SiteConfig, *, url: str, site_id: str) -> str:
    """Return the text of the file; `url` is where the feeds will be, `site_id` what ids are made of."""
    parts = [
        _head(site),
        _site(site, url, site_id),
        _seeds(site),
        _feeds(site),
        _authors(site),
        _custom(site),
    ]
    parts.append(_copies(site))
    return "\n".join(part for part in parts if part)


def _head(site: SiteConfig) -> str:
    lines = [f"# feedmill, from the site's own configuration ({site.kind}, feedmill init --from)."]
    if site.unread:
        lines += ["#", "# Not understood; look at these yourself:"]
        lines += [
            f"#   {each.file}{f':{each.line}' if each.line else ''}: {each.what}" for each in site.unread
        ]
    return "\n".join(lines) + "\n"


def _site(site: SiteConfig, url: str, site_id: str) -> str:
    rows = [
        ("title", site.title or None),
        ("url", url, "where the feeds will be"),
        ("home", site.home, "the site that they are of; addresses are below it"),
        ("id", site_id, "never change it: entries are known by it"),
        ("description", site.description or None),
        ("language", site.language),
        ("author", {"name": site.author} if site.author else None),
    ]
    return _block("site", rows)


def _seeds(site: SiteConfig) -> str:
    excerpt: dict[str, object] = {"separators": list(site.separators)} if site.separators else {}
    rows: list[tuple[object, ...]] = [
        ("dir", site.seeds_dir),
        ("include", list(site.include) or None),
        ("exclude", list(site.exclude) or None),
        ("timezone", site.timezone),
        ("link", site.link, f"the address that {site.kind} gives an article"),
        ("headers", site.headers),
        ("split_blanks", site.split_blanks or None, "`tags: a b` are two, as the site has it"),
        ("templates", "strip", "template syntax in bodies is left out"),
    ]
    rows.append(("excerpt", {**excerpt, "words": 60}, "where an article has no summary"))
    text = _block("seeds", rows)
    rules = [
        {"paths": list(rule.paths), **({"link": rule.link} if rule.link else {}), **_defaults(rule.defaults)}
        for rule in site.rules
    ]
    if site.defaults:
        rules.append({"paths": ["**"], **_defaults(site.defaults)})
    return text + (f"  rules: # the first that matches counts\n{_list(rules, 4)}" if rules else "")


def _defaults(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    given = dict(pairs)
    return {"defaults": given} if given else {}


def _feeds(site: SiteConfig) -> str:
    return _block(
        "feeds", [("by", {"authors": "all"} if site.by_authors else None, "a feed for each author")]
    )


def _authors(site: SiteConfig) -> str:
    rows = [
        (author.key, {key: value for key in ("name", "url", "email") if (value := getattr(author, key))})
        for author in site.authors
    ]
    return _block("authors", rows)


def _custom(site: SiteConfig) -> str:
    feeds = [
        {
            "slug": feed.slug,
            "title": feed.title,
            "where": {"paths": list(feed.paths)},
            **({"link": feed.link} if feed.link and site.home else {}),
        }
        for feed in site.feeds
    ]
    return f"custom: # one feed a section\n{_list(feeds, 2)}" if feeds else ""


def _copies(site: SiteConfig) -> str:
    return _block(
        "copies", [(old, ours) for old, ours in dict(site.copies).items()], "the feeds' old addresses"
    )


def _block(name: str, rows: Iterable[tuple[object, ...]], remark: str = "") -> str:
    lines = []
    for key, value, *words in rows:
        if value is not None:
            lines.append(f"  {_key(str(key))}: {_flow(value)}" + (f" # {words[0]}" if words else ""))
    return "\n".join([f"{name}:" + (f" # {remark}" if remark else ""), *lines]) + "\n" if lines else ""


def _list(values: Iterable[object], indent: int) -> str:
    return "".join(f"{' ' * indent}- {_flow(value)}\n" for value in values)


def _key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key, ensure_ascii=False)


def _flow(value: object) -> str:
    """Return a value in YAML's flow style, which JSON is a part of."""
    return json.dumps(value, ensure_ascii=False)
