"""Eleventy: the literals of its configuration, of its global data and of the posts' directory data."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from feedmill.errors import InputError
from feedmill.seeds.address import PatternError
from feedmill.seeds.permalinks import from_eleventy
from feedmill.sites import data
from feedmill.sites.data import author_name, authors_in
from feedmill.sites.javascript import Computed, read_script
from feedmill.sites.left_out import below, literal
from feedmill.sites.site import Rule, SiteConfig, Unread

_NAMES = (
    ".eleventy.js",
    "eleventy.config.js",
    "eleventy.config.mjs",
    "eleventy.config.cjs",
    "eleventy.config.ts",
)
_SITE = ("metadata", "site", "meta", "config")
_DATA = (".json", ".yaml", ".yml", ".js", ".mjs", ".cjs")
_PRUNED = {"node_modules", "_site", "_includes", "_data", ".git", "_layouts"}
_POSTS = {"posts", "_posts", "post", "blog", "articles", "news", "notes", "writing", "journal"}
_NAMED = re.compile(r"eleventy\b[^&|;\"]*?--config[= ]\s*([\w./-]+)")
_DATE_PATH = re.compile(
    r"""\.toISOString\(\)\s*
    \.(?:split\(\s*['"]T['"]\s*\)\[0\]|(?:slice|substring|substr)\(\s*0\s*,\s*10\s*\))\s*
    \.(?:split\(\s*['"]-['"]\s*\)\s*\.join\(\s*['"]/['"]\s*\)
      |replace\(\s*/-/g\s*,\s*['"]/['"]\s*\)|replaceAll\(\s*['"]-['"]\s*,\s*['"]/['"]\s*\))
    (?=\s*(?:[;})]|\Z))""",
    re.VERBOSE,
)
"""The whole of how one writes 2026/11/24 in JavaScript: a filter that does anything besides is another."""
_LUXON = re.compile(r"""\.toFormat\(\s*['"]([yMLd/_.-]+)['"]\s*\)(?=\s*(?:[;})]|\Z))""")
_LUXON_PARTS = {"yyyy": "%Y", "MM": "%m", "LL": "%m", "M": "%-m", "L": "%-m", "dd": "%d", "d": "%-d"}
_IGNORES = re.compile(r"""\bignores\.add\(\s*(['"`])([^'"`$]+)\1\s*\)""")
_NO_GITIGNORE = re.compile(r"\bsetUseGitIgnore\(\s*false\s*\)")
_TITLES = ("title", "name", "siteName", "siteTitle", "site_name", "site_title")
_SUFFIXES = ("md", "markdown", "html")
_FORMATS = re.compile(r"\b(set|add)TemplateFormats\(([^()]*)\)")
_INPUT = re.compile(r"""\bsetInputDirectory\(\s*(['"`])([^'"`$]+)\1\s*\)""")
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COLLECTIONS = {"all", "nav", "post", "posts"}
"""Tags of directory data that name the collection of all articles, and no topic."""


def is_one(folder: Path) -> bool:
    """Whether Eleventy would build this folder."""
    return bool(_configurations(folder)) or any(folder.glob("content/*/*.11tydata.*"))


def _configurations(folder: Path) -> list[Path]:
    """Return the configuration, where it is by default or where the scripts of `package.json` say."""
    found = [folder / name for name in _NAMES if (folder / name).is_file()]
    package = folder / "package.json"
    if not found and package.is_file():
        named = _NAMED.findall(package.read_text(encoding="utf-8", errors="replace"))
        found = [folder / name for name in dict.fromkeys(named) if (folder / name).is_file()]
    return found


def read(folder: Path) -> SiteConfig:
    """Return what Eleventy's files say, as far as they are literals."""
    unread: list[Unread] = []
    dirs = _dirs(folder, unread)
    suffixes = _suffixes(folder, unread)
    source = data.text_of(dirs, "input") or ("content" if (folder / "content").is_dir() else ".")
    globals_ = folder / source / (data.text_of(dirs, "data") or "_data")
    globals_ = globals_ if globals_.is_dir() else folder / "data"
    site = _first(globals_, _SITE)
    url = data.first_text(site, "url", "host", "base", "baseURL")
    posts, rules, withheld = _rules(folder, folder / source, unread)
    unread += [*_layouts(folder, folder / source, dirs), *_preprocessors(folder)]
    posts = [path for path in posts if _holds_articles(folder / source / path)] or posts
    return SiteConfig(
        kind="Eleventy",
        title=data.first_text(site, *_TITLES) or "",
        home=url.rstrip("/") + "/" if url and "://" in url else None,
        description=data.first_text(site, "description", "siteDescription") or "",
        language=data.first_text(site, "language", "lang", "locale"),
        author=author_name(data.child(site, "author")),
        authors=authors_in(globals_, "authors", "team"),
        seeds_dir=source.removeprefix("./").strip("/") or ".",
        include=tuple(f"{path}/**/*.{suffix}".lstrip("/") for path in posts or [""] for suffix in suffixes),
        exclude=(
            *(() if suffixes else ("**",)),
            *(f"**/{name}" for name in sorted(_PRUNED)),
            *("**/index.html", "README.md"),
            *withheld,
            *below(source, _ignored(folder, folder / source)),
        ),
        fields=(
            ("link", ("webUrl", "originalUrl", "permalink")),
            ("draft", ("eleventyExcludeFromCollections",)),
        ),
        link="{path|eleventy_path}/",
        rules=tuple(rules),
        copies=(("feed.xml", "all.atom"),) if url else (),
        by_authors=True,
        unread=tuple(unread),
    )


def _dirs(folder: Path, unread: list[Unread]) -> dict[str, object]:
    """Return the `dir` object of the configuration, without what is computed."""
    for file in _configurations(folder):
        script = read_script(file)
        for value in (script.exported, *script.returned):
            found = data.child(value, "dir") or (value if data.child(value, "input") else None)
            if found:
                return dict(_literal_dirs(file, found, unread))
        if told := _INPUT.search(file.read_text(encoding="utf-8", errors="replace")):
            return {"input": told[2]}
    return {}


def _literal_dirs(file: Path, dirs: object, unread: list[Unread]) -> Iterator[tuple[str, object]]:
    dirs = _followed(file, dirs)
    for key, told in (dirs if isinstance(dirs, dict) else {"dir": dirs}).items():
        value = _followed(file, told)
        if isinstance(value, Computed):
            what = f"{key} is computed (say in seeds.dir where the articles are): {value.source}"
            unread.append(Unread(file=file.name, line=value.line, what=what))
        else:
            yield key, value


def _followed(file: Path, value: object) -> object:
    """Return what `name.key` stands for where `name` is a file beside this one that exports literals."""
    match = re.fullmatch(r"(\w+)((?:\.\w+)+)", value.source) if isinstance(value, Computed) else None
    if match is None:
        return value
    text = file.read_text(encoding="utf-8", errors="replace")
    bound = rf"""\b{match[1]}\s*(?:=\s*require\(|from)\s*(['"])(\.\.?/[\w./-]+)\1"""
    named = re.search(bound, text)
    other = (file.parent / named[2]) if named else file
    if other == file or other.suffix not in _DATA or not other.is_file():
        return value
    found = data.child(_value(other), *match[2].split(".")[1:])
    return value if found is None else found


def _suffixes(folder: Path, unread: list[Unread]) -> tuple[str, ...]:
    """Return the suffixes of articles that the site's `templateFormats` have, all where it has none."""
    told: list[str] | None = None
    for file in _configurations(folder):
        script = read_script(file)
        for value in (script.exported, *script.returned):
            formats = data.child(value, "templateFormats")
            each = formats if isinstance(formats, list) else [formats] if formats else []
            if computed := next((one for one in each if isinstance(one, Computed)), None):
                what = f"templateFormats is computed (say it in seeds.include): {computed.source}"
                unread.append(Unread(file=file.name, line=computed.line, what=what))
            elif each:
                told = [word.strip() for one in each for word in str(one).split(",")]
        for verb, given in _FORMATS.findall(file.read_text(encoding="utf-8", errors="replace")):
            words = re.findall(r"[\w.]+", " ".join(re.findall(r"""['"`]([^'"`]*)['"`]""", given)))
            told = words if verb == "set" else [*told, *words] if told is not None else None
    return _SUFFIXES if told is None else tuple(suffix for suffix in _SUFFIXES if suffix in told)


def _first(folder: Path, names: tuple[str, ...]) -> object:
    for name in names:
        for suffix in _DATA:
            file = folder / (name + suffix)
            if file.is_file():
                return _value(file)
    return {}


def _value(file: Path) -> object:
    if file.suffix not in (".js", ".mjs", ".cjs"):
        return data.load(file)
    script = read_script(file)
    return script.exported if isinstance(script.exported, dict) else next(iter(script.returned), {})


def _rules(site: Path, source: Path, unread: list[Unread]) -> tuple[list[str], list[Rule], list[str]]:
    """Return the folders that hold posts, a rule for each whose directory data gives an address, and globs of
    what the data of folders and articles withhold, whatever the articles say themselves."""
    posts: list[str] = []
    known: dict[str, Rule] = {}
    rules: list[Rule] = []
    withheld: list[str] = []
    for folder in _folders(source)[1:]:
        path = folder.relative_to(source)
        name = path.as_posix()
        given = _data_of(site, folder, folder.name, unread)
        articles = _withheld_articles(site, folder, unread)
        withheld += [literal(f"{name}/{article}") for article in articles]
        if path.name in _POSTS or data.child(given, "permalink") or data.child(given, "tags"):
            nested = any(name.startswith(f"{other}/") for other in posts)
            posts += [] if nested else [name]
        if _is_withheld(given):
            withheld.append(f"{literal(name)}/**")
        above = known.get(path.parent.as_posix(), Rule(paths=()))
        link = None if _is_withheld(given) else _permalink(site, name, given, unread)
        known[name] = replace(above, link=link or above.link, defaults=_defaults(path, given, above))
        if known[name] != above:
            rules.append(replace(known[name], paths=(f"{literal(name)}/**",)))
    return posts, rules[::-1], withheld


def _permalink(site: Path, path: str, given: object, unread: list[Unread]) -> str | None:
    """Return the pattern that a folder's data give, None for none, or for one that is not understood."""
    told = data.child(given, "permalink")
    file = f"the directory data of {path}"
    if isinstance(told, Computed) and told.template is None:
        what = f"permalink is computed (say it in seeds.rules): {told.source}"
        unread.append(Unread(file=file, line=told.line, what=what))
        return None
    if not isinstance(told, (str, Computed)):
        return None
    try:
        return _pattern(site, told if isinstance(told, str) else str(told.template), file, unread)
    except PatternError as error:
        unread.append(Unread(file=file, line=0, what=f"permalink (say it in seeds.rules): {error}"))
        return None


def _defaults(path: Path, given: object, above: Rule) -> tuple[tuple[str, object], ...]:
    """Return what the articles in a folder leave open: its data's, those of the folder that it lies in, and
    the first date in its path."""
    known = dict(above.defaults)
    if date := _DATED.search(path.name):
        known.setdefault("publishedDateTime", date[0])
    told = {
        "authors": author_name(data.child(given, "author")),
        "language": data.first_text(given, "lang", "language"),
        "topics": [tag for tag in data.texts_of(given, "tags") if tag not in {*_COLLECTIONS, path.name}],
    }
    return tuple({**known, **{key: value for key, value in told.items() if value}}.items())


def _ignored(site: Path, source: Path) -> list[str]:
    """Return the globs of the site that Eleventy does not read."""
    scripts = [file.read_text(encoding="utf-8", errors="replace") for file in _configurations(site)]
    found = [told for text in scripts for _, told in _IGNORES.findall(text)]
    lists = [site / ".eleventyignore"]
    lists += [source / ".eleventyignore"] if source != site else []
    lists += [] if any(_NO_GITIGNORE.search(text) for text in scripts) else [site / ".gitignore"]
    for file in lists:
        where = os.path.relpath(file.parent, site)
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else ()
        plain = (line.strip().strip("/").replace("\\", "") for line in lines)
        found += [f"{where}/{told}" for told in plain if _takes_articles(told)]
    return found


def _takes_articles(line: str) -> bool:
    """Whether a line of a list of ignored files may speak of articles, or of a folder of them."""
    _, dot, suffix = line.rpartition("/")[2].rpartition(".")
    return line[:1] not in ("", "#", "!") and (not dot or suffix in (*_SUFFIXES, "*"))


def _layouts(site: Path, source: Path, dirs: object) -> list[Unread]:
    """Return the permalinks in layouts: they count for the articles that name the layout."""
    found = []
    for key, default in (("includes", "_includes"), ("layouts", "_layouts")):
        for file in sorted((source / (data.text_of(dirs, key) or default)).rglob("*.*")):
            if file.is_file() and file.suffix in (".html", ".njk", ".liquid", ".md"):
                head = re.match(
                    r"---\n.*?\n---", file.read_text(encoding="utf-8", errors="replace"), re.DOTALL
                )
                told = re.search(r"^permalink:.*", head[0], re.MULTILINE) if head else None
                if head and told:
                    line = head[0].count("\n", 0, told.start()) + 1
                    what = f"the layout's permalink is not taken over (say it in seeds.rules): {told[0]}"
                    found.append(Unread(file=str(file.relative_to(site)), line=line, what=what))
    return found


def _preprocessors(site: Path) -> Iterator[Unread]:
    """Yield that a function may withhold articles, for each that does so while Eleventy reads them."""
    for file in _configurations(site):
        text = file.read_text(encoding="utf-8", errors="replace")
        for found in re.finditer(r"\baddPreprocessor\(\s*['\"`]([^'\"`]*)", text):
            line = text.count("\n", 0, found.start()) + 1
            what = f"the preprocessor {found[1]} is not run: exclude the articles that it leaves out"
            yield Unread(file=str(file.relative_to(site)), line=line, what=what)


def _holds_articles(folder: Path) -> bool:
    """Whether there is a file with front matter: a folder of pictures may be called `blog`, too."""
    files = (file for file in folder.rglob("*.*") if file.suffix.lstrip(".") in _SUFFIXES)
    return any(file.is_file() and file.read_bytes()[:3] in (b"---", b"+++") for file in files)


def _is_withheld(given: object) -> bool:
    """Whether the data of a folder, or of an article, keep it from being published."""
    drafts = data.truth(given, "draft") or data.truth(given, "eleventyExcludeFromCollections")
    return bool(drafts) or data.truth(given, "permalink") is False


def _withheld_articles(site: Path, folder: Path, unread: list[Unread]) -> Iterator[str]:
    """Yield the articles in a folder that a data file beside them withholds."""
    articles = (file for file in sorted(folder.glob("*.*")) if file.suffix.lstrip(".") in _SUFFIXES)
    for article in articles:
        if article.stem != folder.name and _is_withheld(_data_of(site, folder, article.stem, unread)):
            yield article.name


def _data_of(site: Path, folder: Path, name: str, unread: list[Unread]) -> object:
    """Return the data that lie in a folder for what is called `name`: the folder itself, or an article."""
    for middle in (".11tydata", ""):
        for suffix in _DATA:
            file = folder / (name + middle + suffix)
            if file.is_file():
                try:
                    return _value(file)
                except InputError as error:
                    unread.append(
                        Unread(file=str(file.relative_to(site)), line=error.line, what=error.message)
                    )
    return {}


def _pattern(site: Path, told: str, file: str, unread: list[Unread]) -> str:
    """Return a permalink as a pattern; a date filter of the site's own is known by its text."""
    for name in re.findall(r"\{\{\s*page\.date\s*\|\s*(\w+)\s*\}\}", told):
        layout = next((found for text in _sources(site, name) if (found := _layout(text))), None)
        if layout:
            written = f"{{{{ page.date | date: '{layout}' }}}}"
            told = re.sub(rf"\{{\{{\s*page\.date\s*\|\s*{name}\s*\}}\}}", written, told)
            unread.append(
                Unread(file=file, line=0, what=f"the filter {name} was taken for {layout} of the date")
            )
    return from_eleventy(told).text


def _layout(text: str) -> str | None:
    """Return how a filter writes a date, in `strftime`'s words; None where that is not all that it does."""
    if _DATE_PATH.search(text):
        return "%Y/%m/%d"
    layouts = _LUXON.findall(text)
    if len(layouts) != 1 or text.count("toFormat") != 1:
        return None
    parts = re.findall(r"([yMLd]+)|([/_.-]+)", layouts[0])
    known = [_LUXON_PARTS.get(letters) if letters else between for letters, between in parts]
    return "".join(part for part in known if part) if all(known) else None


def _folders(root: Path) -> list[Path]:
    """Return a folder and all below it, without those that hold no articles."""
    found = []
    for folder, inner, _ in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in _PRUNED)
        found.append(Path(folder))
    return sorted(found)


def _sources(site: Path, name: str) -> list[str]:
    """Return the texts that may define a filter: files of its name, and where the configuration adds it."""
    files = (folder / (name + suffix) for folder in _folders(site) for suffix in (".js", ".cjs", ".mjs"))
    found = [file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()]
    for file in _configurations(site):
        text = file.read_text(encoding="utf-8", errors="replace")
        added = re.finditer(rf"addFilter\(\s*['\"]{re.escape(name)}['\"]\s*,", text)
        found += [text[each.end() :].partition(".add")[0] for each in added]
    return found
