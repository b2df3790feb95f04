"""What a page must be (HTML Living Standard): well nested, nothing but the words of our own templates."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "img", "input", "wbr", "br", "hr"})
_EVERYWHERE = frozenset({"id", "class", "lang", "dir", "hidden", "tabindex", "role"})
_KNOWN: dict[str, set[str]] = {
    "meta": {"charset", "http-equiv", "content", "name", "property", "media"},
    "link": {"rel", "type", "title", "href"},
    "a": {"href", "type", "download"},
    "img": {"src", "alt", "width", "height", "loading", "decoding", "referrerpolicy"},
    "audio": {"controls", "preload", "src"},
    "video": {"controls", "preload", "src"},
    "input": {
        *("type", "name", "value", "checked"),
        *("placeholder", "autocomplete", "autocapitalize", "spellcheck", "enterkeyhint"),
    },
    "script": {"type"},
    "label": {"for"},
    "button": {"type"},
    "time": {"datetime"},
    "svg": {"viewbox", "focusable"},
    "circle": {"cx", "cy", "r"},
    "path": {"d", "transform"},
}
_PLAIN = (
    " html head title style body header main footer nav section article div span p h1 h2 h3 ul ol li "
    " bdi details summary wbr fieldset legend dl dt dd "
)
_INLINE_ONLY = frozenset(
    {"p", "h1", "h2", "h3", "span", "bdi", "a", "summary", "label", "button", "time", "title"}
)
_BLOCKS = frozenset(
    {"p", "h1", "h2", "h3", "div", "section", "article", "ul", "ol", "li", "header", "footer", "nav"}
)
_FOLLOWED = ("http://", "https://", "#", "feed:http://", "feed:https://")


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wanted: list[str] = []
        self.headings: list[int] = []
        self.addresses: list[str] = []
        self.text: list[str] = []
        self.doctype = False

    def fault(self, what: str) -> None:
        line, column = self.getpos()
        self.faults.append(f"{line}:{column + 1}: {what}")

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl == "doctype html" and not self.open
        if not self.doctype:
            self.fault(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.fault(f"a comment: {data[:40]}")

    def handle_pi(self, data: str) -> None:
        self.fault(f"<?{data[:40]}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        known = set() if f" {tag} " in _PLAIN else _KNOWN.get(tag)
        if known is None:
            self.fault(f"<{tag}> is none of our elements")
        for name in names:
            if (
                known is not None
                and name not in known | _EVERYWHERE
                and not name.startswith(("aria-", "data-"))
            ):
                self.fault(f"<{tag} {name}> is none of our attributes")
        if len(names) != len(set(names)):
            self.fault(f"<{tag}> has an attribute twice")
        if tag in _BLOCKS and self.open and self.open[-1] in _INLINE_ONLY:
            self.fault(f"<{tag}> in <{self.open[-1]}>")
        if tag == "a" and "a" in self.open:
            self.fault("a link in a link")
        if tag == "li" and self.open[-1:] not in (["ul"], ["ol"]):
            self.fault("<li> in no list")
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        self._values(tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self.open.append(tag)

    def _values(self, tag: str, values: dict[str, str]) -> None:
        if "id" in values:
            self.ids.append(values["id"])
        self.wanted += [values[name] for name in ("for", "aria-labelledby") if name in values]
        if tag == "img" and "alt" not in values:
            self.fault("a picture without alt")
        if tag in ("audio", "video") and not values.get("aria-label"):
            self.fault(f"<{tag}> without a name")
        address = values.get("href" if tag in ("a", "link") else "src")
        if address is None:
            return
        self.addresses.append(address)
        if address.startswith("#"):
            self.wanted.append(address[1:])
        elif tag == "link" and values.get("rel") == "icon" and address.startswith("data:image/svg+xml,"):
            pass
        elif not address or (":" in address.split("/")[0] and not address.lower().startswith(_FOLLOWED)):
            self.fault(f"<{tag}> leads to {address!r}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.fault(f"</{tag}> where {self.open[-1:]} is open")
        else:
            self.open.pop()


def checked(document: bytes) -> _Checker:
    """Return the parsed page with its `faults`, `addresses`, `headings`, `ids` and `text`."""
    checker = _Checker()
    checker.feed(document.decode())
    checker.close()
    faults = checker.faults
    if not checker.doctype:
        faults.append("no <!doctype html>")
    if checker.open:
        faults.append(f"left open: {checker.open}")
    if b'<meta charset="utf-8">' not in document[:1024]:
        faults.append("no charset in the first 1,024 bytes")
    faults += [f"id {one!r} twice" for one in set(checker.ids) if checker.ids.count(one) > 1]
    faults += [f"nothing has the id {one!r}" for one in set(checker.wanted) - set(checker.ids)]
    if checker.headings.count(1) != 1:
        faults.append("not one <h1>")
    steps = zip(checker.headings, checker.headings[1:], strict=False)
    faults += [f"<h{after}> follows <h{before}>" for before, after in steps if after > before + 1]
    return checker


def faults(document: bytes) -> list[str]:
    """Return everything that is wrong with a page, as `line:column: what`."""
    return checked(document).faults
