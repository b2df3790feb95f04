"""`feedmill init --from`: made-up sites of each tool get a config that loads, and are built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from curator import Run
from feedmill.config import load
from feedmill.model.settings import Settings
from feedmill.pipeline.many_terms import least_size

POST = "---\ntitle: Hello\ndate: 2024-05-01\nwebUrl: https://x.org/hello/\ntags: [Go]\n---\nText\n"

SITES = {
    "Jekyll": {
        "_config.yml": "title: J\nurl: https://x.org\npermalink: /:year/:title/\ntimezone: Europe/Berlin\n",
        "_posts/2024-05-01-hello.md": POST,
    },
    "Hugo": {
        "hugo.toml": 'baseURL = "https://x.org/"\ntitle = "H"\n',
        "content/posts/hello.md": POST,
    },
    "Zola": {
        "config.toml": 'base_url = "https://x.org"\ntitle = "Z"\ngenerate_feeds = true\n',
        "content/hello.md": POST,
    },
    "Eleventy": {
        "eleventy.config.js": "module.exports = function (c) {};\n",
        "_data/metadata.json": '{"title": "E", "url": "https://x.org/"}',
        "posts/hello.md": POST,
        "posts/posts.json": '{"permalink": "/{{ page.fileSlug }}/"}',
    },
    "Pelican": {
        "pelicanconf.py": "SITENAME = 'P'\nSITEURL = 'https://x.org'\nPATH = 'content'\n",
        "content/hello.md": POST,
    },
    "Docusaurus": {
        "docusaurus.config.js": "module.exports = {title: 'D', url: 'https://x.org', baseUrl: '/'};\n",
        "blog/2024-05-01-hello.md": POST,
    },
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")


def made(files: dict[str, str], folder: str = "site") -> Path:
    root = Path(folder)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def settings(folder: Path) -> Settings:
    return load(folder / "config.yaml", environ={}, cwd=Path.cwd())


@pytest.mark.parametrize("kind", SITES)
def test_each_kind_of_site_is_brought_and_built(kind: str, run: Run) -> None:
    site = made(SITES[kind])
    done = run("init", "--from", "site")
    assert done.out.startswith(f"{kind}: {kind[0]}\n  home       https://x.org/\n")
    found = settings(site)
    assert found.decode.address.home == "https://x.org/"
    assert found.decode.address.link
    assert found.decode.templates == "strip"
    assert found.decode.excerpt.words == 60
    assert found.site.id.startswith("urn:uuid:")
    assert (site / ".gitignore").read_text().endswith("/feeds/\n/.feedmill/\n")
    assert "\nseeds            1 " in done.out
    (item,) = json.loads((site / "feeds" / "all.json").read_text())["items"]
    assert item["title"] == "Hello"
    assert run("build", "-c", "site/config.yaml").code == 0


def test_nothing_of_the_site_is_touched(run: Run) -> None:
    site = made(SITES["Eleventy"])
    run("init", "--from", "site")
    assert {path: (site / path).read_text() for path in SITES["Eleventy"]} == SITES["Eleventy"]


def test_feeds_among_the_articles_are_no_articles(run: Run) -> None:
    site = made(SITES["Eleventy"])
    run("init", "--from", "site")
    found = settings(site)
    assert found.scan.dir.samefile(site)
    assert found.scan.exclude[-2:] == ("feeds", ".feedmill")
    (site / "feeds" / "posts").mkdir()
    (site / "feeds" / "posts" / "x.md").write_text(POST)
    assert run("build", "-c", "site/config.yaml", "--json").json["seeds"]["total"] == 1


def test_into_another_folder(run: Run) -> None:
    site = made(SITES["Hugo"])
    run("init", "feeds/of/it", "--from", "site", "--title", "Mine", "--url", "https://feeds.x.org/")
    found = settings(Path("feeds/of/it"))
    assert (found.site.title, found.site.url) == ("Mine", "https://feeds.x.org/")
    assert 'dir: "../../../site/content"' in Path("feeds/of/it/config.yaml").read_text()
    assert not (site / "config.yaml").exists()


def test_a_config_that_is_there_stays(run: Run) -> None:
    site = made({**SITES["Hugo"], "config.yaml": "own: true\n"})
    assert "feedmill init DIR --from site" in run("init", "--from", "site", code=2).err
    assert (site / "config.yaml").read_text() == "own: true\n"
    assert not (site / "feeds").exists()


def test_a_gitignore_that_is_there_stays_and_its_lines_are_said(run: Run) -> None:
    site = made({**SITES["Hugo"], ".gitignore": "/public/\n"})
    assert "add to site/.gitignore: /feeds/ and /.feedmill/" in run("init", "--from", "site").out
    assert (site / ".gitignore").read_text() == "/public/\n"


def test_what_no_config_can_say_is_left_out_and_told(run: Run) -> None:
    config = (
        "title: J\nurl: https://x.org\nlang: no language\ntimezone: Nowhere/City\nfeed: {path: index.html}\n"
    )
    people = "ada: {name: Ada, email: nonsense}\n"
    site = made({**SITES["Jekyll"], "_config.yml": config, "_data/authors.yml": people})
    done = run("init", "--from", "site")
    for key in ("site.language", "seeds.timezone", "authors.ada.email"):
        assert f"  {key}: '{key}' " in done.err
        assert f"#   {key}: " in (site / "config.yaml").read_text()
    assert '  copies."index.html": ' in done.err
    assert settings(site).decode.timezone == "UTC"


def test_what_was_not_understood_is_listed_with_its_place(run: Run) -> None:
    made({**SITES["Jekyll"], "_config.yml": "title: J\nurl: https://x.org\npermalink: /:bogus/\n"})
    done = run("init", "--from", "site")
    assert "  _config.yml:3: Jekyll has no placeholder :bogus (column 2)\n" in done.err


def test_a_site_without_an_address_is_given_one(run: Run) -> None:
    site = made({**SITES["Jekyll"], "_config.yml": "title: J\n"})
    assert "--home https://www.example.org/" in run("init", "--from", "site", code=2).err
    assert not (site / "config.yaml").exists()
    run("init", "--from", "site", "--home", "https://y.org/blog")
    assert settings(site).decode.address.home == "https://y.org/blog/"


def test_what_cannot_be_brought_is_refused(run: Run) -> None:
    Path("empty").mkdir()
    assert "no site in empty" in run("init", "--from", "empty", code=2).err
    assert run("init", "--from", "nowhere", code=2).err
    assert "--from SITE" in run("init", "new", "--home", "https://x.org/", code=2).err
    made(SITES["Jekyll"])
    assert "'site.url' is" in run("init", "--from", "site", "--url", "ftp://x", code=2).err
    assert not Path("site/config.yaml").exists()


def test_of_more_tags_than_anybody_reads_those_with_one_article_have_no_feed(run: Run) -> None:
    posts = {
        f"_posts/2024-05-01-{number}.md": POST.replace("hello", str(number)).replace(
            "[Go]", f"[Go, 'Of {number // 2}', {', '.join(f't{number}x{each}' for each in range(12))}]"
        )
        for number in range(100)
    }
    site = made({"_config.yml": SITES["Jekyll"]["_config.yml"], **posts})
    done = run("init", "--from", "site")
    told = (
        "  topics     51 of 1,251 have a feed, those with 2 articles or more; list others below topics:, or"
    )
    assert told in done.out
    found = settings(site)
    assert found.feeds.by.topics == "listed"
    assert sorted(term.label for term in found.feeds.topics)[:3] == ["Go", "Of 0", "Of 1"]
    assert len(list((site / "feeds/topics").glob("*.atom"))) == 51


@pytest.mark.parametrize(
    ("sizes", "most", "least"),
    [([1, 1, 2, 2, 3], 3, 2), ([1, 2, 2, 3, 5], 2, 3), ([2, 2, 2], 2, 3), ([1], 0, 2), ([9, 9, 4], 1, 10)],
)
def test_the_least_size_of_a_term_that_is_worth_a_feed(sizes: list[int], most: int, least: int) -> None:
    assert least_size(sizes, most) == least


def test_what_hugo_lists_nowhere_is_in_no_feed(run: Run) -> None:
    toml = '+++\ntitle = "x"\ndate = 2024-05-01\n[_build]\nlist = "never"\n+++\nText\n'
    local = POST.replace("hello/", "local/").replace("---\nT", "build: {list: local}\n---\nT")
    root = made(
        {
            "hugo.toml": 'baseURL = "https://x.org/"\ntitle = "H"\n',
            "content/posts/hello.md": POST,
            "content/posts/yaml.md": POST.replace("---\nT", "build:\n  list: never\n---\nT"),
            "content/posts/toml.md": toml,
            "content/posts/local.md": local,
        }
    )
    run("init", "--from", "site")
    withheld = run("list", "withheld", "-c", str(root / "config.yaml"), "--json").json
    assert [(each["seed"], each["reason"]) for each in withheld["withheld"]] == [
        ("posts/toml.md", "unpublished"),
        ("posts/yaml.md", "unpublished"),
    ]


def test_a_site_without_a_title_is_called_by_its_host(run: Run) -> None:
    root = made({"_config.yml": "url: https://x.org\n", "_posts/2024-05-01-a.md": POST})
    run("init", "--from", "site")
    assert json.loads((root / "feeds/all.json").read_text())["title"] == "x.org"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"hugo.toml": 'baseURL = "/"\n', "content/posts/a.md": POST}, "only '/'"),
        (
            {"docusaurus.config.js": "module.exports = {url: 'https://x.org', baseUrl: '/'};"},
            "no folder blog",
        ),
        ({"config.json": "{}", "posts/a.md": POST}, "docs/addresses.md"),
    ],
)
def test_what_is_missing_is_named_and_nothing_written(run: Run, files: dict[str, str], said: str) -> None:
    root = made(files)
    assert said in run("init", "--from", "site", code=2).err
    assert not (root / "config.yaml").exists()
