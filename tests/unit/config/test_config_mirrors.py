"""`mirrors`: buckets and folders that follow what is published."""

# ruff: noqa: E501 (messages are compared whole)

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, load, loads
from feedmill.config.show import show
from feedmill.model.secret import Secret
from feedmill.model.settings import MirrorSettings

EVERY_KEY = """\
mirrors:
  - url: s3://bucket/feeds/
    endpoint: https://s3.example.org/
    region: eu-central-1
    access_key: env:KEY
    secret_key: {secret}
  - file:///srv/www
  - url: gs://other
"""


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cr3t\n")
    settings = loads(EVERY_KEY.replace("{secret}", "file:key"), base=tmp_path, environ={"KEY": "AKIA5"})
    assert settings.mirrors == (
        MirrorSettings(
            url="s3://bucket/feeds",
            endpoint="https://s3.example.org/",
            region="eu-central-1",
            access_key=Secret("AKIA5"),
            secret_key=Secret("s3cr3t"),
        ),
        MirrorSettings(url="file:///srv/www"),
        MirrorSettings(url="gs://other"),
    )
    for told in (show(settings), repr(settings)):
        assert "s3cr3t" not in told
        assert "AKIA5" not in told
    assert "secret_key: ***" in show(settings).replace('"', "")
    assert loads("", base=tmp_path).mirrors == ()


def test_feeds_elsewhere_reach_no_mirror(tmp_path: Path) -> None:
    """`--feeds DIR` is a try: it publishes there and nowhere else."""
    (tmp_path / "config.yaml").write_text("mirrors: ['file:///srv/www']")
    assert load(None, environ={}, feeds=Path("elsewhere"), cwd=tmp_path).mirrors == ()


@pytest.mark.parametrize(
    ("mirrors", "message"),
    [
        ("[{region: x}]", "'mirrors.0' has no 'url'; add url: s3://bucket/feeds"),
        ("['ftp://x/y']", """'mirrors.0.url' is "ftp://x/y", of another kind; use an address like s3://"""),
        ("[bucket]", """'mirrors.0.url' is "bucket", without its scheme"""),
        ("['s3://Bucket_X']", "with a bucket that is none"),
        ("['s3:///x']", "with a bucket that is none"),
        ("['s3://b-1/a/../b']", "with an empty part, . or .."),
        ("['s3://b-1/a//b']", "with an empty part, . or .."),
        ("['s3://u:p@b-1/x']", "with a user name, which everybody would see"),
        ("['s3://b-1/a?b']", "with a query or fragment"),
        ("['file://host/x']", "which names another machine; a folder here is file:///srv/www"),
        ("['file:///']", "which is the whole file system"),
        (
            "['file:///srv', 'file:///srv/']",
            "'mirrors.1.url' (/srv) is the same folder as 'mirrors.0.url' (/srv); use folders beside each other",
        ),
        ("['file:///srv', 'file:///srv/a']", "'mirrors.1.url' (/srv/a) lies inside 'mirrors.0.url'"),
        (
            "['s3://b-1/a', 's3://b-1/a/b']",
            """config.yaml:1:25: "s3://b-1/a/b" and "s3://b-1/a" are one place, or one inside the other; use""",
        ),
        ("['s3://b-1/b', 's3://b-1']", "are one place, or one inside the other"),
        ("['file://%s/feeds']", "is the same folder as 'feeds.dir'"),
        ("['file://%s/seeds/out']", "lies inside 'seeds.dir'"),
        ("['file://%s']", "contains 'seeds.dir'"),
        (
            "[{url: 'file:///srv', region: x}]",
            "'mirrors.0.region' is for buckets, and \"file:///srv\" is a folder; leave it out",
        ),
        (
            "[{url: 's3://b-1', access_key: x}]",
            "config.yaml:1:11: 'mirrors.0' has one of access_key and secret_key; give both, or neither",
        ),
        (
            "[{url: 's3://b-1', secret_key: env:NO}]",
            "'mirrors.0.secret_key' names the variable NO, which is not set",
        ),
        ("[{url: 's3://b-1', endpoint: minio}]", "'mirrors.0.endpoint' is"),
        ("[{url: 's3://b-1', region: 'a b'}]", "'mirrors.0.region' is"),
    ],
)
def test_faults(tmp_path: Path, mirrors: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(f"mirrors: {mirrors}".replace("%s", str(tmp_path)), base=tmp_path)
    assert message in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


def test_two_services_may_have_a_bucket_of_one_name(tmp_path: Path) -> None:
    both = "[{url: 's3://www', endpoint: 'https://a.example.org'}, {url: 's3://www/x'}]"
    assert len(loads(f"mirrors: {both}", base=tmp_path).mirrors) == 2
    same = both.replace("'s3://www/x'", "'s3://www/x', endpoint: 'https://a.example.org/'")
    with pytest.raises(ConfigErrors, match="one inside the other"):
        loads(f"mirrors: {same}", base=tmp_path)
