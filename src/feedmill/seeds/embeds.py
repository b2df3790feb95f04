"""Embeds: a link to what an `iframe`, `video` or `audio` shows, since no feed may carry the frame itself."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from feedmill.seeds import links
from feedmill.seeds.pictures import address_of
from feedmill.seeds.tags import attributes

_ATTRIBUTES = r"""((?:[^<>"']|"[^"]*"|'[^']*')*+)>?"""
_TAG = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(?:(iframe|video|audio)(?=[\s/>])|[a-z/]){_ATTRIBUTES}", re.IGNORECASE | re.DOTALL
)
_EMBED = re.compile("<(?:iframe|video|audio)", re.IGNORECASE)
_CLOSING = {name: re.compile(rf"</{name}\b[^>]*>?", re.IGNORECASE) for name in ("iframe", "video", "audio")}
_SOURCE = re.compile(rf"<source(?=[\s/>]){_ATTRIBUTES}", re.IGNORECASE)
_VIDEO = re.compile(r"/embed/([\w-]{11})/?", re.ASCII)
_VIMEO = re.compile(r"/video/([0-9]+)/?", re.ASCII)


def as_links(fragment: str, base: str) -> str:
    """Return HTML with a link in the place of each embedded frame, video and audio, not sanitised.

    The link's text is the embed's title, else its host's name. What shows nothing that a link can
    lead to (no address, a `srcdoc`) goes. Takes time proportional to the text.
    """
    if not _EMBED.search(fragment):
        return fragment
    last = {name: _last(closing, fragment) for name, closing in _CLOSING.items()}
    parts: list[str] = []
    position = written = 0
    while match := _TAG.search(fragment, position):
        position = match.end()
        if match[1] is None:
            continue
        name, inside = match[1].lower(), ""
        if position <= last[name] and not match[2].endswith("/"):
            closing = _CLOSING[name].search(fragment, position)
            assert closing is not None  # there is a last one
            inside, position = fragment[position : closing.start()], closing.end()
        parts += (fragment[written : match.start()], _link(attributes(match[2]), inside, base))
        written = position
    return "".join((*parts, fragment[written:]))


def _last(closing: re.Pattern[str], fragment: str) -> int:
    return max((match.start() for match in closing.finditer(fragment)), default=-1)


def _link(own: Mapping[str, str], inside: str, base: str) -> str:
    nested = _SOURCE.search(inside)
    address = address_of(own, base) or (nested and address_of(attributes(nested[1]), base))
    if not address:
        return ""
    address = _watched_at(address)
    title = own.get("title", "").strip() or (urlsplit(address).hostname or "").removeprefix("www.")
    return f'<a href="{html.escape(address)}">{html.escape(title)}</a> '


def _watched_at(address: str) -> str:
    """Return where a person watches what a player plays; the player's address where that is not certain."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    if host in ("youtube.com", "youtube-nocookie.com") and parts.path.startswith("/embed/"):
        playlist = parse_qs(parts.query).get("list")
        if playlist and (parts.path.rstrip("/") == "/embed/videoseries"):
            return f"https://www.youtube.com/playlist?list={links.clean(playlist[0])}"
        if (video := _VIDEO.fullmatch(parts.path)) and video[1] != "videoseries":
            return f"https://www.youtube.com/watch?v={video[1]}"
    if host == "player.vimeo.com" and (video := _VIMEO.fullmatch(parts.path)):
        key = parse_qs(parts.query).get("h")  # what opens an unlisted one
        return f"https://vimeo.com/{video[1]}" + (f"/{links.clean(key[0])}" if key else "")
    return address
