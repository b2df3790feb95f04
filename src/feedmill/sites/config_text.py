"""A `config.yaml` for a site that was read, with a word on each part."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from feedmill.config.faults import dotted
from feedmill.model.slug import term_key
from feedmill.seeds.address import resolve
from feedmill.seeds.text import plain
from feedmill.sites.site import SiteConfig, Unread

_REMARKS = {
    "site.url": "where the feeds will be",
    "site.home": "the site that they are of; addresses are below it",
    "site.id": "never change it: entries are known by it",
    "seeds.fields": "where the site has them; []: nowhere",
    "seeds.split_blanks": "`tags: a b` are two, as the site has it",
    "seeds.templates": "template syntax in bodies is left out",
    "seeds.excerpt": "where an article has no summary",
    "seeds.rules": "the first that matches counts",
    "feeds.content": "as the site's own feed has it",
    "feeds.by": "a feed for each author",
    "topics": "these have a feed",
    "providers": "these have a feed",
    "custom": "one feed a section",
    "copies": "the feeds' old addresses",
}

_FIELDS = ("seeds", "fields")


def config_text(site: SiteConfig, *, url: str, site_id: str, without: Mapping[str, str] | None = None) -> str:
    """Return the text of the file; `url` is where the feeds will be, `site_id` what ids are made of.

    `without` are dotted key paths that are to be left out (a value of the site's that no config of ours can
    have), each with the reason, which is told with what was not understood.
    """
    refused = without or {}
    whole = _pruned(_values(site, url, site_id), (), refused)
    assert isinstance(whole, dict), "a mapping stays one"
    remarks = {**_REMARKS, "seeds.link": f"the address that {site.kind} gives an article"}
    if not site.listed:
        remarks["topics"] = "articles name them by their keys"
    unread = [*site.unread, *(Unread(file=key, line=0, what=why) for key, why in refused.items())]
    blocks = [_block(name, value, remarks) for name, value in whole.items()]
    return "\n".join([_head(site.kind, unread), *blocks])


def _head(kind: str, unread: Iterable[Unread]) -> str:
    lines = [f"# feedmill, from the site's own configuration ({kind}, feedmill init --from)."]
    listed = [
        f"#   {each.file}{f':{each.line}' if each.line else ''}: {' '.join(each.what.split())}"
        for each in unread
    ]
    if listed:
        lines += ["#", "# Not understood; look at these yourself:", *listed]
    return "\n".join(lines) + "\n"


def _values(site: SiteConfig, url: str, site_id: str) -> dict[str, object]:
    """Return all that the config says; what is None, empty or false is not said."""
    separators = {"separators": list(site.separators)} if site.separators else {}
    rules = [_rule(rule.paths, rule.link, rule.defaults) for rule in site.rules]
    if site.defaults:
        rules.append(_rule(("**",), None, site.defaults))
    return {
        "site": {
            "title": plain(site.title, fix_encoding=False),
            "url": url,
            "home": site.home,
            "id": site_id,
            "description": plain(site.description, fix_encoding=False),
            "language": site.language,
            "author": {"name": site.author} if site.author else None,
        },
        "seeds": {
            "dir": site.seeds_dir,
            "include": list(site.include),
            "exclude": list(dict.fromkeys(site.exclude)),
            "timezone": site.timezone,
            "link": site.link,
            "fields": {field: list(keys) for field, keys in site.fields},
            "headers": site.headers,
            "split_blanks": site.split_blanks,
            "templates": "strip",
            "excerpt": {**separators, "words": 60},
            "rules": rules,
        },
        "feeds": {"content": site.content, "by": _by(site)},
        **_terms(site),
        "custom": [
            {
                "slug": feed.slug,
                "title": feed.title,
                "where": {"paths": list(feed.paths)},
                "link": resolve(feed.link, site.home) if feed.link and site.home else None,
            }
            for feed in site.feeds
        ],
        "copies": dict(site.copies),
    }


def _by(site: SiteConfig) -> dict[str, str]:
    return ({"authors": "all"} if site.by_authors else {}) | {name: "listed" for name, _ in site.listed}


def _terms(site: SiteConfig) -> dict[str, dict[str, object]]:
    """Return what is said of terms: authors and topics by what the site knows, listed by labels."""
    known_authors = {word for author in site.authors for word in (author.key, author.name)}
    found: dict[str, dict[str, object]] = {
        name: {label: {"title": label} for label in labels if name != "authors" or label not in known_authors}
        for name, labels in site.listed
    }
    for author in site.authors:
        known = {"name": author.name, "url": author.url, "email": author.email}
        found.setdefault("authors", {})[author.key] = known
    labels = _labels(site.topics)
    if listed := found.get("topics"):
        found["topics"] = {label: labels.get(label, value) for label, value in listed.items()}
    elif labels:
        found["topics"] = labels
    return found


def _labels(topics: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Return topics by their labels; the keys that articles name them with are aliases."""
    aliases: dict[str, list[str]] = {}
    for key, label in topics:
        aliases.setdefault(label, []).extend([key] if term_key(key) != term_key(label) else [])
    return {label: {"title": label, "aliases": keys} for label, keys in aliases.items()}


def _rule(
    paths: Iterable[str], link: str | None, defaults: Iterable[tuple[str, object]]
) -> dict[str, object]:
    return {"paths": list(paths), "link": link, "defaults": dict(defaults)}


def _pruned(value: object, path: tuple[str, ...], without: Collection[str]) -> object:
    """Return a value without what is refused or says nothing."""
    if dotted(path) in without:
        return None
    if isinstance(value, dict):
        kept = {key: _pruned(inner, (*path, str(key)), without) for key, inner in value.items()}
        nothing: tuple[object, ...] = (None, {}) if path == _FIELDS else (None, "", False, [], {})
        return {key: inner for key, inner in kept.items() if inner not in nothing}
    if isinstance(value, list):
        items = [_pruned(inner, (*path, str(index)), without) for index, inner in enumerate(value)]
        return [inner for inner in items if inner not in (None, "", [], {})]
    return value


def _block(name: str, value: object, remarks: Mapping[str, str]) -> str:
    head = name + ":" + _remark(name, remarks) + "\n"
    if isinstance(value, list):
        return head + _list(value, 2)
    assert isinstance(value, dict), "a block is a list or a mapping"
    return head + "".join(_row(name, str(key), inner, remarks) for key, inner in value.items())


def _row(block: str, key: str, value: object, remarks: Mapping[str, str]) -> str:
    remark = _remark(f"{block}.{key}", remarks)
    if key == "rules" and isinstance(value, list):
        return f"  {key}:{remark}\n{_list(value, 4)}"
    return f"  {_key(key)}: {_flow(value)}{remark}\n"


def _remark(key: str, remarks: Mapping[str, str]) -> str:
    return f" # {remarks[key]}" if key in remarks else ""


def _list(values: Iterable[object], indent: int) -> str:
    return "".join(f"{' ' * indent}- {_flow(value)}\n" for value in values)


def _key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key, ensure_ascii=False)


def _flow(value: object) -> str:
    """Return a value in YAML's flow style, which JSON is a part of."""
    return json.dumps(value, ensure_ascii=False)
