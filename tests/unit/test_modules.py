"""The shape of the source: no modules import each other in a circle, and none is too long."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import feedmill

LONGEST = 400


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every module's text by its dotted name."""
    package = Path(feedmill.__file__).parent
    files = {file.relative_to(package.parent).with_suffix(""): file for file in package.rglob("*.py")}
    return {
        ".".join(path.parts).removesuffix(".__init__"): file.read_text("utf-8")
        for path, file in files.items()
    }


def imported(text: str) -> Iterator[str]:
    """Yield what a module names in imports, wherever they stand: those for types alone, those on use."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "imports are absolute"
            yield from (f"{node.module}.{each.name}" for each in node.names)


def needs(name: str, texts: dict[str, str]) -> set[str]:
    """The modules that a module imports, or something of: `a.b.c` is `c` of the module `a.b`, or a module."""
    found = {each if each in texts else each.rpartition(".")[0] for each in imported(texts[name])}
    return (found & texts.keys()) - {name}


def test_no_modules_import_each_other_in_a_circle(texts: dict[str, str]) -> None:
    """An import for types alone is one too: whoever reads the one module has to read the other."""
    TopologicalSorter({name: needs(name, texts) for name in texts}).prepare()  # CycleError names the circle


def test_no_module_is_too_long(texts: dict[str, str]) -> None:
    long = {name: lines for name, text in texts.items() if (lines := len(text.splitlines())) > LONGEST}
    assert not long, "look for the second responsibility"
