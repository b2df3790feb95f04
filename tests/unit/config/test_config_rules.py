"""What holds between keys, and what is right but surely not meant."""

# ruff: noqa: E501 (messages are compared whole)

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, load, loads


def faults(base: Path, text: str) -> list[str]:
    try:
        loads(text, base=base)
    except ConfigErrors as error:
        return str(error).splitlines()
    return []


CLASHES = [
    (
        "seeds: {fields: {published: [published, draft]}}",
        """config.yaml:1:18: "draft" says the opposite of 'published'; map 'removed' to it""",
    ),
    (
        "seeds: {fields: {expiryDateTime: [], language: []}}",
        """config.yaml:1:18: "expiryDateTime" is always read; name a key of front matter""",
    ),
    (
        "topics: {A: {slug: x}, B: {slug: x}}",
        """config.yaml:1:34: "B" and "A" in 'topics' share the slug 'x'; give one of them another slug""",
    ),
    (
        "topics:\n  AI:\n  Art:\n    slug: ai",
        """config.yaml:4:11: "Art" and "AI" in 'topics' share the slug 'ai'; give one of them another slug""",
    ),
    (
        "providers: {Art: {slug: ai}, AI: }",
        """config.yaml:1:34: "AI" and "Art" in 'providers' share the slug 'ai'; give one of them another slug""",
    ),
    (
        "topics: {Management Tools: {}, management-tools: {}}",
        """config.yaml:1:32: "management-tools" and "Management Tools" in 'topics' are one term; keep one of them""",
    ),
    (
        "topics: {A: {aliases: [X]}, B: {aliases: [x]}}",
        """config.yaml:1:43: the alias "x" belongs to "A" already; remove one of them""",
    ),
    (
        "topics: {A: {aliases: [B_b]}, B-B: {}}",
        """config.yaml:1:24: the alias "B_b" is a term of its own in 'topics' ("B-B"); remove one of them""",
    ),
    (
        "custom: [{slug: a}, {slug: b}, {slug: a}]",
        "config.yaml:1:39: two custom feeds have the slug 'a' (numbers 0 and 2, from 0); give one of them another",
    ),
    (
        "custom: [{slug: a, where: {quality: {min: 9, max: 1}}}]",
        "config.yaml:1:28: 'custom.0.where.quality' has a min above its max, so nothing matches; swap them",
    ),
    (
        "custom: [{slug: a, where: {not: {heat: {min: 9, max: 1}}}}]",
        "config.yaml:1:34: 'custom.0.where.not.heat' has a min above its max",
    ),
    (
        "redirects: {a: b, b: c, c: a, z: a}",
        """config.yaml:1:16: redirects in a circle: "a" to "b" to "c" to "a"; let one of them go where the feed is""",
    ),
    ("redirects: {a: a}", """config.yaml:1:16: redirects in a circle: "a" to "a";"""),
    (
        "redirects: {healthz: a}",
        """config.yaml:1:22: "healthz" answers for the server's health; it cannot redirect""",
    ),
    ("redirects: {all.rss: a}", """config.yaml:1:22: "all.rss" is a document that is always there"""),
    ("redirects: {index.html: a}", """config.yaml:1:25: "index.html" is a document that is always there"""),
    (
        "schedule: {rebuild: {every: 1h, cron: '0 * * * *'}}",
        "config.yaml:1:12: 'schedule.rebuild' has both 'every' and 'cron'; keep one of them",
    ),
    (
        "watch: {settle: 5s, max_wait: 1s}",
        "config.yaml:1:31: 'watch.max_wait' (1s) is shorter than 'watch.settle' (5s); use a longer one",
    ),
    (
        "admin: {port: 8080}",
        "config.yaml:1:15: 'admin.port' is 8080, which 'server.port' has already; the two listeners need a port each",
    ),
    (
        "server: {port: 8081, host: 0.0.0.0}",
        "config.yaml:1:16: 'admin.port' is 8081, which 'server.port' has already",
    ),
    (
        "server: {port: 8081, host: localhost}",
        "config.yaml:1:16: 'admin.port' is 8081, which 'server.port' has already",
    ),
    (
        "seeds: {dir: x}\nfeeds: {dir: x}",
        "config.yaml:2:14: 'feeds.dir' (%s/x) is the same folder as 'seeds.dir'",
    ),
    (
        "feeds: {dir: seeds/out}",
        "config.yaml:1:14: 'feeds.dir' (%s/seeds/out) lies inside 'seeds.dir' (%s/seeds)",
    ),
    (
        "seeds: {dir: feeds/in}",
        "config.yaml:1:14: 'feeds.dir' (%s/feeds) contains 'seeds.dir' (%s/feeds/in); use folders",
    ),
    (
        "state: {dir: feeds/.feedmill}",
        "config.yaml:1:14: 'state.dir' (%s/feeds/.feedmill) lies inside 'feeds.dir'",
    ),
    (
        "seeds: {dir: ., exclude: [out, .feedmill]}",
        "config.yaml:1:14: 'feeds.dir' (%s/feeds) lies inside 'seeds.dir' (%s)",
    ),
    ("state: {dir: seeds/.state}", "config.yaml:1:14: 'state.dir' (%s/seeds/.state) lies inside 'seeds.dir'"),
    (
        "theme: {dir: nowhere}",
        "config.yaml:1:14: 'theme.dir' names %s/nowhere, which is no folder; create it",
    ),
]


