"""Content: a seed's body as HTML that is safe to show anywhere, with absolute addresses.

What may stay is listed here (`ALLOWED_TAGS`, `ALLOWED_ATTRIBUTES`); nh3 (ammonia, html5ever) takes out the
rest. No `style`, `class`, `id` or event attribute stays, no frame, form, SVG or MathML; links are http,
https, mailto or tel, pictures http or https; of one to `links.NOWHERE` the text stays.
Frames, videos and audio are links by then (`embeds`), pictures have a `src` (`pictures`). Sanitising what was
sanitised changes nothing: what does not come to rest is shown as plain text instead.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from feedmill.seeds import links
from feedmill.seeds.embeds import as_links
from feedmill.seeds.html_budget import is_bounded
from feedmill.seeds.mojibake import repair
from feedmill.seeds.pictures import with_addresses
from feedmill.seeds.tags import NOTHING, names_in, replace_tags
from feedmill.seeds.text import BLOCK_ELEMENTS, plain, strip_controls

if TYPE_CHECKING:
    from feedmill.seeds.cleaner import Cleaner

_TAGS = """
a abbr acronym article aside b bdi bdo big blockquote br caption center cite code col colgroup
data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd
li main mark ol p pre q rp rt ruby s samp section small span strike strong sub summary sup
table tbody td tfoot th thead time tr tt u ul var wbr
"""
_HIDDEN = """
applet button canvas embed frameset iframe math noembed noframes object option script select style svg
template textarea title xmp
"""

ALLOWED_TAGS = frozenset(_TAGS.split())
"""The elements that stay; of others the tags go and the text stays, in a `div` where they part blocks."""

HIDDEN_TAGS = frozenset(_HIDDEN.split())
"""The elements that go with everything in them."""

ALLOWED_ATTRIBUTES = MappingProxyType(
    {
        "*": frozenset({"dir", "lang", "title"}),
        "a": frozenset({"href", "hreflang"}),
        "blockquote": frozenset({"cite"}),
        "col": frozenset({"span"}),
        "colgroup": frozenset({"span"}),
        "data": frozenset({"value"}),
        "del": frozenset({"cite", "datetime"}),
        "details": frozenset({"open"}),
        "img": frozenset({"alt", "height", "src", "width"}),
        "ins": frozenset({"cite", "datetime"}),
        "li": frozenset({"value"}),
        "ol": frozenset({"reversed", "start", "type"}),
        "q": frozenset({"cite"}),
        "td": frozenset({"align", "colspan", "rowspan"}),
        "th": frozenset({"align", "colspan", "rowspan", "scope"}),
        "time": frozenset({"datetime"}),
    }
)
"""The attributes that stay, by element; `*` stands for every element."""

_KNOWN = ALLOWED_TAGS | HIDDEN_TAGS | {"image", "noscript"}
"""What the sanitiser and `pictures` see; it would drop others with their text where MathML has such names."""
_PARTING = BLOCK_ELEMENTS - _KNOWN - frozenset({"audio", "body", "frame", "head", "html", "video"})

_ADDRESSES = frozenset({"cite", "href", "src"})
_NUMBERS = frozenset({"colspan", "height", "rowspan", "span", "start", "width"})
_NUMBER = re.compile(r"-?[0-9]{1,6}%?")
_CONTACT = re.compile(r"(mailto|tel):(?=.)", re.IGNORECASE)
_ROUNDS = 4

_WHOLE = re.compile(
    r"(?:\s++|<\?xml[^<>]*>|<!--(?:[^-]|-(?!->))*+-->)*+<(?:!doctype\s+html|html|head|body)(?=[\s>])", re.I
)
_BODY = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|title|noscript|template|textarea)(?=[\s>]).*?(?:</\1(?=[\s>])|\Z)"
    r"""|<(body)(?=[\s>])(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*+|[^<>]*+)>""",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(r"""<a((?: [a-z]+="[^"]*")*+)>(.*?)</a>""", re.DOTALL)
