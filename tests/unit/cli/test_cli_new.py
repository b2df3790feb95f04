"""`feedmill new`: a seed that fits the config, is withheld, and needs only its own facts to go out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from curator import CONFIG, Run, Site

TODAY = datetime.now(UTC).date().isoformat()


def test_a_seed_with_todays_date_that_is_withheld(site: Site, run: Run) -> None:
    done = run("new", "Grüße: 100 % of", "it")
    assert (
        done.out
        == "Made seeds/grusse-100-of-it.md. When it is ready: feedmill publish seeds/grusse-100-of-it.md\n"
    )
    file = site.seeds / "grusse-100-of-it.md"
    assert file.read_text("utf-8").splitlines() == [
        "---",
        'title: "Grüße: 100 % of it"',
        "webUrl:  # the article's address on the web, https://…",
        f"date: {TODAY}",
        "published: false",
        "---",
        "",
    ]
    assert run("explain", "Grüße: 100 % of it", "--json").json["state"] == "unpublished"
    assert "no link" in run("publish", str(file)).err
    file.write_text(file.read_text("utf-8").replace("webUrl:", "webUrl: https://example.org/a"), "utf-8")
    assert run("build", "--json").json["seeds"]["eligible"] == 1
    assert "is there already" in run("new", "Grüße: 100 % of it", code=2).err
    assert run("new", " ", code=2).err.startswith("feedmill: a seed needs a title")


@pytest.mark.parametrize(
    ("seeds", "path", "lines"),
    [
        ('{link: "{slug}/"}', "my-day.md", ["title: My day", f"date: {TODAY}"]),
        (
            '{include: ["posts/**/*.html"], fields: {title: [headline], link: [where]}}',
            "posts/my-day.html",
            ["headline: My day", "where:  # the article's address on the web, https://…", f"date: {TODAY}"],
        ),
    ],
)
def test_it_fits_the_config(site: Site, run: Run, seeds: str, path: str, lines: list[str]) -> None:
    home = CONFIG.replace("{title", '{home: "https://www.test.invalid/", title')
    site.configure(f"{home}seeds: {seeds}\n")
    run("new", "My day")
    assert (site.seeds / path).read_text().splitlines()[1:-2] == [*lines, "published: false"]
