"""Pelican: the literals of `pelicanconf.py` and `publishconf.py`, by Python's own parser."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from feedmill.errors import InputError
from feedmill.seeds.address import PatternError
from feedmill.seeds.permalinks import from_pelican
from feedmill.sites import data
from feedmill.sites.left_out import of_articles
from feedmill.sites.site import Rule, SiteConfig, Unread

_WANTED = (
    "SITENAME SITEURL SITESUBTITLE AUTHOR TIMEZONE DEFAULT_LANG PATH ARTICLE_PATHS ARTICLE_EXCLUDES "
    "PAGE_PATHS ARTICLE_URL SLUGIFY_SOURCE SLUGIFY_USE_UNICODE SLUGIFY_PRESERVE_CASE "
    "SLUG_REGEX_SUBSTITUTIONS DEFAULT_CATEGORY DEFAULT_METADATA IGNORE_FILES FILENAME_METADATA "
    "PATH_METADATA FEED_ALL_ATOM FEED_ALL_RSS FEED_ATOM FEED_RSS FEED_DOMAIN"
)
_LANG = re.compile(r"^lang:[ \t]*([\w-]+)", re.IGNORECASE | re.MULTILINE)
_UNSAID = ("SLUG_REGEX_SUBSTITUTIONS", "FILENAME_METADATA", "PATH_METADATA")
_DATED_SLUG = re.compile(
    r"\^?\(\?P<date>\\d\{4\}(?:-\\d\{2\}|-\\d\\d){2}\)(-|\[-_\]|\[_-\]|_)\(\?P<slug>\.[*+]\)\$?"
)
"""A `FILENAME_METADATA` that takes all behind the date for the slug; its group is what parts the two."""
_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


def is_one(folder: Path) -> bool:
    """Whether Pelican would build this folder."""
    return (folder / "pelicanconf.py").is_file()


def read(folder: Path) -> SiteConfig:
    """Return what Pelican's settings say; what is no literal is listed."""
    unread: list[Unread] = []
    config: dict[str, object] = {
        "FEED_ALL_ATOM": "feeds/all.atom.xml",
        "ARTICLE_PATHS": [""],
        "PAGE_PATHS": ["pages"],
    }
    for name in ("pelicanconf.py", "publishconf.py"):
        if (folder / name).is_file():
            config.update(_literals(folder / name, unread))
    link, named = _links(config, unread)
    content = data.text_of(config, "PATH") or ("content" if (folder / "content").is_dir() else ".")
    articles = [path.strip("/") for path in data.texts_of(config, "ARTICLE_PATHS")]
    pages = data.texts_of(config, "PAGE_PATHS")
    home = data.text_of(config, "SITEURL")
    meant = data.child(config, "DEFAULT_METADATA")
    told = meant.items() if isinstance(meant, dict) else ()
    status = next((str(value) for key, value in told if str(key).casefold() == "status"), None)
    texts = sorted((folder / content).rglob("*.rst"))
    if texts:
        unread.append(
            Unread(file=content, line=0, what=f"{len(texts)} articles in reStructuredText are left out")
        )
    others = sum(
        1 for _ in _in_other_languages(folder / content, data.text_of(config, "DEFAULT_LANG") or "en")
    )
    if others:
        what = f"ARTICLE_LANG_URL: {others} articles are in another language, and have no address of its own"
        unread.append(Unread(file=content, line=0, what=what))
    feeds = (("FEED_ALL_ATOM", "atom"), ("FEED_ATOM", "atom"), ("FEED_ALL_RSS", "rss"), ("FEED_RSS", "rss"))
    defaults = (("status", status),) if status else ()
    site = SiteConfig(
        kind="Pelican",
        title=data.text_of(config, "SITENAME") or "A Pelican Blog",
        home=home + "/" if home else None,
        description=data.text_of(config, "SITESUBTITLE") or "",
        language=data.text_of(config, "DEFAULT_LANG") or "en",
        timezone=data.text_of(config, "TIMEZONE") or "UTC",
        author=data.text_of(config, "AUTHOR"),
        seeds_dir=content,
        include=tuple(
            f"{path}/**/*.{suffix}".lstrip("/")
            for path in articles
            for suffix in ("md", "markdown", "mkd", "html")
        ),
        exclude=(
            *(() if articles else ("**",)),
            *(
                f"{path.strip('/')}/**"
                for path in (*pages, *data.texts_of(config, "ARTICLE_EXCLUDES"))
                if path
            ),
            *(f"**/{name.removeprefix('**/')}" for name in data.texts_of(config, "IGNORE_FILES")),
        ),
        link=link,
        fields=(
            ("link", ("webUrl", "originalUrl", "url")),
            ("topics", ("topics", "tags", "category", "keywords")),
        ),
        rules=tuple(Rule(paths=(path,), link=named_link, defaults=defaults) for path, named_link in named),
        defaults=defaults,
        copies=tuple((path, f"all.{kind}") for key, kind in feeds if (path := data.text_of(config, key))),
        headers="pelican",
        unread=tuple(unread),
    )
    return replace(site, unread=(*site.unread, *of_articles(folder, site)))


