"""What a good seed's fields become."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from feedmill.model.seed import Author, Image, Provider, Reason, Record, Related, Seed, Severity
from feedmill.model.settings import AddressSettings, DecodeSettings
from feedmill.seeds.decode import decode

HEAD = "title: A title\nwebUrl: https://example.org/a\n"


def record(header: str, body: str = "", *, path: str = "a.md", head: str = HEAD, **settings: Any) -> Record:
    data = f"---\n{head}{header}\n---\n{body}".encode()
    return decode(path, data, DecodeSettings(**settings), thorough=True)


def seed(header: str, body: str = "", **more: Any) -> Seed:
    found = record(header, body, **more)
    assert found.reason is None, [str(problem) for problem in found.problems]
    assert found.seed is not None
    return found.seed


def test_a_whole_seed() -> None:
    made = seed(
        """
excerpt: 'Short &amp; sweet'
publishedDateTime: 2020-10-19T00:00:00Z
updatedDateTime: 2020-10-20 10:00 +02:00
expiryDateTime: 2030-01-01
published: true
provider:
  name: Example
  domain: example.org
  authors: [{name: Jane}, Joe, {name: Jane}, null]
topics: [AI, 'Machine Learning']
category: news
type: article
quality: 72
heat: -1.5
length: 00:12:35
price: Free
levels: [Beginner, Beginner, Advanced]
images:
  - {url: /p.png, width: 640, height: '480', title: A picture}
