"""What a seed plays: `enclosure` and what stands beside it, under every name and in every syntax."""

from __future__ import annotations

from typing import Any

import pytest

from feedmill.model.podcast import Chapter, Enclosure, Episode, Person, Transcript
from feedmill.model.seed import Record, Severity
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.enclosures import parse_duration

HEAD = "---\ntitle: T\nwebUrl: https://e.org/p/1/\n"
MP3 = Enclosure(url="https://e.org/p/1/a.mp3", type="audio/mpeg", length=5)


def _record(lines: str, **settings: Any) -> Record:
    return decode("a.md", f"{HEAD}{lines}\n---\n".encode(), DecodeSettings(**settings))


def _episode(lines: str, **settings: Any) -> Episode:
    record = _record(lines, **settings)
    assert record.problems == ()
    assert record.seed is not None
    assert record.seed.episode is not None
    return record.seed.episode


@pytest.mark.parametrize("name", ["enclosure", "audio", "video", "podcast_file", "Podcast-File"])
@pytest.mark.parametrize("length", ["enclosure_length", "podcast_bytes", "EnclosureLength"])
def test_every_name_counts(name: str, length: str) -> None:
    assert _episode(f"{name}: a.mp3\n{length}: 5").enclosure == MP3


def test_a_mapping_says_it_in_one_place() -> None:
    found = _episode(
        "enclosure: {url: /x, length: '1,000', type: Audio/OGG, duration: 1:30, title: The <b>film</b>}"
    )
    assert found.enclosure == Enclosure(
        url="https://e.org/x", type="audio/ogg", length=1000, title="The film"
    )
    assert found.duration == 90


def test_fields_are_mapped_like_any_other() -> None:
    mapped = {
        "enclosure": ("media.file",),
        "enclosure_length": ("size",),
        "duration": ("runs",),
        "people": ("hosts",),
    }
    found = _episode("media: {file: a.mp3}\nsize: 5\nruns: 60\nhosts: [Ann]", fields=tuple(mapped.items()))
    assert (found.enclosure, found.duration, found.people) == (MP3, 60, (Person(name="Ann"),))


def test_everything_beside_it() -> None:
    found = _episode(
        "audio: a.mp3\npodcast_bytes: 5\npodcast_duration: 1:02:03\nepisode: 012.50\n"
        "season: 2\nexplicit: clean\n"
        "episode_type: Trailer\n"
        "chapters: [{start: 1:30, title: B}, '0:00 A & b', {startTime: 99.5, title: C}]\n"
        "transcript: [a.vtt, a.SRT, {url: a, type: text/plain}, a/, a.json]\n"
        "people: [Ann, {name: Bob, role: guest, group: writing, url: /bob, image: bob.jpg}, Ann]"
    )
    assert found == Episode(
        enclosure=MP3,
        duration=3723,
        number="12.5",
        season=2,
        type="trailer",
        explicit=False,
        chapters=(
            Chapter(start=0, title="A & b"),
            Chapter(start=90, title="B"),
            Chapter(start=99, title="C"),
        ),
        transcripts=(
            Transcript(url="https://e.org/p/1/a.vtt", type="text/vtt"),
            Transcript(url="https://e.org/p/1/a.SRT", type="application/x-subrip"),
            Transcript(url="https://e.org/p/1/a", type="text/plain"),
            Transcript(url="https://e.org/p/1/a/", type="text/html"),
            Transcript(url="https://e.org/p/1/a.json", type="application/json"),
        ),
        people=(
            Person(name="Ann"),
            Person(
                name="Bob",
                role="guest",
                group="writing",
                url="https://e.org/bob",
                image="https://e.org/p/1/bob.jpg",
            ),
        ),
    )
    assert (
        _episode("audio: a.mp3\npodcast_bytes: 5\nchapters: c.json").chapters_url
        == "https://e.org/p/1/c.json"
    )


def test_json_and_toml_say_the_same() -> None:
    json = (
        '{\n"title": "T", "webUrl": "https://e.org/p/1/", "podcast_file": "a.mp3", "podcast_bytes": 5,'
        ' "podcast_duration": "01:00:00", "episode": 7, "explicit": true, "podcast_chapters": null\n}\n'
    )
    toml = (
        '+++\ntitle = "T"\nwebUrl = "https://e.org/p/1/"\nduration = 3600\nepisode = 7\nexplicit = true\n'
        'enclosure = {url = "a.mp3", length = 5}\n+++\n'
    )
    wanted = Episode(enclosure=MP3, duration=3600, number="7", explicit=True)
    for text in (json, toml):
        record = decode("a.md", text.encode(), DecodeSettings())
        assert record.seed is not None
        assert record.seed.episode == wanted


