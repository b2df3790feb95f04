"""Template syntax: what only the site's own tool understands, left out of a body.

Liquid and Nunjucks (`{% … %}`, `{{ … }}`, `{# … #}`), Hugo's and Zola's shortcodes, kramdown's extensions
(`{::comment}`), attribute lists (`{: .x}`, `{#id}`), MDX (`mdx`). What is there decides, not the tool. Text
between tags stays, of comments nothing; what is code stays as it is (`code`). So do addresses that name a
source file (`@/blog/a.md`, `{filename}a.md`, `../a.md`): only the tool knows where that one is.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from feedmill.seeds.code import Code, find_code
from feedmill.seeds.links import NOWHERE
from feedmill.seeds.mdx import Mdx, is_mdx

Kind = Literal["html", "markdown", "mdx"]

_ROUNDS = 4
_SOURCES = (
    r"@[\w-]*/|~/|pathname://|[{|](?:static|attach|filename|index|author|category|tag)[}|]"
    r"""|\.mdx?(?=[\s#?)>"'])"""
)
_TRIGGER = re.compile(rf"\{{[%{{#:]|\{{/\*|{_SOURCES}")
_MDX_TRIGGER = re.compile(rf"{Mdx.trigger.pattern}|{_SOURCES}", Mdx.trigger.flags)
_SOURCE = re.compile(
    r"(?P<static>\{static\}(?=/)|\|static\|(?=/)|@site/static(?=/))"
    r"|(?P<beside>pathname://|[{|]attach[}|])"
    rf"|{_SOURCES}"
)
"""What an address begins with that is no address: of a file that is published as it is, or of a source.
`@/`, `@assets/` and `~/` are folders of the site's under a name of its own; `{attach}` brings the file to the
article, `pathname://` is how Docusaurus has an address left alone."""
_TAG = re.compile(r"\{%[-+~]?\s*(#|[A-Za-z][\w-]*)")
_SHORTCODE = re.compile(r"\{\{[<%]-?\s*([\w./-]+)")
_LANGUAGE = re.compile(r"\s+([\w+#.-]+)")
_RAW = frozenset({"raw", "verbatim"})
_LISTINGS = frozenset({"highlight", "codeblock"})
_ATTRIBUTES = re.compile(
    r"""\{:?(?:\s*+(?:[.#][\w:-]++|:?[\w-]++=(?:"[^"\n]*"|'[^'\n]*'|[\w-]++)|(?<=\{:)[\w-]++))++\s*\}"""
)
_EXTENSION = re.compile(r"\{::(comment|nomarkdown|options)\b[^{}\n]*?(/?)\}")
"""https://kramdown.gettalong.org/syntax.html#extensions"""
_HTML_BELOW = re.compile(r"[ \t]*\n(?=[ \t]*(?:<|\{[%{]))")
_WITH_BLANKS = re.compile(r"""[^\s()<>"']*+(?: ++[^\s()<>"']++)++(?= *(?:"[^"\n]*" *)?\))""")
"""The rest of an address that other tools take with blanks in it; a title may follow."""
_CONTENTS = re.compile(r"\{:\s*toc\b")
_CONTENTS_LIST = re.compile(r"^ {0,3}(?:[*+-]|\d+\.)[ \t][^\n]*\n[ \t]*\Z", re.MULTILINE)
"""kramdown's table of contents stands where the list of one line is that `{:toc}` follows."""
_LITERAL = re.compile(
    r"""\{\{-?\s*(?:"([^"\n]*)"|'([^'\n]*)')\s*"""
    r"((?:\|\s*(?:url|relative_url|absolute_url|relURL|absURL|escape|xml_escape|safe|prepend:\s*site\.(?:base)?url)\s*)*)"
    r"-?\}\}"
)
_BELOW_HOME = re.compile(r"\b(?:url|relative_url|absolute_url|baseurl)\b")
_HOME = re.compile(
    r"\{\{-?\s*(?:site\.(?:(baseurl|base_url|baseURL)|url)|(SITEURL))(?:\s*\|\s*escape)?\s*-?\}\}"
)
_ADDRESS_BEFORE = re.compile(
    r"""(?:\]\(\s*<?|^[ ]{0,3}\[(?!\^)[^\]\n]+\]:[ \t]*<?|\b(?:href|src|cite|poster)\s*=\s*["'])\Z""",
    re.IGNORECASE | re.MULTILINE,
)
_UNQUOTED = re.compile(r"(?:href|src|cite|poster)=", re.IGNORECASE)
_NO_ADDRESS = " \t\n<>\"'()"
_EDGES = frozenset("{}<>%#/*`:")
_TAIL = 300


@dataclass(frozen=True, slots=True)
class Stripped:
    """A body without template syntax, and how many pieces of it there were."""

    text: str
    count: int


def strip(text: str, kind: Kind, root: str = "") -> Stripped:
    """Return a body (LF line ends) without template syntax outside code.

    `{% raw %}` and Hugo's escaped shortcodes stand for what is in them, a `{% highlight %}` block is code. A
    link whose address only the tool could have made becomes one to `NOWHERE`: its text alone is shown.
    `root` is the path that the site's pages are below (`/blog`, "" for none): what `{{ site.baseurl }}`
    stands for. Stripping what was stripped changes nothing.
    Takes time proportional to the text.
    """
    count = 0
    for _ in range(_ROUNDS):
        stripped = _stripped_once(text, kind, root)
        if not stripped.count:
            return Stripped(text, count)
        text, count = stripped.text, count + stripped.count
    if not _stripped_once(text, kind, root).count:
        return Stripped(text, count)
    return Stripped(text.replace("{", "&#123;").replace("<", "&lt;"), count)  # it was made to be nested


def _stripped_once(text: str, kind: Kind, root: str) -> Stripped:
    if not _TRIGGER.search(text) and kind != "mdx" and not is_mdx(text):
        return Stripped(text, 0)
    code = find_code(text, markdown=kind != "html", one_dollar=kind == "mdx")
    if kind == "markdown" and is_mdx(text, code):
        kind, code = "mdx", find_code(text, markdown=True, one_dollar=True)
    mdx = Mdx(text, code) if kind == "mdx" else None
    body = _Body(text, code, html=kind == "html", mdx=mdx, root=root)
    written = position = 0
    trigger = _MDX_TRIGGER if mdx else _TRIGGER
    while match := trigger.search(text, position):
        start = match.start()
        inside = code.end_at(start)
        found = body.at(start) if inside is None else None
        if found is None:
            position = inside or start + 1
            continue
        position, replacement = found
        body.put(text[written:start])
        written = position
        if replacement := body.beside(start, position) if replacement is None else replacement:
            body.put(replacement)
        else:
            written = position = body.behind_gap(position)
        body.count += 1
    body.put(text[written:])
    return Stripped("".join(body.out), body.count)


def _address(before: str) -> str | None:
    """Return the beginning of the link's address that a text ends in, None where it ends in none."""
    split = max(before.rfind(character) for character in _NO_ADDRESS) + 1
    if _ADDRESS_BEFORE.search(before, max(split - 120, 0), split):
        return before[split:]
    unquoted = _UNQUOTED.match(before, split)
    return before[unquoted.end() :] if unquoted else None


class _Ends:
    """Where a pattern is found: outside code, or anywhere."""

    def __init__(self, pattern: str, text: str, code: Code | None) -> None:
        found = (match.span() for match in re.finditer(pattern, text))
        self._spans = [span for span in found if code is None or code.end_at(span[0]) is None]

    def after(self, position: int) -> tuple[int, int] | None:
        """Return the first at or behind `position`."""
        number = bisect_left(self._spans, (position, 0))
        return self._spans[number] if number < len(self._spans) else None


_Found = tuple[int, str | None] | None
"""Where a piece ends, and what stands for it: None for nothing."""


class _Body:
    """One text that is read from the beginning to the end, and what is written of it."""

    def __init__(self, text: str, code: Code, *, html: bool, mdx: Mdx | None, root: str) -> None:
        self.text = text
        self.code = code
        self.html = html
        self.mdx = mdx
        self.root = root
        self.out: list[str] = []
        self.count = 0
        self._ends: dict[str, _Ends] = {}

    def put(self, text: str) -> None:
        """Write on."""
        if text:
            self.out.append(text)

    def at(self, start: int) -> _Found:
        """Return what begins at `start`, None where it is just text."""
        for opening, read in _READERS:
            if self.text.startswith(opening, start) and (found := read(self, start)):
                return found
        if source := _SOURCE.match(self.text, start):
            return self._source(source)
        return self.mdx.at(start) if self.mdx else None

    def _source(self, source: re.Match[str]) -> _Found:
        """An address that names a file of the site's, which is published where it lies or only the tool knows
        where; anything else that looks like one is just text."""
        before = _address(self.text[max(0, source.start() - _TAIL) : source.start()])
        if before is None or before[:1] == "/" or re.search("[:#?]", before):
            return None
        if before and not source[0].startswith("."):
            return None
        rest = _WITH_BLANKS.match(self.text, source.end())
        end = rest.end() if rest and not self.html else source.end()
        if source["static"] or source["beside"]:
            address = self.text[source.end() : end].replace(" ", "%20")
            return end, (self.root if source["static"] else "") + address
        return end, None

    def behind_gap(self, position: int) -> int:
        """Return where to read on behind a piece that left nothing: behind its line within HTML.

        There an empty line would end the block, and what is indented below would be code to Markdown.
        """
        below = _HTML_BELOW.match(self.text, position)
        before = self._tail().rstrip(" \t") if below else ""
        above = before[:-1].rpartition("\n")[2].strip()
        if below is None or before[-1:] != "\n" or (above[:1] != "<" and above[-1:] != ">"):
            return position
        self.out[-1] = before
        return below.end()

    def beside(self, start: int, end: int) -> str:
        """Return what has to stand where a piece was left out.

        Of a link's address: no address at all. Else a blank where what stood on both sides would mean
        something together.
        """
        before = self._tail()
        if _CONTENTS.match(self.text, start):
            self.out[-1] = _CONTENTS_LIST.sub("", before)
            return ""
        prefix = _address(before)
        if prefix is not None:
            if home := _HOME.fullmatch(self.text, start, end):
                return self.root if home[1] or home[2] else ""
            self.out[-1:] = [before[: len(before) - len(prefix)]]
            return NOWHERE
        return " " if before[-1:] in _EDGES and self.text[end : end + 1] in _EDGES else ""

    def _tail(self) -> str:
        """Return the end of what is written, which is the last of `out` from then on."""
        tail: list[str] = []
        size = 0
        while self.out and size < _TAIL:
            tail.append(self.out.pop())
            size += len(tail[-1])
        text = "".join(reversed(tail))
        self.out += (text[:-_TAIL], text[-_TAIL:])
        return self.out[-1]

    def end(self, pattern: str, position: int, *, in_code: bool = False) -> tuple[int, int] | None:
        """Return the next place of a pattern. What ends a block of the tool's does so `in_code`, too."""
        if pattern not in self._ends:
            self._ends[pattern] = _Ends(pattern, self.text, None if in_code else self.code)
        return self._ends[pattern].after(position)

    def end_near(self, pattern: str, start: int) -> int | None:
        """Return where the piece ends that begins at `start`, None where its paragraph ends before."""
        found = self.end(pattern, start + 2)
        return found[1] if found and self.code.is_one_paragraph(start, found[1]) else None

    def literal(self, start: int, end: int) -> str:
        """Return a part of the text such that nothing in it is template syntax."""
        parts: list[str] = []
        for code_start, code_end in (*self.code.within(start, end), (end, end)):
            parts += (self.text[start:code_start].replace("{", "&#123;"), self.text[code_start:code_end])
            start = code_end
        return "".join(parts)

    def listing(self, language: str, start: int, code_start: int, code_end: int) -> str:
        """Return a part of the text as a block of code, indented as the tag at `start` was."""
        code = self.text[code_start:code_end].strip("\n")
        if self.html:
            return f"<pre><code>{html.escape(code, quote=False)}</code></pre>".replace("{", "&#123;")
        line = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        indent = line if not line.strip() else ""
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
        return f"{'' if indent == line else chr(10)}{fence}{language}\n{code}\n{indent}{fence}\n"


def _tag(body: _Body, start: int) -> _Found:
    """`{% … %}`: what it is by its name."""
    match = _TAG.match(body.text, start)
    end = body.end_near(r"%\}", start)
    if match is None or end is None or match.end() > end:
        return None
    name = match[1]
    if name == "comment" and (ended := _end_of_comment(body, end)):
        return ended, None
    if name in _RAW | _LISTINGS and (
        closing := body.end(rf"\{{%[-+~]?\s*end{name}\s*[-+~]?%\}}", end, in_code=True)
    ):
        if name in _RAW:
            return closing[1], body.literal(end, closing[0])
        language = _LANGUAGE.match(body.text, match.end(), end)
        return closing[1], body.listing(language[1] if language else "", start, end, closing[0])
    return end, None


def _end_of_comment(body: _Body, position: int) -> int | None:
    """Return where a comment ends that began before `position`, with those within it (Liquid 5.4).

    Of one that is never closed where the last of these ends; None where none does.
    """
    depth, ended = 1, None
    while depth and (closing := body.end(r"\{%[-+~]?\s*endcomment\s*[-+~]?%\}", position, in_code=True)):
        opening = body.end(r"\{%[-+~]?\s*comment\b", position, in_code=True)
        if opening and opening[0] < closing[0]:
            depth, position = depth + 1, opening[1]
        else:
            depth, position, ended = depth - 1, closing[1], closing[1]
    return ended


def _shortcode(body: _Body, start: int) -> _Found:
    """Hugo's `{{< … >}}` and `{{% … %}}`; with `/*` and `*/` inside the marks it stands for itself."""
    mark, close = body.text[start + 2], {"<": ">", "%": "%"}[body.text[start + 2]]
    end = body.end_near(rf"{close}\}}\}}", start)
    if end is None:
        return None
    inner = body.text[start + 3 : end - 3]
    if inner.startswith("/*") and inner.endswith("*/") and len(inner) >= 4:
        return (
            end,
            f"&#123;&#123;{html.escape(mark)}{inner[2:-2].replace('{', '&#123;')}{html.escape(close)}}}}}",
        )
    match = _SHORTCODE.match(body.text, start)
    if match and match[1] == "comment":
        closing = body.end(r"\{\{[<%]-?\s*/comment\s*-?[>%]\}\}", end, in_code=True)
        return (closing[1] if closing else end), None
    if match and match[1] == "highlight":
        closing = body.end(r"\{\{[<%]-?\s*/highlight\s*-?[>%]\}\}", end, in_code=True)
        if closing:
            language = _LANGUAGE.match(body.text, match.end(), end)
            return closing[1], body.listing(language[1] if language else "", start, end, closing[0])
    return end, None


def _expression(body: _Body, start: int) -> _Found:
    """`{{ … }}`: nothing, but for a text in quotes that at most an address's filter is applied to."""
    end = body.end_near(r"\}\}\}?", start)
    if end is None:
        return None
    literal = _LITERAL.fullmatch(body.text, start, end)
    text = (literal[1] or literal[2] or "") if literal else ""
    if literal and body.root and _BELOW_HOME.search(literal[3]) and "://" not in text:
        return end, f"{body.root}/{text.removeprefix('/')}"
    return end, text or None


def _comment(pattern: str) -> Callable[[_Body, int], _Found]:
    """A comment goes with everything in it, code too."""

    def read(body: _Body, start: int) -> _Found:
        end = body.end(pattern, start + 2)
        return (end[1], None) if end else None

    return read


def _extension(body: _Body, start: int) -> _Found:
    """kramdown's extensions: a comment goes with all that is in it, `nomarkdown` stands for its content."""
    match = _EXTENSION.match(body.text, start)
    if match is None:
        return None
    if match[2]:
        return match.end(), None
    closing = body.end(rf"\{{:/(?:{match[1]})?\}}", match.end(), in_code=True)
    if closing is None:
        return None
    return closing[1], body.text[match.end() : closing[0]] if match[1] == "nomarkdown" else None


def _attributes(body: _Body, start: int) -> _Found:
    """`{: .note}` and `{#id}`, which kramdown, Hugo, Zola and Docusaurus put behind what they belong to."""
    match = _ATTRIBUTES.match(body.text, start)
    return (match.end(), None) if match else None


_READERS: tuple[tuple[str, Callable[[_Body, int], _Found]], ...] = (
    ("{%", _tag),
    ("{{<", _shortcode),
    ("{{%", _shortcode),
    ("{{", _expression),
    ("{::", _extension),
    ("{:", _attributes),
    ("{#", _attributes),
    ("{#", _comment(r"#\}")),
    ("{/*", _comment(r"\*/\}")),
)