secured: "cipher"
flavour: unknown
""",
        "Some *text*.\n",
    )
    assert made == Seed(
        path="a.md",
        id=made.id,
        title="A title",
        link="https://example.org/a",
        summary="Short & sweet",
        content=made.content,
        published=datetime(2020, 10, 19, tzinfo=UTC),
        updated=datetime(2020, 10, 20, 8, tzinfo=UTC),
        expires=datetime(2030, 1, 1, tzinfo=UTC),
        provider=Provider(name="Example", domain="example.org", authors=("Jane", "Joe")),
        topics=("AI", "Machine Learning"),
        category="news",
        type="article",
        quality=72.0,
        heat=-1.5,
        length="00:12:35",
        price="Free",
        levels=("Beginner", "Advanced"),
        images=(Image(url="https://example.org/p.png", width=640, height=480, title="A picture"),),
        flag_lines=(("expirydatetime", "expiryDateTime: 2030-01-01"), ("published", "published: true")),
        vouched=True,
    )
    assert "<em>text</em>" in made.content
    assert made.id.startswith("urn:uuid:")


def test_the_least_a_seed_needs_is_a_title_and_a_link() -> None:
    made = seed("")
    assert made == Seed(path="a.md", id=made.id, title="A title", link="https://example.org/a")


@pytest.mark.parametrize(
    ("header", "field", "value"),
    [
        ("title: No", "title", "No"),
        ("title: 2020-01-01", "title", "2020-01-01"),
        ("title: 3.10", "title", "3.10"),
        ("title: 0x1F", "title", "0x1F"),
        ("title: 1_000", "title", "1_000"),
        ("title: !!int 3", "title", "3"),
        ("title: ! yes", "title", "yes"),
        ("title: 'null'", "title", "null"),
        ("title: >\n  folded\n  text", "title", "folded text"),
        ("title: a\n  b", "title", "a b"),
        ('title: "\\u00e9\\t\\nx"', "title", "é x"),
        ("title: List<T> &lt;b&gt; <b>bold</b>", "title", "List<T> bold"),
        ("type: off", "type", "off"),
        ("price: ~", "price", ""),
        ("price: ''", "price", ""),
        ("price: '  '", "price", ""),
        ("price:", "price", ""),
        ("price: NULL", "price", ""),
        ("length: 1:30", "length", "1:30"),
        ("quality: '5'", "quality", 5.0),
        ("quality: +.5e1", "quality", 5.0),
        ("quality: ~", "quality", None),
        ("heat: -0", "heat", 0.0),
        ("levels: Beginner", "levels", ("Beginner",)),
        ("levels: []", "levels", ()),
        ("topics: AI", "topics", ("AI",)),
        ("topics:\n- 3.10\n- No\n- ~\n- ''\n- 2020-01-01", "topics", ("3.10", "No", "2020-01-01")),
        ("topics: [AI, ai, A-I, a i, '-', ' _ ']", "topics", ("AI", "A-I")),
        ("topics: []", "topics", ()),
        ("topics: ~", "topics", ()),
        ("topics: [../../etc/passwd, ., 🦀]", "topics", ("../../etc/passwd", ".", "🦀")),
        ("topics: &a [x]\nother: *a", "topics", ("x",)),
        ("base: &a {x: y}\ntopics: [*b]\nb: &b z", None, None),
        ("provider: AWS", "provider", Provider(name="AWS")),
        ("provider: {domain: aws.com}", "provider", Provider(name="aws.com", domain="aws.com")),
        ("provider: {name: '-', domain: aws.com}", "provider", Provider(name="aws.com", domain="aws.com")),
        ("provider: {authors: [x]}", "provider", None),
        ("provider: {}", "provider", None),
        ("provider: ''", "provider", None),
        ("provider: {name: A, authors: Jane}", "provider", Provider(name="A", authors=("Jane",))),
        ("provider: {name: A, authors: {name: Jane}}", "provider", Provider(name="A", authors=("Jane",))),
        ("author: Ada", "authors", (Author(name="Ada"),)),
        ("by: [ada, 'Grace  Hopper', ada, '']", "authors", (Author(name="ada"), Author(name="Grace Hopper"))),
        ("authors: [Ada]\nauthor: Bob", "authors", (Author(name="Ada"),)),
        (
            "authors: {name: Ada, url: 'HTTPS://x.org/a', email: a@x.org}",
            "authors",
            (Author(name="Ada", url="https://x.org/a", email="a@x.org"),),
        ),
        ("authors: [{name: Ada, url: x, email: y}]", "authors", (Author(name="Ada"),)),
        ("authors: [{url: 'https://x.org/'}, '-']", "authors", ()),
        ("lang: pt_BR", "language", "pt-BR"),
        ("locale: no language", "language", ""),
        ("images: https://x.org/p.png", "images", (Image(url="https://x.org/p.png"),)),
        ("images: {url: p.png}", "images", (Image(url="https://example.org/p.png"),)),
        (
            "images: [p.png, //x.org/q]",
            "images",
            (Image(url="https://example.org/p.png"), Image(url="https://x.org/q")),
        ),
        (
            "images: [{url: p, width: -1}, {url: q, width: x, height: 6.7}, {url: r, width: 1e99}]",
            "images",
            (
                Image(url="https://example.org/p"),
                Image(url="https://example.org/q", height=6),
                Image(url="https://example.org/r"),
            ),
        ),
        ("images: [~, '']", "images", ()),
        ("originalUrl: https://x.org", "link", "https://example.org/a"),
        ("summary: b\ndescription: c", "summary", "b"),
        ("excerpt: ''\nsummary: ~\ndescription: c", "summary", "c"),
        ("excerpt: a\nsummary: {not: read}", "summary", "a"),
        ("date: 2020-01-02", "published", datetime(2020, 1, 2, tzinfo=UTC)),
        ("published_at: 2020-01-02", "published", datetime(2020, 1, 2, tzinfo=UTC)),
        ("lastModifiedDateTime: 2020-01-02", "updated", datetime(2020, 1, 2, tzinfo=UTC)),
        ("updated: 2020-01-02", "updated", datetime(2020, 1, 2, tzinfo=UTC)),
        ("publishedDateTime: ''", "published", None),
        ("id: urn:isbn:0-486-27557-4", "id", "urn:isbn:0-486-27557-4"),
        ("id: https://old.example.org/?p=1&amp;q=2", "id", "https://old.example.org/?p=1&amp;q=2"),
        ("related: [{title: t, webUrl: https://x.org}]", "related", ()),
        ("base: &m {price: Free, title: merged}\n<<: *m", "price", "Free"),
        ("base: &m {price: Free, title: merged}\n<<: *m", "title", "A title"),
    ],
)
def test_fields_are_taken_as_written(header: str, field: str | None, value: object) -> None:
    if field is None:
        assert record(header).reason is Reason.INVALID  # an alias before its anchor is no YAML
    else:
        assert getattr(seed(header), field) == value


def test_a_title_may_be_called_name_and_the_link_original_url() -> None:
    made = seed("name: N\noriginalUrl: https://x.org/b", head="")
    assert (made.title, made.link) == ("N", "https://x.org/b")


def test_the_first_key_that_is_not_empty_decides() -> None:
    made = seed("title: ''\nname: N\nwebUrl: ~\noriginalUrl: https://x.org/b", head="")
    assert (made.title, made.link) == ("N", "https://x.org/b")


def test_of_equal_keys_the_last_counts() -> None:
    assert seed("price: a\nprice: b").price == "b"


def test_a_date_in_the_file_name_counts_where_the_front_matter_has_none() -> None:
    path = "_posts/2020-10-19-x.md"
    assert seed("", path=path, timezone="Europe/Berlin").published == datetime(2020, 10, 18, 22, tzinfo=UTC)
    assert seed("date: 2021-01-01", path=path).published == datetime(2021, 1, 1, tzinfo=UTC)
    assert seed("", path="_posts/2020-02-30-x.md").published is None


@pytest.mark.parametrize(
    ("body", "path", "content"),
    [
        ("a *b*", "a.md", "<em>b</em>"),
        ("a *b*", "a.txt", "<em>b</em>"),
        ("<p>a *b*</p>", "a.html", "*b*"),
        ("<p>a *b*</p>", "a.HTM", "*b*"),
        ('<img src="p.png">', "a.html", "https://example.org/p.png"),
    ],
)
def test_the_body_is_html_in_html_files_and_markdown_elsewhere(body: str, path: str, content: str) -> None:
    assert content in seed("", body, path=path).content


@pytest.mark.parametrize("body", ["", "\n", "  \n\t\n"])
def test_a_blank_body_is_no_content(body: str) -> None:
    assert seed("", body).content == ""


@pytest.mark.parametrize(
    "flag",
    [
        "published: false",
        "published: 'No'",
        "draft: true",
        "hidden: on",
        "removed: yes",
        "deleted: y",
        "status: draft",
        "Published: false",
        "Draft: true",
        "permalink: false",
        "published: ' false '",
        "published: [false]",
        "published: maybe",
        "published: ",
        "draft: 1",
        "publised: false",
        "published: true, Published: false",
        "publishedDateTime: soon",
        "expiryDateTime: 2029-01-01",
        "Expires: 2031-01-01, expiryDate: never",
    ],
)
def test_a_related_article_that_is_withheld_is_none(flag: str) -> None:
    two = Related(title="Two", link="https://x.org/2")
    header = (
        "date: 2026-01-01\nexpires: 2030-01-01\n"
        f"related: [{{title: One, webUrl: 'https://x.org/1', {flag}}}, "
        "{title: Two, webUrl: 'https://x.org/2', published: true, draft: no, date: 2026-01-02, "
        "expires: 2030-01-01}]"
    )
    assert seed(header, related=3).related == (two,)


def test_a_related_article_that_expires_needs_a_seed_that_does() -> None:
    header = "date: 2026-01-01\nrelated: {title: One, url: 'https://x.org/1', expires: 2099-01-01}"
    assert seed(header, related=1).related == ()


def test_a_related_article_is_where_its_seed_would_be() -> None:
    address = AddressSettings(home="https://x.org/b/", site_id="https://x.org/b/", link="{slug}/")
    header = """
