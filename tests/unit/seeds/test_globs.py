from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.model.settings import ScanSettings
from feedmill.seeds.globs import compile_globs, matches

SETTINGS = ScanSettings(dir=Path("/seeds"))


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        (
            "**/*.md",
            ["a.md", "b/a.md", "b/c/d.md", "é/\n.md", "_drafts/x.md", ".md"],
            ["a.MD", "a.mdx", "a.md/b"],
        ),
        ("*.md", ["a.md"], ["b/a.md"]),
        ("news/**", ["news/a", "news/b/c"], ["news", "old/news/a"]),
        ("news/**/*.md", ["news/a.md", "news/x/y/a.md"], ["a.md", "newsa.md"]),
        ("**", ["a", "a/b"], []),
        ("a?c", ["abc", "aéc"], ["a/c", "ac", "abbc"]),
        ("[ab]*.md", ["a.md", "bx.md"], ["c.md"]),
        ("[!ab].md", ["c.md"], ["a.md", "/.md"]),
        ("[]].md", ["].md"], ["a.md"]),
        ("[^a].md", ["^.md", "a.md"], ["b.md"]),
        ("[&&a].md", ["&.md", "a.md"], ["b.md"]),
        ("a.b+(c)", ["a.b+(c)"], ["aXb+(c)"]),
        ("./x/", ["x"], ["x/y"]),
        ("[a", ["[a"], ["a"]),
    ],
)
def test_globs(glob: str, yes: list[str], no: list[str]) -> None:
    globs = compile_globs((glob,), ())
    assert [path for path in yes if not globs.takes(path)] == []
    assert [path for path in no if globs.takes(path)] == []


def test_excluding_a_folder_excludes_what_is_in_it() -> None:
    globs = compile_globs(("**/*.md",), ("drafts", "old/**", "**/secret/*.md"))
    wanted = ["a.md", "drafts.md", "x/drafts/a.md", "secret/x/a.md"]
    assert [path for path in wanted if not globs.takes(path)] == []
    assert not any(
        globs.takes(path) for path in ("drafts/a.md", "drafts/b/a.md", "old/a.md", "x/secret/a.md")
    )
    assert globs.prunes("drafts")
    assert globs.prunes("old/deep")
    assert not globs.prunes("x")


def test_no_include_takes_nothing() -> None:
    assert not compile_globs((), ()).takes("a.md")


@pytest.mark.parametrize(
    "path",
    ["a.md", "a/b.markdown", "_posts/a.html", "a.b/c.txt", "~a.md", "#a.md", "notes.bak/a.md", "a b.md"],
)
def test_seeds_by_name(path: str) -> None:
    assert matches(SETTINGS, path)


@pytest.mark.parametrize(
    "path",
    [
        *(".a.md", "a/.b.md", ".git/a.md", "a/.b/c.md", ".#a.md", "..md"),
        *(
            "a.md~",
            "#a.md#",
            "a.md.swp",
            "a.md.bak",
            "a.md.tmp",
            "a.md.part",
            "4913",
            "~$a.md",
            "a.md___jb_tmp___",
        ),
        *("a.png", "/a.md", "a//b.md", "../a.md", "./a.md", "a/../b.md", "a.md/", ""),
    ],
)
def test_no_seeds_by_name(path: str) -> None:
    assert not matches(SETTINGS, path)


def test_temporary_files_are_ignored_even_where_all_is_included() -> None:
    everything = ScanSettings(dir=Path("/seeds"), include=("**",))
    names = [
        "x.md~",
        ".x.md.swp",
        "x.md.swx",
        "4913",
        ".#x",
        "#x#",
        "x.tmp",
        "x.bak",
        "~$x.md",
        "x.md___jb_old___",
    ]
    assert [name for name in names if matches(everything, f"a/{name}")] == []
    assert matches(everything, "a/x")
