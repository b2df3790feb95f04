"""Sites of each kind, made up: what is read, what is said not to be understood, what is written."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from feedmill import yamltext
from feedmill.config import loads
from feedmill.errors import InputError
from feedmill.seeds.decode import decode
from feedmill.seeds.globs import compile_globs
from feedmill.sites import Author, UnknownSite, Unread, config_text, read_site


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def test_jekyll(tmp_path: Path) -> None:
    write(
        tmp_path,
        "_config.yml",
        "title: No\nurl: https://x.org\nbaseurl: /blog\nlang: de\ntimezone: Europe/Berlin\n"
        "author: {name: Ada}\n"
        "permalink: /:bogus/\n"
        "excerpt_separator: <!--cut-->\nfeed: {path: atom.xml, categories: [news]}\n"
        "defaults:\n- scope: {path: '', type: posts}\n  values: {author: Us, layout: post}\n",
    )
    write(tmp_path, "_posts/2020-01-01-a.md", "---\ntitle: a\n---\n")
    write(tmp_path, "_data/authors.yml", "ada: {name: Ada L., web: 'https://ada.org', email: a@x.org}\n")
    site = read_site(tmp_path)
    assert (site.kind, site.title, site.home, site.language) == ("Jekyll", "No", "https://x.org/blog", "de")
    assert (site.timezone, site.author, site.seeds_dir) == ("Europe/Berlin", "Ada", "_posts")
    assert site.authors == (Author(key="ada", name="Ada L.", url="https://ada.org", email="a@x.org"),)
    assert site.separators == ("<!--cut-->",)
    assert site.fields[:2] == (
        ("link", ("webUrl", "originalUrl", "permalink")),
        ("topics", ("topics", "categories", "category", "tags", "keywords")),
    )
    assert dict(site.copies) == {"atom.xml": "all.atom", "feed/news.xml": "topics/news.atom"}
    assert [rule.defaults for rule in site.rules] == [(("authors", "Us"),)]
    assert site.unread == (
        Unread(file="_config.yml", line=7, what="Jekyll has no placeholder :bogus (column 2)"),
    )


def test_jekyll_on_github_s_pages_and_its_other_collections(tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "title: T\ncollections:\n  guides: {output: true}\n  data: {}\n")
    write(tmp_path, "CNAME", "guides.example.org\n")
    site = read_site(tmp_path)
    assert site.home == "https://guides.example.org/"
    assert site.unread == (Unread(file="_config.yml", line=3, what="the collection guides is left out"),)


def test_hugo_says_what_its_feeds_are_called(tmp_path: Path) -> None:
    outputs = "outputs: {home: [HTML, RSS], section: [HTML]}\noutputFormats: {RSS: {baseName: feed}}\n"
    write(tmp_path, "hugo.yaml", f"baseURL: https://x.org/\n{outputs}")
    write(tmp_path, "content/posts/a.md", "---\ntitle: a\n---\n")
    site = read_site(tmp_path)
    assert (site.copies, site.feeds) == ((("feed.xml", "all.rss"),), ())
    write(tmp_path, "hugo.yaml", "baseURL: https://x.org/\ndisableKinds: [RSS]\n")
    assert read_site(tmp_path).copies == ()


def test_hugo_s_content_may_be_mounted(tmp_path: Path) -> None:
    mounts = "mounts: [{source: static, target: static}, {source: texts, target: content}]"
    write(tmp_path, "hugo.yaml", f"baseURL: https://x.org/\nmodule: {{{mounts}}}\n")
    assert read_site(tmp_path).seeds_dir == "texts"


def test_eleventy_s_configuration_may_be_named_in_the_scripts(tmp_path: Path) -> None:
    write(tmp_path, "package.json", '{"scripts": {"build": "npx @11ty/eleventy --config=_build/11ty.cjs"}}')
    write(tmp_path, "_build/11ty.cjs", "module.exports = () => { return {dir: {input: 'src', data: 'd'}} }\n")
    write(tmp_path, "src/d/site.json", '{"url": "https://x.org", "title": "E"}')
    site = read_site(tmp_path)
    assert (site.kind, site.title, site.home, site.seeds_dir) == ("Eleventy", "E", "https://x.org/", "src")


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ("(await at(date)).toISOString().split('T')[0].split('-').join('/');", True),
        ('date.toISOString().slice(0, 10).replace(/-/g, "/")', True),
        ("date.toISOString().slice(0, 10).replaceAll('-', '/')", True),
        ("date.toISOString().slice(0, 7).replaceAll('-', '/')", False),  # the month alone
        ("date.toISOString().split('T')[0].split('-').reverse().join('/')", False),
        ("date.toISOString().slice(0, 10).replaceAll('-', '/') + '/x'", False),
        ("'x/' + names.join('/') // toISOString()", False),
    ],
)
@pytest.mark.parametrize("inline", [True, False])
def test_eleventy_s_filter_for_the_day_is_known_by_its_whole_text(
    body: str, known: bool, inline: bool, tmp_path: Path
) -> None:
    added = f"c.addFilter('day', (date) => {body.rstrip(';')});" if inline else ""
    write(tmp_path, "eleventy.config.js", f"module.exports = (c) => {{ {added} return {{}} }}\n")
    if not inline:
        write(tmp_path, "filters/day.js", f"module.exports = async (date) => {body}\n")
    write(tmp_path, "posts/posts.json", '{"permalink": "/{{ page.date | day }}/{{ page.fileSlug }}/"}')
    site = read_site(tmp_path)
    links = [rule.link for rule in site.rules]
    assert links == (["/{year}/{month}/{day}/{path|eleventy_file}/"] if known else [])
    assert len(site.unread) == 1


def test_zola(tmp_path: Path) -> None:
    write(
        tmp_path,
        "config.toml",
        'base_url = "https://x.org"\ntitle = "Z"\ndefault_language = "fr"\ngenerate_feeds = true\n'
        'feed_filenames = ["rss.xml", "atom.xml"]\n[slugify]\npaths = "safe"\npaths_keep_dates = true\n'
        "[languages.en]\n",
    )
    write(tmp_path, "content/_index.md", '+++\ntitle = "Root"\ngenerate_feeds = true\n+++\n')
    write(tmp_path, "content/notes/_index.md", '+++\ntitle = "Notes"\ngenerate_feeds = true\n+++\n')
    site = read_site(tmp_path)
    assert (site.kind, site.title, site.language, site.seeds_dir) == ("Zola", "Z", "fr", "content")
    assert site.link == "{field:path}/ or {dir}/{field:slug|zola_safe}/ or {dir}/{stem|zola_safe}/"
    assert dict(site.copies) == {
        "rss.xml": "all.rss",
        "atom.xml": "all.atom",
        "notes/rss.xml": "custom/notes.rss",
        "notes/atom.xml": "custom/notes.atom",
    }
    assert [(each.slug, each.title, each.paths) for each in site.feeds] == [
        ("notes", "Notes", ("notes/*.md", "notes/*/index.md"))
    ]
    assert "**/*.en.md" in site.exclude
    assert [each.what for each in site.unread] == ["language en is left out"]


def test_zola_s_terms_stand_below_taxonomies(tmp_path: Path) -> None:
    write(
        tmp_path,
        "config.toml",
        'base_url = "https://x.org"\ncompile_sass = false\n'
        'taxonomies = [{name = "categories"}, {name = "authors"}, {name = "series"}, {name = "tags"}]\n',
    )
    write(tmp_path, "content/a.md", "")
    fields = dict(read_site(tmp_path).fields)
    assert fields["topics"][:2] == ("taxonomies.tags", "taxonomies.categories")
    assert fields["authors"] == ("authors", "author", "by", "taxonomies.authors")
    write(tmp_path, "config.toml", 'base_url = "https://x.org"\ncompile_sass = false\n')
    assert {"topics", "authors"}.isdisjoint(dict(read_site(tmp_path).fields))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config.toml", 'base_url = "https://x.org"\ncompile_sass = false\n'),
        ("hugo.toml", 'baseURL = "https://x.org/"\n'),
        ("docusaurus.config.js", "module.exports = {url: 'https://x.org'}"),
    ],
)
def test_what_shares_a_name_with_a_field_of_ours_and_is_the_site_s_own(
    tmp_path: Path, file: str, text: str
) -> None:
    write(tmp_path, file, text)
    write(tmp_path, "content/a.md", "")
    own = "language: [R]\ntype: [post, posts]\nquality: good\nheat: hot\nprovider: [a]\nlength: {a: b}\n"
    article = f"---\ntitle: a\ndate: 2020-01-01\n{own}price: [1]\nlevels: 3\n---\n"
    settings = loads(config_text(read_site(tmp_path), url="https://f.org/", site_id="urn:x"), base=tmp_path)
    record = decode("a.md", article.encode(), settings.decode)
    assert record.problems == ()
    assert record.seed is not None
    assert (record.seed.language, record.seed.type, record.seed.provider) == ("", "", None)


def test_zola_s_own_feed_template_may_be_of_sections_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        "config.toml",
        'base_url = "https://x.org"\ngenerate_feeds = true\nfeed_filenames = ["feed.xml"]\n',
    )
    write(tmp_path, "content/_index.md", '+++\ntitle = "Root"\ngenerate_feeds = true\n+++\n')
    write(tmp_path, "templates/feed.xml", "<rss>{% for page in section.pages %}{% endfor %}</rss>")
    site = read_site(tmp_path)
    assert [(each.slug, each.paths) for each in site.feeds] == [("main", ("*.md", "*/index.md"))]
    assert site.copies == (("feed.xml", "custom/main.rss"),)


DOCUSAURUS = """
import {themes} from 'prism-react-renderer';
import type {Config} from '@docusaurus/types';
const name = 'D\\u00fc';
const config: Config = {
  title: name, tagline: "A 'line'", url: 'https://x.org', baseUrl: '/d/', trailingSlash: true,
  i18n: {defaultLocale: 'en', locales: ['en']},
  themes: process.env.X ? [] : [themes.a],
  presets: [['classic', {docs: false, blog: {path: './news', routeBasePath: '/', feedOptions: {type: 'all'}}}
    satisfies Options]],
};
export default config;
"""


def test_docusaurus(tmp_path: Path) -> None:
    write(tmp_path, "docusaurus.config.ts", DOCUSAURUS)
    write(tmp_path, "news/authors.yml", "bob: {name: Bob, url: https://bob.org}\n")
    site = read_site(tmp_path)
    assert (site.kind, site.title, site.description, site.home) == (
        "Docusaurus",
        "Dü",
        "A 'line'",
        "https://x.org/d",
    )
    assert (site.seeds_dir, site.link) == ("news", "{field:slug}/ or {path|docusaurus}/")
    assert dict(site.copies) == {"rss.xml": "all.rss", "atom.xml": "all.atom", "feed.json": "all.json"}
    assert [each.name for each in site.authors] == ["Bob"]
    assert site.unread == ()


def test_what_is_computed_is_listed(tmp_path: Path) -> None:
    write(
        tmp_path, "docusaurus.config.js", "module.exports = {\n  title: 'T',\n  url: process.env.URL,\n};\n"
    )
    assert read_site(tmp_path).unread == (
        Unread(file="docusaurus.config.js", line=3, what="url is computed: process.env.URL"),
    )


def test_nothing_of_a_site_is_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        "pelicanconf.py",
        f"import os\nopen({str(tmp_path / 'ran')!r}, 'w')\nSITENAME = 'A' + 'B'\n"
        "SITEURL = os.environ['URL']\n"
        "PATH = 'content'\nSLUG_REGEX_SUBSTITUTIONS = [('a', 'b')]\n",
    )
    site = read_site(tmp_path)
    assert not (tmp_path / "ran").exists()
    assert (site.title, site.home, site.headers) == ("AB", None, "pelican")
    assert [(each.line, each.what) for each in site.unread] == [
        (4, "SITEURL is computed"),
        (6, "SLUG_REGEX_SUBSTITUTIONS is not taken over"),
    ]


def test_eleventy(tmp_path: Path) -> None:
    write(tmp_path, ".eleventy.js", "module.exports = c => ({dir: {input: 'src', data: '../meta'}});")
    write(
        tmp_path,
        "meta/site.json",
        '{"title": "E", "url": "https://x.org", "lang": "en", "author": {"name": "Eve"}}',
    )
    write(
        tmp_path, "src/posts/posts.11tydata.js", "module.exports = {permalink: (d) => d.x, tags: ['post']};"
    )
    write(tmp_path, "src/notes/notes.json", '{"permalink": "/n/{{ page.fileSlug | odd }}/"}')
    write(tmp_path, "src/_includes/post.njk", "---\ntitle: x\npermalink: /p/\n---\n")
    site = read_site(tmp_path)
    assert (site.title, site.home, site.author, site.seeds_dir) == ("E", "https://x.org/", "Eve", "src")
    assert "posts/**/*.md" in site.include
    assert ["odd" in each.what for each in site.unread] == [True, False, False]
    assert "permalink is computed" in site.unread[1].what
    assert (site.unread[2].file, site.unread[2].line) == ("src/_includes/post.njk", 3)


@pytest.mark.parametrize(
    ("script", "link"),
    [
        ("export default {permalink: function({page}) { return `/web/${ page.fileSlug }/` }};", "/web/{}/"),
        ("module.exports = {permalink: (data) => `/n/${data.page.fileSlug}/index.html`};", "/n/{}/"),
        ("module.exports = {permalink: data => `/n/${data.page.fileSlug.trim()}/`};", None),
        ("module.exports = {permalink: data => { log(data); return `/n/${data.page.fileSlug}/`; }};", None),
        (
            "module.exports = {permalink: '/{{ page.date | day }}/{{ page.fileSlug }}/'};",
            "/{year}/{month}/{}/",
        ),
        ("module.exports = {permalink: '/{{ page.date | long }}/{{ page.fileSlug }}/'};", None),
    ],
)
def test_eleventy_permalinks_that_are_texts_with_variables(
    tmp_path: Path, script: str, link: str | None
) -> None:
    made = "const x = new Date(d); return DateTime.fromJSDate(x).toFormat('yyyy/MM');"
    day = f"c.addFilter('day', d => {{ {made} }});"
    long = "c.addFilter('long', d => DateTime.fromJSDate(d).toFormat('DDDD'));"
    write(tmp_path, "eleventy.config.js", f"export default c => {{ {day} {long} }};")
    write(
        tmp_path, "_data/meta.js", "export const siteName = 'E'; export const url = process.env.URL || 'x';"
    )
    write(tmp_path, "posts/posts.11tydata.js", script)
    write(tmp_path, "posts/a.md", "---\ntitle: a\n---\n")
    write(tmp_path, "img/posts/LICENSE.md", "No article\n")
    site = read_site(tmp_path)
    slug = "{path|eleventy_file}"
    assert [rule.link for rule in site.rules] == ([link.replace("{}", slug)] if link else [])
    assert (site.title, site.home) == ("E", None)
    assert site.include == ("posts/**/*.md", "posts/**/*.markdown", "posts/**/*.html")


@pytest.mark.parametrize("cname", ["CNAME", "static/CNAME"])
@pytest.mark.parametrize(
    ("base", "home"), [("/", "https://x.org/"), ("https://y.org/b/", "https://y.org/b/")]
)
def test_githubs_cname_is_the_address_where_the_site_has_none(
    tmp_path: Path, cname: str, base: str, home: str
) -> None:
    write(tmp_path, cname, "x.org\n")
    write(tmp_path, "hugo.toml", f'baseURL = "{base}"\n')
    assert read_site(tmp_path).home == home


def test_a_folder_that_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(UnknownSite, match=r"hugo\.toml"):
        read_site(tmp_path)


def test_what_is_named_as_jekylls_and_is_hexos_is_not_taken_for_it(tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "title: T\nurl: https://x.org\npermalink: :year/:title/\n")
    write(tmp_path, "package.json", '{"devDependencies": {"sass": "1"}}')
    assert read_site(tmp_path).kind == "Jekyll"
    write(tmp_path, "package.json", '{"dependencies": {"hexo": "^8.0.0"}}')
    with pytest.raises(UnknownSite, match=r"Hexo's.*source/_posts.*\{path\}"):
        read_site(tmp_path)


def test_a_site_in_a_folder_of_it_is_pointed_at(tmp_path: Path) -> None:
    write(tmp_path, "website/docusaurus.config.js", "module.exports = {};")
    with pytest.raises(UnknownSite, match="website"):
        read_site(tmp_path)


def test_a_damaged_configuration_is_named(tmp_path: Path) -> None:
    write(tmp_path, "hugo.toml", "title = \n")
    with pytest.raises(InputError, match=r"hugo\.toml"):
        read_site(tmp_path)


def test_the_text_is_yaml_and_says_what_was_not_understood(tmp_path: Path) -> None:
    write(
        tmp_path,
        "docusaurus.config.js",
        'module.exports = {title: "Say: \\"#1\\" – ü", url: process.env.URL};',
    )
    text = config_text(read_site(tmp_path), url="https://feeds.x.org/", site_id="urn:x")
    root = yamltext.parse(text)
    assert isinstance(root, yamltext.MappingNode)
    parts = {key.value: value for key, value in root.value}
    assert [(key.value, value.value) for key, value in parts["site"].value][:2] == [
        ("title", 'Say: "#1" – ü'),
        ("url", "https://feeds.x.org/"),
    ]
    assert "#   docusaurus.config.js:1: url is computed: process.env.URL" in text
    assert 'templates: "strip"' in text
    assert '"words": 60' in text


FILES = {"jekyll/docs": 102, "rust-blog": 751, "18f": 509}
"""Of the Rust blog one, releases/latest.md, is a page without a date."""

ZOLA = "{field:path}/ or {dir}/{field:slug|zola}/ or {dir}/{stem|zola_file}/"


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("site", "home", "link"),
    [
        ("jekyll/docs", "https://jekyllrb.com/", "/news/{year}/{month}/{day}/{slug|jekyll_title}/"),
        ("rust-blog", "https://blog.rust-lang.org", ZOLA),
        ("18f", "https://18f.gsa.gov/", "/{year}/{month}/{day}/{path|eleventy_file}/"),
    ],
)
def test_real_sites(site: str, home: str, link: str, tmp_path: Path) -> None:
    given = os.environ.get("FEEDMILL_CORPUS")
    if not given:
        pytest.skip("needs the corpus (FEEDMILL_CORPUS)")
    with tarfile.open(Path(given) / f"{site.partition('/')[0]}.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")

    read = read_site(tmp_path / site)

    assert read.home == home
    assert ([rule.link for rule in read.rules] or [read.link]) == [link]
    files = [file for file in (tmp_path / site / read.seeds_dir).rglob("*") if file.is_file()]
    names = [file.relative_to(tmp_path / site / read.seeds_dir).as_posix() for file in files]
    globs = compile_globs(read.include, read.exclude)
    assert sum(globs.takes(name) for name in names) == FILES[site]


def left_out(root: Path, *paths: str) -> set[str]:
    """Return which of the paths below the seeds folder are none of our seeds."""
    site = read_site(root)
    globs = compile_globs(site.include, site.exclude)
    return {path for path in paths if not globs.takes(path)}


def test_zola_s_draft_sections_are_left_out_with_all_that_is_in_them(tmp_path: Path) -> None:
    config = 'base_url = "https://x.org"\nignored_content = ["*.{bak,old}.md", "*/temp/*"]\n'
    write(tmp_path, "config.toml", config + "compile_sass = false\n")
    write(tmp_path, "content/wip/_index.md", "+++\ndraft = true\n+++\n")
    write(tmp_path, "content/later/_index.md", "---\ndraft: true\n---\n")
    write(tmp_path, "content/open/_index.md", "+++\ndraft = false\n+++\n")
    paths = ("a.md", "wip/b.md", "wip/deep/c.md", "later/d.md", "open/e.md", "x.bak.md", "open/temp/f.md")
    assert left_out(tmp_path, *paths) == {*paths} - {"a.md", "open/e.md"}


def test_hugo_s_cascades_that_withhold_are_left_out_and_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        "hugo.yaml",
        "baseURL: https://x.org/\nignoreFiles: ['\\.bak\\.md$', '(']\nlanguages: {en: {}, de: {}}\n"
        "cascade: [{draft: true, target: {path: '/{one,two/**}'}},"
        " {published: no, target: {environment: staging}}, {draft: true, target: {lang: de}}]\n",
    )
    write(tmp_path, "content/a.bak.md", "---\ntitle: a\n---\n")
    write(tmp_path, "content/b[1].bak.md", "---\ntitle: b\n---\n")
    write(tmp_path, "content/[x]/_index.md", "---\ncascade: {draft: true}\n---\n")
    write(tmp_path, "content/wip/_index.md", "---\ncascade: {_build: {list: false}}\n---\n")
    write(tmp_path, "content/open/_index.md", "---\ncascade: {params: {draft: true}}\ndraft: true\n---\n")
    write(tmp_path, "content/andere/_index.de.md", "---\ncascade: {draft: true}\n---\n")
    paths = ("a.md", "a.bak.md", "wip/b.md", "open/c.md", "andere/d.md", "one.md", "one/index.md", "two/x.md")
    assert left_out(tmp_path, "b[1].bak.md", "[x]/a.md") == {"b[1].bak.md", "[x]/a.md"}
    assert left_out(tmp_path, *paths) == {"a.bak.md", "wip/b.md", "one.md", "one/index.md", "two/x.md"}
    told = [(each.file, each.what) for each in read_site(tmp_path).unread]
    assert [file for file, what in told if "cascade" in what] == [
        "hugo.yaml",
        "content/[x]/_index.md",
        "content/wip/_index.md",
    ]
    assert [file for file, what in told if "ignoreFiles '('" in what] == ["hugo.yaml"]


def test_jekyll_s_default_category_is_in_addresses_and_categories_are_told(tmp_path: Path) -> None:
    write(tmp_path, "_posts/2020-01-01-a.md", "---\ntitle: a\n---\n")
    scope = "defaults:\n- {scope: {path: ''}, values: {VALUES}}\n"
    write(tmp_path, "_config.yml", "title: T\n" + scope.replace("VALUES", "category: news"))
    site = read_site(tmp_path)
    assert site.rules[0].defaults == (("topics", "news"), ("category", "news"))
    assert site.unread == ()
    write(tmp_path, "_config.yml", "title: T\n" + scope.replace("VALUES", "categories: [a, b]"))
    assert [told.what.partition(" (")[0] for told in read_site(tmp_path).unread] == [
        "addresses lack the categories that defaults give"
    ]


def test_jekyll_s_excluded_posts_and_unpublished_folders(tmp_path: Path) -> None:
    defaults = "defaults:\n- {scope: {path: _posts/wip}, values: {published: false}}\n"
    write(tmp_path, "_config.yml", f"title: T\nexclude: [vendor/, _posts/old, '*.bak']\n{defaults}")
    write(tmp_path, "_posts/2020-01-01-a.md", "---\ntitle: a\n---\n")
    paths = ("2020-01-01-a.md", "2020-01-01-b.bake.md", "old/b.md", "older.md", "deep/c.bak")
    assert left_out(tmp_path, *paths) == {*paths[2:]}
    assert [(rule.paths, rule.defaults) for rule in read_site(tmp_path).rules] == [
        (("wip*", "wip*/**"), (("published", "false"),))
    ]


def test_pelican_s_default_status_and_ignored_files(tmp_path: Path) -> None:
    settings = "PATH = 'content'\nDEFAULT_METADATA = {'status': 'draft'}\nIGNORE_FILES = ['*.bak.md']\n"
    write(tmp_path, "pelicanconf.py", settings)
    assert read_site(tmp_path).defaults == (("status", "draft"),)
    assert left_out(tmp_path, "a.md", "deep/b.bak.md") == {"deep/b.bak.md"}


def test_eleventy_s_ignores_and_withheld_folders(tmp_path: Path) -> None:
    config = "module.exports = (c) => { c.ignores.add('src/posts/wip/**'); return {dir: {input: 'src'}} }\n"
    write(tmp_path, ".eleventy.js", config)
    write(tmp_path, ".eleventyignore", "# a comment\nsrc/posts/later.md\nother/x.md\n")
    write(tmp_path, "src/.eleventyignore", "posts/soon/\n")
    write(tmp_path, ".gitignore", "src/posts/private\n!src/posts/a.md\n")
    write(tmp_path, "src/posts/drafts/drafts.json", '{"draft": true}')
    write(tmp_path, "src/posts/hidden/hidden.yaml", "permalink: false\n")
    write(
        tmp_path, "src/posts/out/out.11tydata.js", "export default {eleventyExcludeFromCollections: true}\n"
    )
    names = ("wip/b", "later", "soon/c", "private/d", "drafts/e", "hidden/f", "out/g", "a")
    paths = [f"posts/{name}.md" for name in names]
    assert left_out(tmp_path, *paths) == {*paths} - {"posts/a.md"}
    write(tmp_path, ".eleventy.js", config.replace("return", "c.setUseGitIgnore(false); return"))
    assert left_out(tmp_path, "posts/private/d.md") == set()