related:
  - {Title: One, web-url: /1/}
  - {title: Two, permalink: "2/"}
  - {title: Three, link: 'https://y.org/3'}
  - {title: No link}
  - {title: A pattern, permalink: "/:year/:title/"}
"""
    found = seed(header, related=9, address=address).related
    links = [article.link for article in found]
    assert links == ["https://x.org/b/1/", "https://x.org/b/2/", "https://y.org/3"]
    assert [article.title for article in seed(header, related=9).related] == ["Three"]


def test_a_body_that_is_too_nested_is_told() -> None:
    found = record("", "<b>x</b>" + "<div>" * 2000)
    assert [(each.severity, each.line) for each in found.problems] == [(Severity.NOTICE, 6)]
    assert "its text alone is shown" in found.problems[0].message


def test_of_several_categories_the_first_counts() -> None:
    assert seed("category: [One, Two]").category == "One"
    assert seed("category: []").category == ""
    assert record("category: {a: b}").reason is Reason.INVALID


@pytest.mark.parametrize(
    ("author", "name", "url"),
    [
        ("'[Ada L.](https://ada.org/) (ACME)'", "Ada L. (ACME)", "https://ada.org/"),
        ("'[A](https://a.org), [B](https://b.org)'", "A, B", ""),
        ("'[A](mailto:x)'", "[A](mailto:x)", ""),
    ],
)
def test_an_author_who_is_a_link_has_an_address(author: str, name: str, url: str) -> None:
    assert seed(f"author: {author}").authors == (Author(name=name, url=url),)


@pytest.mark.parametrize(
    ("author", "url"),
    [
        (
            "{name: A, url: 'https://a.example/?id=1&section=2&copy=3'}",
            "https://a.example/?id=1&section=2&copy=3",
        ),
        ("'[A](https://a.example/?id=1&section=2)'", "https://a.example/?id=1&section=2"),
        ("'[A](https://b.example/ü|x{y}%zz)'", "https://b.example/%C3%BC%7Cx%7By%7D%25zz"),
    ],
)
def test_an_authors_address_is_read_as_it_is_written(author: str, url: str) -> None:
    assert seed(f"author: {author}").authors == (Author(name="A", url=url),)


@pytest.mark.parametrize(
    "author",
    [
        "'[A](https://b.exa\"mple/)'",
        "'[A](https://@:99999/)'",
        "{name: A, url: 'mailto:a@b.c'}",
        "{name: A, url: ' '}",
    ],
)
def test_an_authors_address_that_is_none_is_left_out(author: str) -> None:
    found = record(f"author: {author}")
    assert found.seed is not None
    assert found.seed.authors == (Author(name="A", url=""),)
    assert all("it is left out" in each.message for each in found.problems)


def test_categories_within_one_another_are_one_list() -> None:
    assert seed("categories: [[Sports, Baseball], Play, [Sports]]").topics == ("Sports", "Baseball", "Play")
    assert record("topics: [[A]]").reason is Reason.INVALID
    assert record("categories: [[[A]]]").reason is Reason.INVALID


def test_tags_with_pages_of_their_own_are_called_by_their_labels() -> None:
    assert seed("tags: [{label: A b, permalink: /a}, c]").topics == ("A b", "c")
    assert record("tags: [{name: A}]").reason is Reason.INVALID
    assert record("topics: [{label: A}]").reason is Reason.INVALID


def test_related_articles_are_read_when_feeds_show_them() -> None:
    header = """
