"""RSS 2.0 (https://www.rssboard.org/rss-specification) and the Advisory Board's profile.

Each rule names its section: "2.0" is the specification, "profile" is https://www.rssboard.org/rss-profile,
"media" is Media RSS (https://www.rssboard.org/media-rss).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.common import LANGUAGE, MAIL, is_rfc822, is_url, parse_xml

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"

_CHANNEL = {
    "title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate",
    "lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating", "textInput",
    "skipHours", "skipDays", "item",
}  # fmt: skip
_ITEM = {
    "title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate",
    "source",
}  # fmt: skip
_MEDIUMS = {"image", "audio", "video", "document", "executable"}


def faults(document: bytes) -> list[str]:
    """Return every rule that `document` breaks, with its section."""
    root = parse_xml(document)
    if root.tag != "rss" or root.get("version") != "2.0":
        return ["2.0, What is RSS?: the root is <rss version='2.0'>"]
    if [child.tag for child in root] != ["channel"]:
        return ["2.0, What is RSS?: one <channel> below <rss>"]
    items = root[0].findall("item")
    return [
        *_channel(root[0]),
        *_together(items),
        *(fault for item in items for fault in _item(item)),
        *(fault for item in items for fault in _media(item)),
    ]


def _channel(channel: Any) -> Iterator[str]:
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"2.0, Required channel elements: <{name}>"
    yield from _children(channel, _CHANNEL, repeatable={"item", "category"}, where="channel")
    if not is_url(channel.findtext("link") or ""):
        yield "profile, link: a URL with a scheme"
    language = channel.findtext("language")
    if language is not None and not LANGUAGE.fullmatch(language):
        yield f"2.0, Optional channel elements: language {language!r}"
    for name in ("managingEditor", "webMaster"):
        mail = channel.findtext(name)
        if mail is not None and not MAIL.fullmatch(mail):
            yield f"profile, {name}: a mail address: {mail!r}"
    for name in ("pubDate", "lastBuildDate"):
        date = channel.findtext(name)
        if date is not None and not is_rfc822(date):
            yield f"profile, RSS date-time: {name} {date!r}"
    ttl = channel.findtext("ttl")
    if ttl is not None and not (ttl.isdigit() and int(ttl) > 0):
        yield f"2.0, <ttl>: a number of minutes: {ttl!r}"
    docs = channel.findtext("docs")
    if docs is not None and not is_url(docs):
        yield "2.0, Optional channel elements: docs is a URL"
    links = channel.findall(f"{_ATOM}link")
    selves = [link for link in links if link.get("rel") == "self"]
    if len(selves) != 1:
        yield "profile, atom:link: one with rel=self"
    for link in selves:
        if not is_url(link.get("href", "")) or link.get("type") != "application/rss+xml":
            yield "profile, atom:link: the feed's own URL with the media type of RSS"


def _together(items: list[Any]) -> Iterator[str]:
    guids = [item.findtext("guid") for item in items]
    if len(set(guids)) != len(guids):
        yield "2.0, <guid>: it identifies its item uniquely"


def _item(item: Any) -> Iterator[str]:
    name = item.findtext("guid") or item.findtext("title") or "an item"
    if item.find("title") is None and item.find("description") is None:
        yield f"2.0, Elements of <item>: {name}: at least one of title and description"
    yield from _children(item, _ITEM, repeatable={"category"}, where=name)
    for tag in ("title", "description", "category", f"{_DC}creator"):
        if any(not (child.text or "").strip() for child in item.findall(tag)):
            yield f"profile, {tag}: {name}: it should say something"
    if not is_url(item.findtext("link") or ""):
        yield f"profile, link: {name}: a URL with a scheme"
    guid = item.find("guid")
    if guid is None:
        yield f"profile, guid: {name}: should have one"
    elif guid.get("isPermaLink", "true") != "false" and not is_url(guid.text or ""):
        yield f"2.0, <guid>: {name}: a permalink is a URL"
    date = item.findtext("pubDate")
    if date is not None and not is_rfc822(date):
        yield f"profile, RSS date-time: {name}: pubDate {date!r}"
    author = item.findtext("author")
    if author is not None:
        if not MAIL.fullmatch(author):
            yield f"2.0, <author>: {name}: a mail address; names belong in dc:creator"
        if item.find(f"{_DC}creator") is not None:
            yield f"profile, dc:creator: {name}: not beside author"
    for enclosure in item.findall("enclosure"):
        if not (
            is_url(enclosure.get("url", ""))
            and enclosure.get("type")
            and enclosure.get("length", "").isdigit()
        ):
            yield f"2.0, <enclosure>: {name}: url, length and type are required"
    tags = [child.tag for child in item]
    if tags.count(f"{_CONTENT}encoded") > 1:
        yield f"profile, content:encoded: {name}: at most one"
    if f"{_CONTENT}encoded" in tags and (
        "description" not in tags or tags.index("description") > tags.index(f"{_CONTENT}encoded")
    ):
        yield f"profile, content:encoded: {name}: after a description"


def _media(item: Any) -> Iterator[str]:
    name = item.findtext("guid")
    if item.find(f"{_MEDIA}group") is not None:
        yield f"media, media:group: {name}: a group holds versions of one object, not several pictures"
    for picture in (*item.iter(f"{_MEDIA}content"), *item.iter(f"{_MEDIA}thumbnail")):
        if not is_url(picture.get("url", "")):
            yield f"media, url: {name}: a direct URL: {picture.get('url')!r}"
        if picture.get("medium", "image") not in _MEDIUMS:
            yield f"media, medium: {name}: {picture.get('medium')!r}"
        for side in ("width", "height"):
            if not (picture.get(side, "1").isdigit() and int(picture.get(side, "1")) > 0):
                yield f"media, {side}: {name}: {picture.get(side)!r}"


def _children(parent: Any, known: set[str], *, repeatable: set[str], where: str) -> Iterator[str]:
    tags = [child.tag for child in parent if not child.tag.startswith("{")]
    for tag in sorted(set(tags)):
        if tag not in known:
            yield f"2.0, Extending RSS: {where}: <{tag}> is in no namespace"
        if tag not in repeatable and tags.count(tag) > 1:
            yield f"profile, {tag}: {where}: at most one"
