"""Bodies: what of a seed's body is shown, and the summary that is made of it where it has none of its own."""

from __future__ import annotations

from dataclasses import dataclass

from feedmill.model.seed import Problem, Severity
from feedmill.model.settings import DecodeSettings
from feedmill.seeds import excerpt as excerpts
from feedmill.seeds.html import content
from feedmill.seeds.reading import Reader

__all__ = ["Body", "read_body"]

_HTML = (".html", ".htm")
_MDX = ".mdx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body as sanitised HTML, and its excerpt ("" where none was asked for, or can be made)."""

    content: str = ""
    excerpt: str = ""


def read_body(
    reader: Reader, text: str, settings: DecodeSettings, link: str, *, excerpt: bool, line: int
) -> Body:
    """Return what is shown of a body (LF line ends) that begins on the file's `line`.

    Template syntax of the site's own tool is left out where `seeds.templates: strip`, else `check` counts
    it. A body that had something and shows nothing is a notice.
    """
    if not text or text.isspace():
        return Body()
    path = reader.path.lower()
    markdown = not path.endswith(_HTML)
    marked = excerpts.mark(text, settings.excerpt.separators, markdown=markdown) if excerpt else None
    text = marked if marked is not None else text
    if settings.templates == "strip" or settings.thorough:
        from feedmill.seeds.templates import strip  # imported on use: most sites have none

        stripped = strip(text, "html" if not markdown else "mdx" if path.endswith(_MDX) else "markdown")
        if settings.templates == "strip":
            text = stripped.text
        elif stripped.count:
            pieces = f"{stripped.count:,} piece{'s' if stripped.count != 1 else ''} of template syntax"
            _tell(reader, f"the body shows {pieces} as it is; 'seeds.templates: strip' leaves it out", line)
    shown = content(
        text,
        markdown=markdown,
        base=link,
        fix_encoding=reader.fix_encoding,
        typographer=settings.typographer,
    )
    if shown.emptied:
        _tell(reader, "nothing of the body can be shown in a feed", line)
    summary = excerpts.excerpt(shown.html, settings.excerpt.words) if excerpt else ""
    return Body(content=excerpts.without_mark(shown.html), excerpt=summary)


def _tell(reader: Reader, message: str, line: int) -> None:
    reader.problems.append(
        Problem(path=reader.path, message=message, severity=Severity.NOTICE, line=line, column=1)
    )