def test_without_an_enclosure_nothing_beside_it_is_read() -> None:
    record = _record("duration: [1]\nepisode: {a: b}\npeople: {c: d}\nvideo: ~")
    assert record.seed is not None
    assert record.seed.episode is None
    assert record.problems == ()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "audio: a.mp3",
            "'audio' has no length; add 'enclosure_length', the file's size in bytes: without it",
        ),
        ("audio: a.mp3\npodcast_bytes: 0", "'audio' has no length"),
        ("audio: [a.mp3, b.mp3]\npodcast_bytes: 5", "'audio' holds several; the first is taken"),
    ],
)
def test_what_is_worth_a_look(lines: str, message: str) -> None:
    record = _record(lines)
    (problem,) = record.problems
    assert message in problem.message
    assert problem.severity is Severity.NOTICE
    assert record.seed is not None
    assert record.seed.episode is not None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "video: https://videos.org/watch?v=1",
            "whose media type is not known; write {url: …, type: audio/mpeg}",
        ),
        ("audio: true", "whose media type is not known"),
        ("audio: {length: 5}", "'audio' has no url; it is left out"),
        ("audio: javascript:alert(1)", "which is no http or https address; it is left out"),
        ("audio: file:///etc/passwd.mp3", "which is no http or https address; it is left out"),
    ],
)
def test_what_is_no_enclosure_is_left_out_and_told(lines: str, message: str) -> None:
    record = _record(lines)
    (problem,) = record.problems
    assert message in problem.message
    assert problem.severity is Severity.NOTICE
    assert record.seed is not None
    assert record.seed.episode is None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("duration: soon", """'duration' is "soon", which is no duration; use seconds or H:MM:SS"""),
        ("duration: 1:75:00", "which is no duration"),
        ("episode: zero", """'episode' is "zero", which is no number above 0 such as 12"""),
        ("episode: 0", "which is no number above 0"),
        ("season: 1.5", "which is no whole number above 0 such as 2"),
        ("episode_type: teaser", "which is none of full, trailer and bonus"),
        ("explicit: maybe", "which is neither true nor false"),
        (
            "chapters: ftp://e.org/c.json",
            "'chapters.url' is \"ftp://e.org/c.json\", which is no http or https address",
        ),
        ("chapters: [Intro]", "'chapters' holds what is no chapter; write {start: 1:30, title: …}"),
        ("chapters: [{start: x, title: y}]", "'chapters' holds what is no chapter"),
        ("transcript: {type: text/vtt}", "'transcript.url' is missing; it is left out"),
        (
            "transcript: {url: a.vtt, type: vtt}",
            "'transcript.type' is \"vtt\", which is no media type such as audio/mpeg",
        ),
        (
            "people: {name: Ann, url: 'mailto:a@b.c'}",
            "'people.url' is \"mailto:a@b.c\", which is no http or https",
        ),
    ],
)
def test_what_is_wrong_beside_it_is_a_warning_with_its_place(lines: str, message: str) -> None:
    record = _record(f"audio: {{url: a.mp3, length: 5}}\n{lines}")
    (problem,) = record.problems
    assert message in problem.message
    assert (problem.severity, problem.line) == (Severity.WARNING, 5)
    assert record.seed is not None
    assert record.seed.episode is not None
    assert record.seed.episode.enclosure == MP3


def test_a_size_in_other_words_is_no_length() -> None:
    record = _record("audio: a.mp3\npodcast_bytes: 24 MB")
    assert [problem.severity for problem in record.problems] == [Severity.NOTICE, Severity.WARNING]
    assert "which is no size in bytes such as 24986239" in record.problems[1].message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("3723", 3723), ("3723.9", 3723), ("62:03", 3723), ("1:02:03", 3723), ("01:02:03.5", 3723),
        ("90:15", 5415), ("PT1H2M3S", 3723), ("pt45m", 2700), ("1h2m3s", 3723), ("1 h 2 min 3 sec", 3723),
        ("45 minutes", 2700), (" 90 ", 90),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "soon", "1:2:3:4", "1:60", "-5", "1e3", "PT", "h", "99:99:99", "٣", "1" * 30]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)
