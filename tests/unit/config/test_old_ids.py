"""`seeds.ids`: old ids by address, and what is wrong with the file where something is."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config.old_ids import load_ids
from feedmill.errors import ConfigError
from feedmill.model.settings import AddressSettings, DecodeSettings
from feedmill.seeds.decode import decode

HOME = "https://www.example.org/"


def test_an_address_keeps_the_id_it_had(tmp_path: Path) -> None:
    file = tmp_path / "ids.yaml"
    file.write_text('"http://WWW.example.org:80/a/": "tag:old,2011:1"\n/b/: 17 at example.org\n')
    ids = load_ids(file, HOME)
    settings = DecodeSettings(
        address=AddressSettings(home=HOME, site_id=HOME, link="{slug}/", old_ids=ids, ids=file)
    )
    known = decode("a.md", b"---\ntitle: A\ndate: 2026-01-01\n---\n", settings).seed
    assert known is not None
    assert (known.link, known.id) == ("https://www.example.org/a/", "tag:old,2011:1")
    other = decode("b.md", b"---\ntitle: B\ndate: 2026-01-01\n---\n", settings).seed
    assert other is not None
    assert other.id.startswith("urn:uuid:")  # no IRI: a name made of it
    own = decode("a.md", b"---\ntitle: A\ndate: 2026-01-01\nid: urn:mine\n---\n", settings).seed
    assert own is not None
    assert own.id == "urn:mine"


def test_a_file_that_is_not_there_says_nothing_and_fingerprints_tell_files_apart(tmp_path: Path) -> None:
    file = tmp_path / "ids.yaml"
    assert not load_ids(file, HOME).by_address
    file.write_text("/a/: urn:one\n")
    one = repr(load_ids(file, HOME))
    file.write_text("/a/: urn:two\n")
    assert one != repr(load_ids(file, HOME))


@pytest.mark.parametrize("text", ["- a\n", "a: [b]\n", "a: {b: c}\n", "a: ''\n", "a: [\n"])
def test_what_is_wrong_is_told_with_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "ids.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_ids(file, HOME)
    assert str(caught.value).startswith(f"{file}:")