def _links(config: data.Table, unread: list[Unread]) -> tuple[str | None, list[tuple[str, str | None]]]:
    """Return the address pattern of articles, and those of what `FILENAME_METADATA` names, by glob.

    What only an expression of the site's own could tell has no address, rather than a wrong one.
    """
    url = data.text_of(config, "ARTICLE_URL") or "{slug}.html"
    told = {key: data.text_of(config, key) or "" for key in ("FILENAME_METADATA", "PATH_METADATA")}
    dated = _DATED_SLUG.fullmatch(told["FILENAME_METADATA"])
    by_path = [key for key, text in told.items() if not (dated and key == "FILENAME_METADATA")]
    lost = [
        (key, name)
        for key in by_path
        for name in ("slug", "category")
        if f"(?P<{name}>" in told[key] and re.search(rf"\{{{name}\b", url)
    ]
    for key, name in lost:
        what = f"{key} gives the {name}: articles that do not say it have no address (say it in seeds.rules)"
        unread.append(Unread(file="pelicanconf.py", line=0, what=what))
    if any(name == "category" for _, name in lost):
        return None, []
    link = _link(config, url, "" if lost else data.text_of(config, "SLUGIFY_SOURCE") or "title", unread)
    if dated is None or link is None:
        return link, []
    own = _link(config, url, "", unread)
    files = {
        "-": (f"**/{_DAY}-*", f"{own} or {str(own).replace('{field:slug}', '{name}')}"),
        "_": (f"**/{_DAY}_*", own),
    }
    return link, [found for mark, found in files.items() if mark in dated[1]]


def _link(config: data.Table, url: str, source: str, unread: list[Unread]) -> str | None:
    """Return `ARTICLE_URL` as a pattern; `source` is what slugs are made of ("": an article says its own)."""
    slug = "pelican" + ("_unicode" if config.get("SLUGIFY_USE_UNICODE") else "")
    slug += "_cased" if config.get("SLUGIFY_PRESERVE_CASE") else ""
    category = data.text_of(config, "DEFAULT_CATEGORY") or "misc"
    try:
        return from_pelican(url, slug=slug, source=source, category=category).text
    except PatternError as error:
        unread.append(Unread(file="pelicanconf.py", line=0, what=f"ARTICLE_URL: {error}"))
        return None


def _in_other_languages(content: Path, default: str) -> Iterator[Path]:
    """Yield the articles whose header names a language that is not the site's."""
    for file in content.rglob("*.md"):
        told = _LANG.search(file.read_text(encoding="utf-8", errors="replace")[:4096].partition("\n\n")[0])
        if told and told[1].casefold() != default.casefold():
            yield file


def _literals(file: Path, unread: list[Unread]) -> dict[str, object]:
    """Return the names that are bound to literals; a wanted one that is bound to more is listed."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8-sig"))
    except (SyntaxError, ValueError) as error:
        raise InputError(file, str(error), line=getattr(error, "lineno", 0) or 0) from error
    found: dict[str, object] = {}
    for node in tree.body:
        for target, value in _assignments(node):
            whole = target.value if isinstance(target, ast.Subscript) else target
            name = whole.id if isinstance(whole, ast.Name) else ""
            if name not in _WANTED.split():
                continue
            try:
                literal = _literal(value, found)
                if isinstance(target, ast.Subscript):
                    known = found.get(name)
                    literal = {
                        **(known if isinstance(known, dict) else {}),
                        _literal(target.slice, found): literal,
                    }
                found[name] = list(literal) if isinstance(literal, (tuple, set)) else literal
            except ValueError:
                unread.append(Unread(file=file.name, line=node.lineno, what=f"{name} is computed"))
            if name in _UNSAID and not _DATED_SLUG.fullmatch(str(found.get(name))):
                unread.append(Unread(file=file.name, line=node.lineno, what=f"{name} is not taken over"))
    return found


def _assignments(node: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """Return what a statement binds, each with its value."""
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return [(node.target, node.value)]
    return []


def _literal(node: ast.expr, known: dict[str, object]) -> object:
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        if node.args or not all(each.arg for each in node.keywords):
            raise ValueError("a dict of what is computed")
        return {each.arg: _literal(each.value, known) for each in node.keywords}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left, known), _literal(node.right, known)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
    return ast.literal_eval(node)