"""A link as nh3 writes it."""
_EMPTY_PICTURE = re.compile(r"""<img((?: (?!src=)[a-z]+="[^"]*")*+)>""")
_ALT = re.compile(r' alt="([^"]*)"')
"""A picture without an address, and its text, as nh3 writes them."""
_SHOWN = re.compile(r"<img\b|(?:\A|>)\s*[^<\s]")
"""What a reader sees something of."""
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body as HTML.

    `emptied`: it had something, and nothing of it can be shown. `flattened`: it, or a paragraph, is too long
    or too nested to be more than its text.
    """

    html: str
    emptied: bool
    flattened: bool = False


def content(
    body: str, *, markdown: bool, base: str, fix_encoding: bool, typographer: bool = False
) -> Content:
    """Return a seed's body as sanitised HTML with absolute addresses; "" for a blank body.

    A body that is a whole HTML document counts from inside its `<body>`, in Markdown files too. `base` is
    the entry's link. Every character is a `Char` of XML 1.0. Time and memory are proportional to the
    body: one that would take more than that (`markup.is_bounded`, `markdown.render`) is shown as plain
    paragraphs. `typographer`: see `markdown.render`.
    """
    if not body or body.isspace():
        return Content(html="", emptied=False)
    text = strip_controls(repair(body) if fix_encoding else body).replace("\r\n", "\n").replace("\r", "\n")
    shown, flattened = _html(text, markdown, base, typographer)
    return Content(html=shown, emptied=not _SHOWN.search(shown), flattened=flattened)


def _html(text: str, markdown: bool, base: str, typographer: bool) -> tuple[str, bool]:
    whole = _inside_body(text, markdown)
    if whole is not None or not markdown:
        return _cleaned(as_links(text if whole is None else whole, base), base)
    from feedmill.seeds.markdown import render  # imported on use: most seeds have no body

    rendered = render(text, typographer=typographer)
    if rendered is None:
        return _paragraphs(text), True
    cleaned, flattened = _cleaned(as_links(rendered.html, base), base)
    return cleaned, flattened or rendered.flattened


def sanitise(fragment: str, base: str) -> str:
    """Return a fragment with nothing in it but what this module allows, addresses resolved against `base`."""
    return _cleaned(fragment, base)[0]


def _cleaned(fragment: str, base: str) -> tuple[str, bool]:
    """As `sanitise`, and whether it is the text alone of what is too long or too nested."""
    known = fragment if names_in(fragment) <= _KNOWN else replace_tags(fragment, _replacement)
    if not is_bounded(known, base):
        return _paragraphs(fragment), True
    addressed = with_addresses(known, base)
    if addressed is not known and not is_bounded(addressed, base):
        return _paragraphs(fragment), True
    fragment = addressed
    cleaner = _cleaner(base)
    for _ in range(_ROUNDS):
        cleaned = strip_controls(cleaner.clean(fragment)).replace("\r", "\n")
        cleaned = _without_empty_pictures(_without_nowhere(cleaned))
        if cleaned == fragment:
            return cleaned.strip(), False
        fragment = cleaned
    return _paragraphs(fragment), True


def _replacement(closing: str, name: str) -> str | None:
    """Return what stands in the place of a tag, None where that is itself."""
    if name in _KNOWN:
        return None
    return f"<{closing}div>" if name in _PARTING else NOTHING


def _cleaner(base: str) -> Cleaner:
    from feedmill.seeds.cleaner import Cleaner  # imported on use, and nh3 with it

    def attribute(tag: str, name: str, value: str) -> str | None:
        value = strip_controls(value)
        if name in _ADDRESSES:
            return _address(tag, name, value, base)
        if name in _NUMBERS:
            return value if _NUMBER.fullmatch(value) else None
        return value

    return Cleaner(
        tags=set(ALLOWED_TAGS),
        clean_content_tags=set(HIDDEN_TAGS),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
        attribute_filter=attribute,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "about"},
    )


def _address(tag: str, name: str, value: str, base: str) -> str | None:
    if tag == "a" and name == "href" and value.startswith(links.NOWHERE):
        return links.NOWHERE
    contact = _CONTACT.match(value.strip()) if tag == "a" and name == "href" else None
    if contact:
        return contact[0].lower() + links.clean(value.strip()[contact.end() :])
    return links.absolute(value, base)


def _without_nowhere(fragment: str) -> str:
    """Return a fragment with the text alone of links that lead nowhere; it is to be cleaned again then."""
    if links.NOWHERE not in fragment:
        return fragment
    nowhere = f' href="{links.NOWHERE}"'
    return _LINK.sub(lambda link: link[2] if nowhere in link[1] else link[0], fragment)


def _without_empty_pictures(fragment: str) -> str:
    """Return a fragment with the text alone of pictures without an address."""
    return _EMPTY_PICTURE.sub(lambda picture: "".join(_ALT.findall(picture[1])), fragment)


def _inside_body(text: str, markdown: bool) -> str | None:
    """Return what is inside the `<body>` of a whole HTML document, None for any other text.

    Markdown that only begins with a `<head>`, or goes on behind `</html>`, is no document: it is rendered.
    """
    begin = _WHOLE.match(text)
    if not begin:
        return None
    start = next((match.end() for match in _BODY.finditer(text) if match[2]), 0)
    lower = text.lower()
    if markdown and not start:
        behind = lower.partition("</html")[2].partition(">")[2]
        if begin[0].lower().endswith("<head") or (behind and not behind.isspace()):
            return None
    end = lower.rfind("</body", start)
    return text[start : end if end > 0 else len(text)]


def _paragraphs(text: str) -> str:
    """Return the text of a body that cannot be shown as it was meant, without any of its markup."""
    parts = (plain(part, fix_encoding=False) for part in _BLANK_LINES.split(text))
    return "\n".join(f"<p>{html.escape(part, quote=False)}</p>" for part in parts if part)
