"""What feedgen's podcast extension does not say: the podcast namespace, and iTunes tags as they are today.

https://github.com/Podcastindex-org/podcast-namespace, docs/1.0.md. Extensions through feedgen's own hooks.
feedgen's `itunes:explicit` is yes, no or clean where Apple and PSP-1 want true or false, and its
`itunes:image` silently drops every address that does not end in .jpg or .png.
"""

from __future__ import annotations

from typing import Any

from lxml.etree import SubElement

from feedmill.model.podcast import Episode, Podcast
from feedmill.render.text import fit

_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_PODCAST_NS = "https://podcastindex.org/namespace/1.0"
_PODCAST = f"{{{_PODCAST_NS}}}"
_CHAPTERS_NS = "http://podlove.org/simple-chapters"
_CHAPTERS = f"{{{_CHAPTERS_NS}}}"


class ShowExtension:
    """The tags of the channel."""

    podcast: Podcast | None = None

    def extend_ns(self) -> dict[str, str]:
        """Return the prefix that a podcast's document declares."""
        return {"podcast": _PODCAST_NS}

    def extend_rss(self, feed: Any) -> Any:
        """Add the channel's tags."""
        show = self.podcast
        if show is None:
            return feed
        channel = feed.find("channel")
        _add(channel, _ITUNES + "image", href=show.image)
        _add(channel, _ITUNES + "explicit", _word(show.explicit))
        _add(channel, _PODCAST + "guid", show.guid)
        owner = {"owner": show.owner_email} if show.owner_email else {}
        _add(channel, _PODCAST + "locked", "yes" if show.locked else "no", **owner)
        if show.funding_url:
            _add(channel, _PODCAST + "funding", fit(show.funding_text), url=show.funding_url)
        for purpose, text in show.txt:
            _add(channel, _PODCAST + "txt", fit(text), purpose=fit(purpose))
        return feed


class EpisodeExtension:
    """The tags of an item."""

    episode: Episode | None = None

    def extend_ns(self) -> dict[str, str]:
        """Return nothing: the document's root declares the prefix."""
        return {}

    def extend_rss(self, item: Any) -> Any:
        """Add the item's tags."""
        episode = self.episode
        if episode is None:
            return item
        if episode.image:
            _add(item, _ITUNES + "image", href=episode.image)
        if episode.explicit is not None:
            _add(item, _ITUNES + "explicit", _word(episode.explicit))
        if episode.season:
            _add(item, _PODCAST + "season", str(episode.season))
        if episode.number:
            _add(item, _PODCAST + "episode", episode.number)
        for transcript in episode.transcripts:
            _add(item, _PODCAST + "transcript", url=transcript.url, type=transcript.type)
        if episode.chapters_url:
            _add(item, _PODCAST + "chapters", url=episode.chapters_url, type="application/json+chapters")
        for person in episode.people:
            about = {"role": person.role, "group": person.group, "href": person.url, "img": person.image}
            _add(item, _PODCAST + "person", person.name, **{key: told for key, told in about.items() if told})
        if episode.chapters:
            listed = SubElement(item, _CHAPTERS + "chapters", {"version": "1.2"}, {"psc": _CHAPTERS_NS})
            for chapter in episode.chapters:
                _add(listed, _CHAPTERS + "chapter", start=_clock(chapter.start), title=chapter.title)
        return item


def _add(parent: Any, tag: str, text: str | None = None, **attributes: str) -> Any:
    element = SubElement(parent, tag, attributes)
    element.text = text
    return element


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def _clock(seconds: int) -> str:
    """Return `01:02:03` (Podlove Simple Chapters: normal play time)."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
