"""Permalinks of other tools as patterns of ours: Jekyll's, Hugo's, Pelican's, Eleventy's."""

from __future__ import annotations

import re
from itertools import product

from feedmill.seeds.address import Pattern, PatternError, clean_path, encoded, parse_pattern
from feedmill.seeds.slugs import FILTERS

_JEKYLL_STYLES = {
    "none": "/:categories/:title:output_ext",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
}
"""https://jekyllrb.com/docs/permalinks/#built-in-formats"""

_SAME = """
year month day hour minute second i_day i_month short_month long_month short_year
w_year week w_day short_day long_day
"""
"""Placeholders of Jekyll's that have the names of ours."""
_JEKYLL = {
    "title": "{slug|jekyll_title}",
    "slug": "{slug|jekyll}",
    "name": "{stem|jekyll}",
    "path": "{path|jekyll_path}",
    "categories": "{categories|lower}",
    "slugified_categories": "{categories|jekyll}",
    "output_ext": ".html",
    "y_day": "{yday}",
    **{name: f"{{{name}}}" for name in _SAME.split()},
}
_HUGO_DATES = {
    "year": "year", "month": "month", "monthname": "long_month", "day": "day", "weekday": "i_w_day",
    "weekdayname": "long_day", "yearday": "i_yday",
    "2006": "year", "06": "short_year", "01": "month", "1": "i_month", "January": "long_month",
    "Jan": "short_month", "02": "day", "2": "i_day", "002": "yday", "Monday": "long_day", "Mon": "short_day",
    "15": "hour", "04": "minute", "05": "second",
}  # fmt: skip
"""Names of https://gohugo.io/configuration/permalinks/, and Go's layouts of one part."""

_ELEVENTY = {
    "page.fileSlug": "{path|eleventy_file}",
    "page.filePathStem": "/{path|eleventy_stem}",
    "page.date": None,
    "title": "{title}",
    "slug": "{field:slug}",
    "fileSlug": "{path|eleventy_file}",
}
_ELEVENTY_FILTERS = {
    "slugify": "eleventy",
    "slug": "eleventy_slug",
    "lower": "lower",
    "downcase": "lower",
    "url": "",
}
_STRFTIME = {
    "%Y": "year", "%y": "short_year", "%m": "month", "%-m": "i_month", "%b": "short_month",
    "%B": "long_month", "%d": "day", "%-d": "i_day", "%j": "yday", "%a": "short_day",
    "%A": "long_day", "%H": "hour",
    "%M": "minute", "%S": "second", "%G": "w_year", "%V": "week", "%u": "w_day", "%w": "i_w_day",
}  # fmt: skip


def from_jekyll(permalink: str) -> Pattern:
    """Return what a Jekyll permalink, or the name of one of its styles, stands for.

    Raises:
        PatternError: a placeholder that Jekyll does not have.
    """
    text = _JEKYLL_STYLES.get(permalink.strip(), permalink.strip())

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        if name == "collection":
            return "posts"
        tail = ""
        if name not in _JEKYLL and name.endswith("_"):
            name, tail = name[:-1], "_"
        if name not in _JEKYLL:
            raise PatternError(f"Jekyll has no placeholder :{name}", match.start() + 1)
        return _JEKYLL[name] + tail

    return parse_pattern(re.sub(":([a-z_]+)", replaced, text))


def from_hugo(permalink: str, *, cased: bool = False, ugly: bool = False) -> Pattern:
    """Return what a pattern of Hugo's `[permalinks]` stands for.

    `cased` is `disablePathToLower`, `ugly` is `uglyURLs`. Dates are read in the offset that they were written
    with, as Hugo does. `:sections` takes every folder for a section (in Hugo those with an `_index.md` are).

    Raises:
        PatternError: a token that Hugo does not have, or one of `sections[…]`, which no pattern of ours says.
    """
    slug = "hugo_part_cased" if cased else "hugo_part"
    own, title, stem = f"{{field:slug|{slug}}}", f"{{title|{slug}}}", f"{{stem|{slug}}}"
    lower = "" if cased else "|lower"
    tokens: dict[str, tuple[str, ...]] = {
        "title": (title,),
        "slug": (own, title),
        "slugorfilename": (own, stem),
        "slugorcontentbasename": (own, stem),
        "filename": (stem,),
        "contentbasename": (stem,),
        "section": ("{section|hugo_folder}",),
        "sections": ("{dir|hugo_folder}",),
        **{
            name: (f"{{{ours}@{lower if ours.startswith(('long', 'short_month', 'short_day')) else ''}}}",)
            for name, ours in _HUGO_DATES.items()
        },
    }
    choices: list[tuple[str, ...]] = []
    at = 0
    for match in re.finditer(r":(\w+)(\[.*?\])?", permalink):
        if match[2] or match[1] not in tokens:
            raise PatternError(f"no pattern says Hugo's {match[0]}", match.start() + 1)
        choices += [(permalink[at : match.start()],), tokens[match[1]]]
        at = match.end()
    end = permalink[at:].rstrip("/") if ugly else permalink[at:].rstrip("/") + "/"
    choices.append((end + (".html" if ugly else ""),))
    return parse_pattern(_either(choices))


