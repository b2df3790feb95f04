"""The benchmarks' seeds are the same on every machine, and shaped as the real ones are."""

from __future__ import annotations

import hashlib
from datetime import UTC
from itertools import islice
from pathlib import Path

import pytest
from benchmarks.make_seeds import Shape, seeds, size, write
from benchmarks.tables import replace, seconds, table
from benchmarks.truth import expected, facts

from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode

PARTS = {"x": "old", "y": "kept"}


def digest(shape: Shape, count: int) -> str:
    return hashlib.sha256("".join(text for _, text in seeds(shape, count)).encode()).hexdigest()


def test_the_same_seed_gives_the_same_files_and_another_gives_others() -> None:
    assert digest(Shape(), 40) == digest(Shape(), 40)
    assert digest(Shape(seed=2), 40) != digest(Shape(), 40)


def test_more_seeds_begin_with_the_same_ones() -> None:
    assert list(seeds(Shape(), 20)) == list(islice(seeds(Shape(), 1_000_000), 20))


def test_real_seeds_have_the_real_sizes_and_shares() -> None:
    texts = [text for _, text in seeds(Shape(), 600)]
    sizes = [len(text.encode()) for text in texts]
    related = sum(len(text.partition("\nrelated:")[2].partition("\nsecured:")[0].encode()) for text in texts)
    assert 24_000 < sum(sizes) / len(sizes) < 30_000
    assert min(sizes) > 1_000
    assert max(sizes) < 150_000
    assert 0.94 < related / sum(sizes) < 0.97
    assert 0.2 < sum("published: true" in text for text in texts) / len(texts) < 0.3


def test_small_and_lean_seeds_keep_to_their_size() -> None:
    small = [len(text.encode()) for _, text in seeds(Shape(size=2000), 200)]
    lean = [len(text.encode()) for _, text in seeds(Shape(lean=True), 200)]
    assert 1_700 < sum(small) / 200 < 2_300
    assert 400 < sum(lean) / 200 < 700


@pytest.mark.parametrize("shape", [Shape(), Shape(lean=True), Shape(size=2000, topics=2000, providers=5000)])
def test_the_mill_reads_what_the_truth_reads(shape: Shape) -> None:
    instants = set()
    for path, text in seeds(shape, 60):
        told = facts(path, text)
        seed = decode(path, text.encode(), DecodeSettings(), thorough=True).seed
        assert seed is not None
        assert seed.published is not None
        assert (seed.title, seed.link, seed.topics) == (told.title, told.link, told.topics)
        assert seed.published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") == told.instant
        assert (seed.withheld is None) == told.published
        assert seed.provider is not None
        assert seed.provider.name == told.provider
        instants.add(told.instant)
    assert len(instants) == 60, "a tie would leave the order to each tool"


def test_the_truth_is_the_newest_fifty_of_each_term() -> None:
    told = [facts(path, text) for path, text in seeds(Shape(lean=True), 900)]
    feeds = expected(told)
    published = [seed for seed in told if seed.published and "AI" in seed.topics]
    assert len(published) > 50
    newest = sorted(published, key=lambda seed: seed.instant, reverse=True)[:50]
    assert feeds["topics", "ai"] == [seed.title for seed in newest]


def test_files_go_a_thousand_to_a_folder(tmp_path: Path) -> None:
    total = write(tmp_path, Shape(lean=True), 1_002)
    files = sorted(tmp_path.rglob("*.md"))
    assert len(files) == 1_002
    assert sum(file.stat().st_size for file in files) == total
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["0000", "0001"]


def test_sizes_read_as_people_write_them() -> None:
    assert [size(text) for text in ("500", "2KB", "1 MiB", "0.5 kib")] == [500, 2000, 1 << 20, 512]
    with pytest.raises(ValueError, match="no size"):
        size("2 GB?")


def test_a_figure_replaces_only_its_own_part_of_the_page() -> None:
    page = "".join(f"<!-- measured: {name} -->\n{old}\n<!-- /measured -->\n" for name, old in PARTS.items())
    done = replace(page, "x", table(["", "wall"], [["feedmill", seconds(0.0123)]]))
    assert "old" not in done
    assert "| feedmill | 12.3 ms |" in done
    assert "kept" in done
    assert replace(done, "x", "old") == page
    with pytest.raises(LookupError):
        replace(page, "z", "")
