"""docs/migration.md: its three commands do, for a site of each tool, what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from curator import Run, Site

TOOLS = {
    "Jekyll": {"_config.yml": "title: T\nurl: https://x.org\n", "_posts/2024-05-01-a.md": ""},
    "Hugo": {"hugo.toml": 'baseURL = "https://x.org/"\ntitle = "T"\n', "content/posts/a.md": ""},
    "Zola": {"config.toml": 'base_url = "https://x.org"\ngenerate_feeds = true\n', "content/a.md": ""},
    "Eleventy": {
        "eleventy.config.js": "module.exports = function (c) {};\n",
        "_data/metadata.json": '{"title": "T", "url": "https://x.org/"}',
        "posts/a.md": "",
    },
    "Pelican": {"pelicanconf.py": "SITEURL = 'https://x.org'\nPATH = 'content'\n", "content/a.md": ""},
    "Docusaurus": {
        "docusaurus.config.js": "module.exports = {title: 'T', url: 'https://x.org'};\n",
        "blog/2024-05-01-a.md": "",
    },
}
POST = "---\ntitle: A\ndate: 2024-05-01\nwebUrl: https://x.org/a/\n---\nText\n"
OLD = "<rss><channel><item><title>A</title><link>https://x.org/a/</link><guid>urn:old:a</guid></item></channel></rss>"


@pytest.mark.parametrize("tool", TOOLS)
def test_the_three_commands(
    tool: str, root: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = (root / "docs" / "migration.md").read_text(encoding="utf-8").partition(f"\n## From {tool}\n")[2]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block
    monkeypatch.chdir(tmp_path)
    for path, text in TOOLS[tool].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text or POST, encoding="utf-8")
    (tmp_path / "old.xml").write_text(OLD, encoding="utf-8")
    for line in block[1].splitlines():
        program, *arguments = shlex.split(line)
        assert program == "feedmill"
        run(*("old.xml" if each.startswith("https://") else each for each in arguments))
    assert '"https://x.org/a/": "urn:old:a"' in (tmp_path / "ids.yaml").read_text(encoding="utf-8")
    items = json.loads((tmp_path / "feeds" / "all.json").read_text(encoding="utf-8"))["items"]
    assert [item["title"] for item in items] == ["A"]


def test_draft_is_never_read_the_wrong_way_round(site: Site, run: Run) -> None:
    site.configure("seeds: {fields: {published: [published, draft]}}\n")
    assert "says the opposite of 'published'; map 'removed' to it" in run("build", code=2).err
