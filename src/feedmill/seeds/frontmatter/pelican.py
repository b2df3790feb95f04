"""Bare headers: lines of `Key: value` above the first blank line, as in Pelican's Markdown articles."""

from __future__ import annotations

import re

from feedmill.seeds.frontmatter.front_matter import FrontMatter
from feedmill.seeds.frontmatter.nodes import Places, with_lf
from feedmill.yamltext import MappingNode, Node, YamlFault

_KEY = r"[A-Za-z][\w-]*[ \t]*:"
_MORE = rf"(?:(?:[ ]{{4}}|[ ]{{0,3}}\t)[ \t]*|[ ]{{1,3}}(?!{_KEY}))\S[^\n]*"
"""A line that goes on with the one above: one with three blanks or fewer may be a key's."""
_HEADER = re.compile(rf"(?:[ ]{{0,3}}{_KEY}[^\n]*(?:\n|\Z)(?:{_MORE}(?:\n|\Z))*)+")
_LINE = re.compile(rf"^[ ]{{0,3}}([A-Za-z][\w-]*)[ \t]*:[ \t]*([^\n]*(?:\n{_MORE})*)", re.MULTILINE)
_TITLE = re.compile(r"^[ ]{0,3}title[ \t]*:[ \t]*\S", re.MULTILINE | re.IGNORECASE)
_BLANK = re.compile(r"^[ \t]*(?:\n|\Z)", re.MULTILINE)
_MEANT = re.compile(
    r"^[^\w\n]*+\w[\w-]*+(?:[ \t]*+[:=\uff1a][ \t]*+\S|[^\w\n]++(?:y|yes|true|on|n|no|false|off)\b)",
    re.MULTILINE | re.IGNORECASE,
)
"""A line of a paragraph that says something of a name: a key's with a value, or a word and a boolean one."""


def split(text: str) -> FrontMatter | None:
    """Return the two parts of a seed, None for a text that does not begin with such lines.

    A blank line ends them, or the text's end. So does, below a title, a line that is neither a key's nor
    indented, as Python-Markdown has it; but where a line before the next blank one might be meant for the
    header they are none: what it says, that the article is withheld perhaps, would be lost.
    """
    text = with_lf(text)
    header = _HEADER.match(text)
    if header is None:
        return None
    rest = text[header.end() :]
    paragraph = _BLANK.split(rest, maxsplit=1)[0]
    if paragraph and (_MEANT.search(paragraph) or not _TITLE.search(header[0])):
        return None
    return FrontMatter(header=header[0], header_line=1, body=rest, syntax="pelican")


def parse(header: str) -> MappingNode:
    """Return the lines as a mapping of texts; an indented line goes on with the one above.

    `Authors` and `Tags` are lists, as Pelican reads them: their names end at semicolons, or else at commas.

    Raises:
        YamlFault: there is none.
    """
    places = Places(header)
    pairs = [
        (
            places.scalar(line[1], line.start(1), line.end(1), quoted=False),
            _value(places, line),
        )
        for line in _LINE.finditer(header)
    ]
    if not pairs:
        raise YamlFault("there is no line of 'Key: value'", 1, 1)
    return places.mapping(list(pairs), 0, len(header))


def _value(places: Places, line: re.Match[str]) -> Node:
    text, start, end = " ".join(line[2].split()), line.start(2), line.end(2)
    names = [name.strip() for name in text.split(";" if ";" in text else ",")]
    if line[1].casefold() not in ("authors", "tags") or len(names) == 1:
        return places.scalar(text, start, end, quoted=True)
    return places.sequence(
        [places.scalar(name, start, end, quoted=True) for name in names if name], start, end
    )
