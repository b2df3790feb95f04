"""A seed's body: what of it is shown, the summary made of it, and what its author should know about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from feedmill.seeds.excerpt import SEPARATORS, excerpt, mark, set_apart, without_notes
from feedmill.seeds.html import content
from feedmill.seeds.templates import Kind, strip


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRules:
    """How bodies are read: `seeds.templates`, `seeds.typographer`, `seeds.excerpt`, `seeds.fix_encoding`.

    `root` is the path of `site.home` without the last `/`.
    """

    strip_templates: bool = False
    root: str = ""
    typographer: bool = False
    fix_encoding: bool = True
    separators: tuple[str, ...] = SEPARATORS
    words: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a body comes to.

    `templates`: pieces of template syntax in it. `emptied`: it had something, and nothing of it is shown.
    `flattened`: see `html.Content`.
    """

    html: str = ""
    summary: str = ""
    templates: int = 0
    emptied: bool = False
    flattened: bool = False


def kind_of(path: str) -> Kind:
    """Return what a file's body is, by its name."""
    name = path.lower()
    return "html" if name.endswith((".html", ".htm")) else "mdx" if name.endswith(".mdx") else "markdown"


def read_body(body: str, kind: Kind, base: str, rules: BodyRules, *, summarise: bool, count: bool) -> Body:
    """Return what is made of a body with LF line ends, its addresses resolved against `base`.

    `summarise`: the seed says no summary itself. `count`: count template syntax that stays, too.
    """
    if not body or body.isspace():
        return Body()

    def shown(text: str) -> Body:
        stripped = strip(text, kind, rules.root) if rules.strip_templates or count else None
        if stripped and rules.strip_templates:
            text = stripped.text
        made = content(
            text if kind == "html" else set_apart(text, rules.separators),
            markdown=kind != "html",
            base=base,
            fix_encoding=rules.fix_encoding,
            typographer=rules.typographer,
        )
        return Body(
            html=made.html,
            templates=stripped.count if stripped else 0,
            emptied=made.emptied or not text.strip(),
            flattened=made.flattened,
        )

    whole = shown(body)
    if not summarise:
        return whole
    marked = mark(body, rules.separators, markdown=kind != "html")
    if not marked and not rules.words:
        return whole
    summarised = (marked or body) if kind == "html" else without_notes(marked or body)
    html = (whole if summarised == body else shown(summarised)).html
    return replace(whole, summary=excerpt(html, rules.words))
