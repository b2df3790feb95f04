"""The fields that are more than one text: topics, levels, provider, authors, images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from feedmill.model.fields import fold
from feedmill.model.seed import Author, Image, Provider, Severity
from feedmill.model.slug import term_key
from feedmill.seeds.field_reader import Reader, entries, quoted
from feedmill.seeds.links import absolute, http_url
from feedmill.seeds.text import plain
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode

_NAMED = re.compile(r"\[([^\[\]]+)\]\((https?://[^\s()<>]+)\)")
"""A name as a link in Markdown, as Docsy's authors have it."""
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+")

MAX_TOPICS = 100
MAX_LABEL = 1000
"""Characters of a topic's or provider's name: it is the title of a feed, and in the list of all feeds."""
MAX_ITEMS = 1000
"""Pictures or authors that are looked at."""


def topics(reader: Reader, *, split_blanks: bool = False) -> tuple[str, ...]:
    """Return the labels of a seed's topics, each term once; one that names nothing is dropped.

    One text under another name than `topics` (`tags: a, b`) holds several, parted by commas, and by blanks
    where `split_blanks`.
    """
    labels: dict[str, str] = {}
    for label, node in _labels(reader, split_blanks):
        if _is_too_long(reader, "topics", label, node):
            return ()
        key = term_key(label)
        if key:
            labels.setdefault(key, label)
        if len(labels) > MAX_TOPICS:
            reader.report(f"more than {MAX_TOPICS} topics", node)
            return ()
    return tuple(labels.values())


def _labels(reader: Reader, split_blanks: bool) -> Iterator[tuple[str, Node]]:
    found = reader.find("topics")
    one = found is not None and isinstance(found[1], ScalarNode) and fold(found[0]) != "topics"
    if found is not None and fold(found[0]) == "tags":
        found = found[0], _by_label(found[1])
    if found is not None and fold(found[0]) == "categories":
        found = found[0], _flat(found[1])
    for text, node in reader.texts_of(*found) if found is not None else ():
        parts = re.split(r"[,\s]+" if split_blanks else ",", text) if one else (text,)
        yield from ((part.strip(), node) for part in parts if part.strip())


def category(reader: Reader) -> str:
    """Return the category, the first where a list has several, as other tools allow; "" where absent."""
    return next((text for text, _ in reader.texts("category")), "")


def _by_label(node: Node) -> Node:
    """Return tags as names: Docusaurus writes `{label: …, permalink: …}` where one has a page of its own."""
    if not isinstance(node, SequenceNode):
        return node
    labels = [
        entries(item).get("label", item) if isinstance(item, MappingNode) else item for item in node.value
    ]
    return SequenceNode(node.tag, labels, node.start_mark, node.end_mark)


def _flat(node: Node) -> Node:
    """Return categories as one list: Hexo writes `[[Sports, Baseball], [Play]]` for one within another."""
    if not isinstance(node, SequenceNode):
        return node
    labels = [
        each for item in node.value for each in (item.value if isinstance(item, SequenceNode) else [item])
    ]
    return SequenceNode(node.tag, labels, node.start_mark, node.end_mark)


def levels(reader: Reader) -> tuple[str, ...]:
    """Return the levels, each once."""
    return tuple(dict.fromkeys(text for text, _ in reader.texts("levels")))


def provider(reader: Reader) -> Provider | None:
    """Return the provider from a mapping or a name; None where it has neither name nor domain."""
    found = reader.find("provider")
    if found is None:
        return None
    key, node = found
    if not isinstance(node, MappingNode):
        if isinstance(node, SequenceNode):
            reader.report(f"'{key}' is a list; use a name, or a mapping with name and domain", node)
            return None
        name = reader.plain(key, node)
        if _is_too_long(reader, key, name, node):
            return None
        return Provider(name=name) if term_key(name) else None
    inner = entries(node)
    name = _text(reader, key, inner, "name")
    domain = _text(reader, key, inner, "domain")
    if _is_too_long(reader, f"{key}.name", name, node) or _is_too_long(reader, f"{key}.domain", domain, node):
        return None
    label = next((text for text in (name, domain) if term_key(text)), "")
    if not label:
        return None
    return Provider(name=label, domain=domain, authors=_authors(reader, key, inner.get("authors")))


