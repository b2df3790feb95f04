"""OPML 2.0 (http://opml.org/spec2.opml) as a list of subscriptions, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.common import is_rfc822, is_url, parse_xml

_HEAD = {
    "title", "dateCreated", "dateModified", "ownerName", "ownerEmail", "ownerId", "docs",
    "expansionState", "vertScrollState", "windowTop", "windowLeft", "windowBottom", "windowRight",
}  # fmt: skip
_OUTLINE = {
    "text", "type", "isComment", "isBreakpoint", "created", "category", "description", "htmlUrl",
    "language", "title", "version", "url", "xmlUrl",
}  # fmt: skip


def faults(document: bytes) -> list[str]:
    """Return every rule that `document` breaks, with its section.

    One liberty: the body of a directory without feeds is empty, where the text wants an outline.
    """
    root = parse_xml(document)
    if root.tag != "opml" or root.get("version") != "2.0":
        return ["What is an <opml>?: the root is <opml version='2.0'>"]
    if [child.tag for child in root] != ["head", "body"]:
        return ["What is an <opml>?: one <head> and one <body>"]
    return [*_head(root[0]), *(fault for outline in root[1].iter("*") for fault in _outline(outline))]


def _head(head: Any) -> Iterator[str]:
    for child in head:
        if child.tag not in _HEAD:
            yield f"What is a <head>?: <{child.tag}>"
        if child.tag.startswith("date") and not is_rfc822(child.text):
            yield f"What is a <head>?: {child.tag} conforms to RFC 822: {child.text!r}"
    if not (head.findtext("title") or "").strip():
        yield "What is a <head>?: title is the title of the document"


def _outline(outline: Any) -> Iterator[str]:
    if outline.tag == "body":
        return
    if outline.tag != "outline":
        yield f"What is a <body>?: outlines only, not <{outline.tag}>"
    if not outline.get("text", "").strip():
        yield "Text attribute: every outline has text"
    if set(outline.keys()) - _OUTLINE:
        yield f"Extending OPML: attributes in no namespace: {set(outline.keys()) - _OUTLINE}"
    if outline.get("type") == "rss" and not is_url(outline.get("xmlUrl", "")):
        yield f"Subscription lists: type=rss has an xmlUrl: {outline.get('xmlUrl')!r}"
    if outline.get("htmlUrl") is not None and not is_url(outline.get("htmlUrl")):
        yield f"Subscription lists: htmlUrl is a URL: {outline.get('htmlUrl')!r}"
