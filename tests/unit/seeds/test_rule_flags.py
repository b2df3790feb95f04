"""Defaults of a rule: what a seed does not say, of being published above all, the rule of its path says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.model.fields import FIELDS
from feedmill.model.seed import Reason
from feedmill.model.settings import AddressRule, AddressSettings, DecodeSettings
from feedmill.pipeline import Mill, PassRequest
from feedmill.pipeline.explain import explain_each
from feedmill.seeds.decode import decode

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = "title: T\nwebUrl: https://x.org/a\ndate: 2026-01-01\n"


def settings(field: str, value: str, *, published_default: bool = True) -> DecodeSettings:
    rule = AddressRule(paths=("in/**",), defaults=((field, (value,)),))
    return DecodeSettings(address=AddressSettings(rules=(rule,)), published_default=published_default)


def withheld(how: DecodeSettings, said: str, path: str = "in/a.md") -> Reason | None:
    record = decode(path, f"---\n{HEADER}{said}\n---\nText.\n".encode(), how)
    return record.seed.withheld if record.seed is not None else record.reason


@pytest.mark.parametrize(
    ("field", "value", "said", "reason"),
    [
        ("published", "false", "", Reason.UNPUBLISHED),
        ("published", "false", "published: true", None),
        ("published", "false", "Published: yes", None),
        ("published", "false", "draft: false", Reason.UNPUBLISHED),
        ("published", "true", "published: false", Reason.UNPUBLISHED),
        ("draft", "yes", "", Reason.UNPUBLISHED),
        ("draft", "yes", "published: true", Reason.UNPUBLISHED),
        ("draft", "yes", "draft: false", None),
        ("draft", "yes", "hidden: false", None),
        ("draft", "no", "", None),
        ("removed", "true", "", Reason.REMOVED),
        ("deleted", "on", "deleted: no", None),
        ("status", "Draft", "", Reason.UNPUBLISHED),
        ("status", "draft", "status:", Reason.UNPUBLISHED),
        ("status", "draft", "status: published", None),
        ("status", "published", "post_status: private", Reason.UNPUBLISHED),
    ],
)
def test_the_rule_says_what_the_seed_does_not(
    field: str, value: str, said: str, reason: Reason | None
) -> None:
    how = settings(field, value)
    assert withheld(how, said) is reason
    elsewhere = withheld(DecodeSettings(), said)
    assert withheld(how, said, "out/a.md") is elsewhere
    assert withheld(how, said) is reason  # what other paths taught of the same word is not taken for it


def test_a_rule_may_let_out_what_nothing_else_does() -> None:
    how = settings("published", "true", published_default=False)
    assert withheld(how, "") is None
    assert withheld(how, "", "out/a.md") is Reason.UNPUBLISHED


@pytest.mark.parametrize(("said", "year"), [("", 2026), ("expires: 2025-01-01", 2025), ("expires: ", 2026)])
def test_an_expiry_may_be_a_default(said: str, year: int) -> None:
    record = decode(
        "in/a.md", f"---\n{HEADER}{said}\n---\n".encode(), settings("expiryDateTime", "2026-02-01")
    )
    assert record.seed is not None
    assert record.seed.expires is not None
    assert record.seed.expires.year == year


@pytest.mark.parametrize("flag", ["published: false", "draft: true", "removed: yes", "status: draft"])
def test_a_broken_seed_does_not_stay_out_where_the_rule_withholds(tmp_path: Path, flag: str) -> None:
    opposite = {"published": "true", "draft": "no", "removed": "no", "status": "live"}[flag.partition(":")[0]]
    config = f"seeds: {{rules: [{{paths: in/**, defaults: {{{flag}}}}}]}}\nsite: {{title: T}}\n"
    seeds = tmp_path / "seeds"
    for folder in ("in", "out"):
        (seeds / folder).mkdir(parents=True)
        url = f"webUrl: https://x.org/{folder}"
        text = f"---\n{HEADER}{flag.partition(':')[0]}: {opposite}\n---\n".replace(
            "webUrl: https://x.org/a", url
        )
        (seeds / folder / "a.md").write_text(text)
    with Mill(loads(config, base=tmp_path), clock=lambda: NOW) as mill:
        assert mill.run(PassRequest()).eligible == 2
        for folder in ("in", "out"):
            file = seeds / folder / "a.md"
            file.write_text(file.read_text().replace("title: T", "title: [T"))
        report = mill.run(PassRequest())
    assert report.eligible == 1
    assert {problem.path: problem.kept for problem in report.problems} == {"in/a.md": False, "out/a.md": True}


def test_a_default_date_comes_after_all_that_the_seed_says() -> None:
    how = settings("publishedDateTime", "2020-01-01")
    head = "title: T\nwebUrl: https://x.org/a\n"
    for path, said, day in (
        ("in/a.md", "", 2020),
        ("in/a.md", "date: 2021-02-03", 2021),
        ("in/a.md", "published: 2022-02-03", 2022),
        ("in/2023-02-03-a.md", "", 2023),
    ):
        record = decode(path, f"---\n{head}{said}\n---\n".encode(), how)
        assert record.seed is not None and record.seed.published is not None
        assert record.seed.published.year == day


@pytest.mark.parametrize(
    ("default", "remedy"),
    [
        ("draft: true", "write 'draft: false' in its front matter"),
        ("status: wip", "write 'status: published' in its front matter"),
        ("published: false", "feedmill publish sets the flag"),
    ],
)
def test_explain_names_the_default(tmp_path: Path, default: str, remedy: str) -> None:
    (tmp_path / "seeds" / "in").mkdir(parents=True)
    (tmp_path / "seeds" / "in" / "a.md").write_text(f"---\n{HEADER}---\n")
    how = loads(
        "seeds: {rules: [{paths: in/**, defaults: {topics: [a], DEFAULT}}]}".replace("DEFAULT", default),
        base=tmp_path,
    )
    (found,) = explain_each(how, ["in/a.md"], lambda: NOW)
    assert found.state == Reason.UNPUBLISHED.value
    assert (found.why, found.remedy) == (f"it says nothing of it, and seeds.rules say '{default}'", remedy)


@pytest.mark.parametrize(
    ("flag", "remedy"),
    [
        ("published: true", "take that out"),
        ("published: false", "take that out; then feedmill publish sets the flag"),
        ("x: y", "take that out; then feedmill publish sets the flag"),
    ],
)
def test_explain_advises_nothing_that_is_done(tmp_path: Path, flag: str, remedy: str) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.md").write_text(f"---\n{HEADER}draft: true\n{flag}\n---\n")
    (found,) = explain_each(loads("", base=tmp_path), ["a.md"], lambda: NOW)
    assert (found.why, found.remedy) == ("it says 'draft: true'", remedy)


SAID = {
    "publishedDateTime": "2026-01-02",
    "updatedDateTime": "2026-01-03",
    "expiryDateTime": "2027-01-01",
    "enclosure": "https://x.org/a.mp3",
    "chapters": "https://x.org/c.json",
    "transcript": "https://x.org/t.vtt",
    "images": "https://x.org/i.png",
    "language": "de",
    "type": "podcast",
    "episode_type": "bonus",
    "explicit": "true",
    "status": "draft",
    "published": "false",
    "removed": "true",
    "deleted": "true",
    "draft": "true",
}


@pytest.mark.parametrize("field", sorted(FIELDS.keys() - {"id", "link", "title", "related"}))
def test_every_field_says_the_same_as_a_default(field: str) -> None:
    header = "title: T\nwebUrl: https://x.org/a\n"
    if field not in ("enclosure", "publishedDateTime"):
        header += "enclosure: https://x.org/b.mp3\n"
    value = SAID.get(field, "7")
    own = f"---\n{header}{FIELDS[field][0]}: {value}\n---\n".encode()
    without = f"---\n{header}---\n".encode()

    told = decode("in/a.md", without, settings(field, value), thorough=True).seed

    assert told is not None
    told = replace(told, flag_lines=(), vouched=False)
    for how, same in ((own, True), (without, False)):
        found = decode("in/a.md", how, DecodeSettings(), thorough=True).seed
        assert found is not None
        assert (replace(found, flag_lines=(), vouched=False) == told) is same