def authors(reader: Reader) -> tuple[Author, ...]:
    """Return the authors, each name once: names, or mappings with name, url and email; one or a list."""
    found = reader.find("authors")
    if found is None:
        return ()
    key, node = found
    by_name: dict[str, Author] = {}
    for item in islice(reader.items(key, node), MAX_ITEMS):
        if isinstance(item, SequenceNode):
            reader.report(f"'{key}' holds a list; use a name, or a mapping with name", item, Severity.NOTICE)
            continue
        author = _author(reader, key, item)
        if _is_too_long(reader, f"{key}.name", author.name, item):
            return ()
        if term_key(author.name):
            by_name.setdefault(author.name, author)
    return tuple(by_name.values())


def _author(reader: Reader, key: str, node: Node) -> Author:
    if not isinstance(node, MappingNode):
        raw = reader.raw(key, node)
        url, *others = [found[2] for found in _NAMED.finditer(raw)] or [""]
        name = plain(_NAMED.sub(r"\1", raw), fix_encoding=reader.fix_encoding)
        return Author(name=name, url="" if others else _author_url(reader, key, url, node))
    inner = entries(node)
    email = _text(reader, key, inner, "email")
    if email and not _EMAIL.fullmatch(email):
        why = f"'{key}.email' is {quoted(email)}, which is no e-mail address; it is left out"
        reader.report(why, inner["email"], Severity.NOTICE)
        email = ""
    link = inner.get("url")
    name = f"{key}.url"
    raw = "" if link is None or reader.is_absent(name, link) else reader.raw(name, link)
    url = _author_url(reader, name, raw, link or node)
    return Author(name=_text(reader, key, inner, "name"), url=url, email=email)


def _author_url(reader: Reader, key: str, raw: str, node: Node) -> str:
    """Return an author's address, "" where it is none, with a notice."""
    try:
        return http_url(raw) if raw else ""
    except ValueError as error:
        why = f"'{key}' is {quoted(raw)}, which {error}; it is left out"
        reader.report(why, node, Severity.NOTICE)
        return ""


def images(reader: Reader, base: str) -> tuple[Image, ...]:
    """Return the pictures, their addresses made absolute against `base`, the entry's link."""
    found = reader.find("images")
    if found is None:
        return ()
    key, node = found
    pictures = []
    for item in islice(reader.items(key, node), MAX_ITEMS):
        if isinstance(item, SequenceNode):
            reader.report(f"'{key}' holds a list; use an address, or a mapping with url", item)
            continue
        inner = entries(item) if isinstance(item, MappingNode) else {"url": item}
        address = inner.get("url") or inner.get("src") or inner.get("image")
        name = f"{key}.url"
        raw = "" if address is None or reader.is_absent(name, address) else reader.raw(name, address)
        url = absolute(raw, base) if raw else None
        if url is None:
            if not base:
                continue  # without a link nothing can be said of its address
            why = f"has the address {quoted(raw)}, which is none of http or https" if raw else "has no url"
            reader.report(f"a picture {why}; it is left out", item, Severity.NOTICE)
            continue
        width, height = reader.size(inner.get("width")), reader.size(inner.get("height"))
        title = _text(reader, key, inner, "title")
        pictures.append(Image(url=url, width=width, height=height, title=title))
    return tuple(pictures)


def _is_too_long(reader: Reader, key: str, label: str, node: Node) -> bool:
    if len(label) <= MAX_LABEL:
        return False
    reader.report(f"'{key}' has a name of {len(label):,} characters; {MAX_LABEL:,} is the most", node)
    return True


def _text(reader: Reader, key: str, inner: dict[str, Node], name: str) -> str:
    return reader.plain(f"{key}.{name}", inner.get(name))


def _authors(reader: Reader, key: str, node: Node | None) -> tuple[str, ...]:
    """The names, each once, from a list of names or of mappings with a name."""
    if node is None:
        return ()
    key = f"{key}.authors"
    names: dict[str, None] = {}
    for item in islice(reader.items(key, node), MAX_ITEMS):
        name = (
            _text(reader, key, entries(item), "name")
            if isinstance(item, MappingNode)
            else reader.plain(key, item)
        )
        if name:
            names[name] = None
    return tuple(names)
