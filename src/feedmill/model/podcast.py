"""Podcasts: the audio or video that an entry carries, and what apps are told of it and of the show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The file itself: absolute http(s) `url` and media `type`; `length` in bytes, 0 where unknown."""

    url: str
    type: str
    length: int = 0
    title: str = ""

    @property
    def is_video(self) -> bool:
        """Whether there is something to see."""
        return self.type.startswith("video/")

    @property
    def is_playable(self) -> bool:
        """Whether a browser may know how to play it."""
        return self.type.startswith(("audio/", "video/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of an episode: where it starts, in seconds, and what it is called."""

    start: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What is said, as a file: absolute `url` and media `type`."""

    url: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is in an episode. `role` and `group` (Podcast Taxonomy) "": a host, of the cast."""

    name: str
    role: str = ""
    group: str = ""
    url: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An entry's enclosure and what goes with it.

    `duration` and a chapter's start are in seconds. `number` is a decimal ("12", "315.5"), "" where there
    is none; `season` counts from 1, 0 where there is none. `type` "": a full episode. `explicit` None: as
    the show is. `image` is the picture that podcast apps show, "" but in a podcast's feed.
    Chapters are a file (`chapters_url`), or told in the seed.
    """

    enclosure: Enclosure
    duration: int = 0
    number: str = ""
    season: int = 0
    type: str = ""
    explicit: bool | None = None
    chapters_url: str = ""
    chapters: tuple[Chapter, ...] = ()
    transcripts: tuple[Transcript, ...] = ()
    people: tuple[Person, ...] = ()
    image: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Podcast:
    """What a show says of itself beside its title; "" where not given.

    `categories` are Apple's, as (category, subcategory or ""). `guid` is the podcast namespace's, a UUID.
    `txt` are (purpose, text): what a directory asks for to see whose show it is.
    """

    image: str
    categories: tuple[tuple[str, str], ...]
    explicit: bool = False
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    type: Literal["episodic", "serial"] = "episodic"
    complete: bool = False
    locked: bool = True
    guid: str = ""
    funding_url: str = ""
    funding_text: str = ""
    txt: tuple[tuple[str, str], ...] = ()