related:
  - {title: One, webUrl: 'https://x.org/1', secured: x}
  - {title: No link}
  - {title: ~, webUrl: 'https://x.org/3'}
  - text
  - {title: [a], webUrl: 'https://x.org/4'}
  - {name: Two, originalUrl: 'https://x.org/2'}
  - {title: Bad, webUrl: 'javascript:x'}
  - {title: Three, webUrl: 'https://x.org/5'}
"""
    one = Related(title="One", link="https://x.org/1")
    two = Related(title="Two", link="https://x.org/2")
    assert seed(header, related=1).related == (one,)
    assert seed(header, related=2).related == (one, two)
    assert len(seed(header, related=9).related) == 3
    assert seed("related: nonsense", related=3).related == ()
    assert seed("related: {title: One, webUrl: 'https://x.org/1'}", related=3).related == (one,)


def test_fields_may_be_mapped_to_other_keys() -> None:
    mapped = (("link", ("external_url",)), ("title", ("headline", "title")), ("removed", ("gone", "draft")))
    made = seed("headline: H\nexternal_url: https://x.org/e\ndraft: false", fields=mapped)
    assert (made.title, made.link) == ("H", "https://x.org/e")
    assert made.flag_lines == (("draft", "draft: false"),)
    withheld = record("external_url: https://x.org/e\ndraft: true", fields=mapped).seed
    assert withheld is not None
    assert withheld.withheld is Reason.UNPUBLISHED  # its usual meaning counts as well


def test_a_secret_key_is_never_read_whatever_it_is_mapped_to() -> None:
    made = seed("secured: plain", fields=(("price", ("secured", "price")),))
    assert made.price == ""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_make_no_difference(newline: str, bom: bytes) -> None:
    text = f"---\n{HEAD}excerpt: |\n  a\n  b\nremoved: no\n---\nbody\n\nmore\n"
    plain = decode("a.md", text.encode(), DecodeSettings())
    assert plain.seed is not None
    assert decode("a.md", bom + text.replace("\n", newline).encode(), DecodeSettings()) == plain


def test_a_picture_without_a_usable_address_is_left_out_with_a_notice() -> None:
    found = record("images:\n  - {title: x}\n  - {url: 'javascript:x'}\n  - {url: https://x.org/p}")
    assert found.seed is not None
    assert [image.url for image in found.seed.images] == ["https://x.org/p"]
    assert [(problem.severity, problem.line, problem.message) for problem in found.problems] == [
        (Severity.NOTICE, 5, "a picture has no url; it is left out"),
        (
            Severity.NOTICE,
            6,
            'a picture has the address "javascript:x", which is none of http or https; it is left out',
        ),
    ]


@pytest.mark.parametrize("text", ["", "\n", "# Readme\n\ntext", "title: x\n", "\0\0"])
def test_a_file_without_front_matter_is_no_seed(text: str) -> None:
    found = decode("README.md", text.encode(), DecodeSettings())
    assert found == Record(path="README.md", blank=True)


@pytest.mark.parametrize("data", [b"caf\xe9", b"\x89PNG\r\n", "text".encode("utf-16"), b"x" * (5 << 20)])
def test_nor_is_one_that_is_no_text(data: bytes) -> None:
    assert decode("a.txt", data, DecodeSettings()) == Record(path="a.txt", blank=True)