@pytest.mark.parametrize("named", ["feeds", "feeds/", "./feeds", "feeds/**", "./feeds/**"])
def test_feeds_among_the_seeds_are_excluded_by_name(tmp_path: Path, named: str) -> None:
    text = f"seeds: {{dir: ., exclude: [{named}, .feedmill]}}"
    assert faults(tmp_path, text) == []
    (fault,) = faults(tmp_path, text.replace(named, "feeds/*"))
    assert fault.endswith("; use folders beside each other, or add feeds to 'seeds.exclude'")


@pytest.mark.parametrize(("text", "message"), CLASHES)
def test_clashes(tmp_path: Path, text: str, message: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(message.replace("%s", str(tmp_path)))


@pytest.mark.parametrize(
    "text",
    [
        "topics: {AI: {slug: x}}\nproviders: {AI: {slug: x}}",
        "topics: {AI: {aliases: [ai, AI, A-I]}}",
        "topics: {AI: {slug: robots}}",
        "topics: {Ä: {}, ä b: {}, C++: {}, C#: {}}",
        "redirects: {a: b, b: c, c: d}",
        "feeds: {formats: [atom], html: false}\nredirects: {all.rss: all.atom, index.html: all.atom}",
        "server: {port: 0}\nadmin: {port: 0}",
        "server: {port: 9}\nadmin: {port: 9, enabled: false}",
        "server: {port: 9, host: 127.0.0.1}\nadmin: {port: 9, host: 127.0.0.2}",
        "seeds: {dir: seeds}\nfeeds: {dir: seeds-out}",
        "seeds: {dir: ., exclude: [feeds, ./.feedmill/]}",
        "seeds: {dir: ., exclude: [out, .feedmill]}\nfeeds: {dir: out/feeds}",
        "watch: {settle: 5s}",
        "seeds: {fields: {removed: [removed, draft]}}",
        "custom: [{slug: a, where: {quality: {min: 1, max: 1}}}]",
    ],
)
def test_what_only_looks_like_a_clash(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == []


def test_a_fault_brings_no_second_one_that_only_follows_from_it(tmp_path: Path) -> None:
    assert len(faults(tmp_path, "server: {port: x}\nadmin: {port: 8080}")) == 1
    assert len(faults(tmp_path, "topics: {A: {slug: X}, B: {slug: X}}")) == 2
    assert len(faults(tmp_path, "seeds: {dir: [a]}\nfeeds: {dir: .}\nstate: {dir: /s}")) == 1


def test_folders_are_compared_where_links_lead(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "link").symlink_to("seeds")
    (fault,) = faults(tmp_path, "feeds: {dir: link/out}")
    assert f"({tmp_path}/seeds/out) lies inside 'seeds.dir'" in fault


def test_folders_from_the_command_line_are_compared_too(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").touch()
    with pytest.raises(ConfigErrors, match=r"^config.yaml: 'feeds.dir' .* is the same folder as 'seeds.dir'"):
        load(None, environ={}, seeds=Path("feeds"), cwd=tmp_path)


PUBLIC = "server: {host: 0.0.0.0}\n"


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("", True),
        (PUBLIC, True),
        (PUBLIC + "site: {url: https://feeds.example.org/}", True),
        (PUBLIC + "site: {url: https://example.org:8443/x}", True),
        (PUBLIC + "site: {url: http://localhost:8080/}", True),
        (PUBLIC + "site: {url: 'http://[::1]:8080/'}", True),
        ("site: {url: http://localhost:80/}", 2),
        ("site: {url: http://localhost/}\nserver: {enabled: false}", True),
        ("site: {url: http://localhost/}\nserver: {port: 80}", True),
        ("site: {url: http://localhost/}\nserver: {port: 0}", True),
        (PUBLIC + "site: {url: https://feeds.acme.test/}", False),
        (PUBLIC + "site: {url: https://notexample.org/}", False),
        ("server: {host: 10.1.2.3}", True),
        ("site: {url: https://feeds.example.org/}", True),
    ],
)
def test_an_address_that_nobody_else_reaches(tmp_path: Path, text: str, warned: int) -> None:
    found = loads(text, base=tmp_path).warnings
    assert len(found) == warned
    assert all(line.startswith("site.url ") and "set site.url" in line for line in found)
