"""docs/podcasts.md holds: its config and its seed make a feed that directories take."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import podcastparser
import pytest

from conformance import rss
from feedmill.cli.main import main

TEXT = Path(__file__).parents[2].joinpath("docs/podcasts.md").read_text("utf-8")
FILES = dict(re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))


@pytest.fixture
def show(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_the_example_is_a_podcast_without_a_fault(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = ["--as-of", "2026-06-01T00:00:00Z"]
    assert main(["-c", str(show / "config.yaml"), "build", "--feeds", str(show / "feeds"), *now]) == 0
    capsys.readouterr()
    ours = [
        "--set",
        "site.url=https://feeds.test.invalid/",
    ]  # the page's own address is an example, and told so
    assert main(["-c", str(show / "config.yaml"), "check", "--strict", *ours]) == 0
    assert "podcast" not in capsys.readouterr().out
    document = show / "feeds/custom/seedcast.rss"
    assert rss.faults(document.read_bytes()) == []
    told: Any = podcastparser.parse("https://feeds.example.org/custom/seedcast.rss", document.open("rb"))
    (one,) = told["episodes"]
    assert (one["total_time"], one["number"], len(one["chapters"])) == (3123, 1, 3)
    assert told["itunes_categories"] == [["Leisure", "Home & Garden"], ["Education"]]


def test_check_tells_what_apps_would_miss(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = show / "config.yaml"
    lacking = re.sub(r"limit: 1000.*", "limit: 1", config.read_text("utf-8")).replace(
        "url: https", "url: http"
    )
    lacking = re.sub("description: .*", f"description: {'word ' * 999}", lacking)
    config.write_text(re.sub(r"owner: .*", "type: serial", lacking), "utf-8")
    seed = (show / "seeds/seedcast-1.md").read_text("utf-8")
    (show / "seeds/2.md").write_text(
        re.sub("(duration|episode): .*\n", "", seed.replace("cast/1/", "cast/2/")), "utf-8"
    )
    main(["-c", str(config), "check"])
    told = capsys.readouterr().out
    assert "custom/seedcast has 2 episodes and tells 1: apps forget the others; raise its 'limit'" in told
    assert "custom/seedcast is at http://feeds.example.org/: directories take https alone" in told
    assert "custom/seedcast has no owner to write to" in told
    assert "custom/seedcast has a 'description' of 4,994 bytes: its feed tells 4,000" in told
    for field in ("duration", "episode"):
        assert f"custom/seedcast has an episode without '{field}' (first: 2.md)" in told


def test_check_tells_of_episodes_for_which_there_is_no_room(
    show: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = (show / "seeds/seedcast-1.md").read_text("utf-8")
    for number in range(2, 7):
        (show / f"seeds/{number}.md").write_text(seed.replace("cast/1/", f"cast/{number}/"), "utf-8")
    config = show / "config.yaml"
    text = config.read_text("utf-8")
    main(["-c", str(config), "check"])
    assert "has room for" not in capsys.readouterr().out
    config.write_text(text + "feeds: {max_bytes: 8 KiB}\n", "utf-8")
    main(["-c", str(config), "check"])
    found = re.search(
        r"custom/seedcast has room for (\d) of 6 episodes: apps forget", capsys.readouterr().out
    )
    main(["-c", str(config), "build"])
    assert found is not None
    assert (show / "feeds/custom/seedcast.rss").read_text("utf-8").count("<item>") == int(found[1]) > 0