def from_pelican(
    url: str, *, slug: str = "pelican", source: str = "title", category: str = "misc"
) -> Pattern:
    """Return what `ARTICLE_URL` stands for.

    `slug` names the filter that the settings ask for, `source` is `SLUGIFY_SOURCE`, `category` is
    `DEFAULT_CATEGORY` (an article has its own, else its folder's name).

    Raises:
        PatternError: a name or format that no pattern of ours says.
    """
    made = {"title": f"{{title|{slug}}}", "basename": f"{{stem|{slug}}}"}.get(source)
    tokens: dict[str, tuple[str, ...]] = {
        "slug": ("{field:slug}", *((made,) if made else ())),
        "category": (f"{{field:category|{slug}}}", f"{{folder|{slug}}}", FILTERS[slug](category)),
        "author": (f"{{field:author|{slug}}}", f"{{field:authors|{slug}}}"),
        "lang": ("{field:lang}",),
        "path": ("{path}",),
    }
    choices: list[tuple[str, ...]] = []
    at = 0
    for match in re.finditer(r"\{(\w+)(?::([^{}]*))?\}", url):
        choices.append((url[at : match.start()],))
        if match[1] == "date":
            choices.append((_dates(match[2] or "", match.start() + 1, "@"),))
        elif match[2] is None:
            choices.append(tokens.get(match[1], (f"{{field:{match[1]}}}",)))
        else:
            raise PatternError(f"no pattern says {match[0]}", match.start() + 1)
        at = match.end()
    choices.append((url[at:],))
    return parse_pattern(_either(choices))


def from_eleventy(permalink: str) -> Pattern:
    """Return what an Eleventy permalink of plain variables stands for, with its `slugify`, `slug` and dates.

    Raises:
        PatternError: anything that only a template engine can evaluate.
    """

    def replaced(match: re.Match[str]) -> str:
        name, *filters = (part.strip() for part in match[1].split("|"))
        column = match.start() + 1
        if name in ("page.date", "date") and len(filters) == 1:
            return _eleventy_date(filters[0], column)
        ours = _ELEVENTY.get(name)
        if ours is None and re.fullmatch(r"[A-Za-z_][\w.]*", name) and not name.startswith("page."):
            ours = f"{{field:{name}}}"
        if ours is None or any(given not in _ELEVENTY_FILTERS for given in filters):
            raise PatternError(f"only Eleventy can evaluate {match[0]}", column)
        added = "".join(f"|{_ELEVENTY_FILTERS[given]}" for given in filters if _ELEVENTY_FILTERS[given])
        return ours.removesuffix("}") + added + "}"

    text = re.sub(r"\{\{-?\s*(.*?)\s*-?\}\}", replaced, permalink)
    if "{%" in text:
        raise PatternError("only Eleventy can evaluate {% … %}", text.index("{%") + 1)
    text = text.replace("{path|eleventy_stem}.html", "{path|eleventy_html}")
    return parse_pattern(re.sub("/index(?:\\.html)?/?$", "/", text))


def from_front_matter(text: str, rule: Pattern | None = None) -> str | Pattern:
    """Return what a seed's own `permalink` or `url` means: a path or address, or a pattern to fill.

    `rule` is the pattern that the seed's rule gives: it tells whose words `:slug` and the like are.

    Raises:
        PatternError: no address, and none of the words that Jekyll has for one (`pretty`).
    """
    text = text.strip()
    of = rule.text if rule is not None else ""
    hugo = "|hugo" in of
    if "{{" in text or "{%" in text:
        return from_eleventy(text)
    if text in _JEKYLL_STYLES:
        return from_jekyll(text)
    if re.match("https?://|//", text):
        return text
    if re.search(r"(?:^|[/\-_.]):[A-Za-z]", text):
        return from_hugo(text) if hugo else from_jekyll(text)
    if text and any(tool in of for tool in ("|hugo", "|eleventy", "|jekyll", "|pelican")):
        text = "/" + text.lstrip("/")  # to these, an address begins at the site
    if "/" not in text:
        raise PatternError(f"{text!r} is no address; write one such as /2026/my-article/", 1)
    if hugo or "|eleventy" in of:
        text = re.sub(r"/index\.html\Z", "/", text)  # they write a folder's file, and name the folder
    if hugo and "." not in text:
        text = text.rstrip("/") + "/"  # Hugo writes a folder unless a suffix is given
    return clean_path(encoded(text))


def _eleventy_date(given: str, column: int) -> str:
    match = re.fullmatch(r"(?:date(?:\s*:\s*|\())?\s*[\"']([^\"']*)[\"']\s*\)?", given)
    if match is None:
        raise PatternError(f"only Eleventy can evaluate the filter {given}", column)
    return _dates(match[1], column, "")


def _dates(layout: str, column: int, mark: str) -> str:
    """Return a `strftime` layout as parts of ours."""

    def replaced(match: re.Match[str]) -> str:
        if match[0] not in _STRFTIME:
            raise PatternError(f"no pattern says {match[0]} of a date", column)
        return f"{{{_STRFTIME[match[0]]}{mark}}}"

    if "%" not in layout:
        raise PatternError("a date needs a layout, such as %Y/%m", column)
    return re.sub("%-?.", replaced, layout)


def _either(choices: list[tuple[str, ...]]) -> str:
    return " or ".join(dict.fromkeys("".join(parts) for parts in product(*choices)))
