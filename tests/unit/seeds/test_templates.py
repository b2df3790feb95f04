"""Template syntax of a site's own tool goes, everything else stays, and code stays as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.seeds.code import find_code
from feedmill.seeds.html import content, sanitise
from feedmill.seeds.templates import Kind, strip

LIQUID = [
    ("a {% include x.html id=1 %}b", "a b", 1),
    ("a {%- if page.x -%}b{%- else -%}c{%- endif -%}d", "a bcd", 3),
    ("{% for x in y %}\n- {{ x.name }}\n{% endfor %}", "\n- \n", 3),
    ("{% include note.html\n  text='Use `code` here' %}x", "x", 1),
    ("a{% comment %}s{% comment %}s{%- endcomment -%}s{% endcomment %}b", "ab", 1),
    ("a{% comment %}s{% comment %}s{% endcomment %}b", "ab", 1),
    ("a{% comment %}s{% endcomment %}b{% endcomment %}c", "abc", 2),
    ("a{{% comment %}}s\n\n`s`{{% /comment %}}b", "ab", 1),
    ("a{{< comment >}}s{{< /comment >}}b{{< comment >}}", "ab", 2),
    ("a{% comment %}secret `{{ x }}`\n\n    code\n{% endcomment %}b", "ab", 1),
    ("a{% raw %}{{ x }} `{{ y }}`{% endraw %}b", "a&#123;&#123; x }} `{{ y }}`b", 1),
    ("{% verbatim %}{% x %}{% endverbatim %}", "&#123;% x %}", 1),
    ("{% raw %}never closed", "never closed", 1),
    (
        "{% highlight ruby linenos %}\ndef x\n\n    `{{ y }}`\n{% endhighlight %}z",
        "```ruby\ndef x\n\n    `{{ y }}`\n```\nz",
        1,
    ),
    ("a\n  {% highlight c %}\n  ```\n  {% endhighlight %}", "a\n  ````c\n  ```\n  \n  ````\n", 1),
    ("text {% highlight x %}y{% endhighlight %}", "text \n```x\ny\n```\n", 1),
    ("[a]({{ site.baseurl }}/b)", "[a](/b)", 1),
    ("[a]({{ '/b/' | relative_url }})", "[a](/b/)", 1),
    ("[a]({% post_url 2020-01-01-x %}#y 'z')", "[a](about:invalid#y 'z')", 1),
    ("[a](https://x.org/{{ page.id }}/b)", "[a](about:invalid/b)", 1),
    ("[^a]: {{ x }}note\nsee [b]: {{ y }}", "[^a]: note\nsee [b]: ", 2),
    ("[a]: {{ site.repository }}/issues", "[a]: about:invalid/issues", 1),
    (
        '<img src="{{ x | url }}"><a href={{ y }}>z</a>',
        '<img src="about:invalid"><a href=about:invalid>z</a>',
        2,
    ),
    ("{{ 'now' | date: '%Y' }}", "", 1),
    ("{{{ x }}}", "", 1),
    ("{{ x\n\n}}", "{{ x\n\n}}", 0),
    ("{% x", "{% x", 0),
    ("{ {%}} }", "{ {%}} }", 0),
    ("Text {: .note .info #x}\n{:toc}\n## Head {#head-1}", "Text \n\n## Head ", 3),
    ("Text\n\n* TOC\n{:toc}\n\n## Head", "Text\n\n\n\n## Head", 1),
    ("1. Contents {: .x}\n{:toc .wide}\n\nText", "\n\nText", 2),
    ("- one\n- two\n{:toc2}", "- one\n- two\n", 1),
    ("{:ok, value} { # }", "{:ok, value} { # }", 0),
    ("a{# secret #}b{#\n\n#}c", "abc", 2),
    ("{% set x = 1 %}{% macro m(a) %}text{% endmacro %}{{ m(1) }}", "text", 4),
    ("{{% x %}{ b }}", "", 1),
    ('[a](/b){:target="_blank" :rel="noopener"} c', "[a](/b) c", 1),
    ("a\n\n{::comment}\n`s` {{ x }}\n\ns\n{:/comment}\n\nb{::comment}s{:/}c", "a\n\n\n\nbc", 2),
    ("{::comment}never closed", "{::comment}never closed", 0),
    ('{::options parse_block_html="true" /}\na {::nomarkdown}<b>x</b>{:/nomarkdown}', "\na <b>x</b>", 2),
    ("<ul>\n{% for x in y %}\n    <li>{{ x }}</li>\n{% endfor %}\n</ul>", "<ul>\n    <li> </li>\n</ul>", 3),
    ("<div>\n  {% a %} \n  {% b %}{% c %}\n  <p>\n{% d %}\ntext", "<div>\n  <p>\n\ntext", 4),
    ("text\n{% x %}\nmore", "text\n\nmore", 1),
]
SOURCES = [
    ("[a]({filename}/my page.md) b", "[a](about:invalid) b"),
    ("[a](<{filename}/my page.md>) b", "[a](<about:invalid/my page.md>) b"),
    ("![a]({static}/i/my pic.png 'T')", "![a](/i/my pic.png 'T')"),
    ('![a]({static}/i/my pic.png "T")', '![a](/i/my%20pic.png "T")'),
    ("![a]({attach}my pic.png)", "![a](my%20pic.png)"),
    ("[a](@/blog/a.md#x) @/b.md", "[a](about:invalid#x) @/b.md"),
    (
        "![a](~/a.png) ![b](@assets/b.png) <m@x.org/> ~/c",
        "![a](about:invalida.png) ![b](about:invalidb.png) <m@x.org/> ~/c",
    ),
    ("[a](https://x.org/@a/b) [b](/~/b)", "[a](https://x.org/@a/b) [b](/~/b)"),
    ("[a]: @/blog/a", "[a]: about:invalidblog/a"),
    ("[a]({filename}/a.md) ![b]({static}/b.png) {static}", "[a](about:invalid) ![b](/b.png) {static}"),
    ("[a](|filename|a.rst) ![b]({attach}b.png)", "[a](about:invalida.rst) ![b](b.png)"),
    (
        "[a](../2020-01-02-a.md?x) [b](./b.mdx#c) [c](c.md)",
        "[a](about:invalid?x) [b](about:invalid#c) [c](about:invalid)",
    ),
    ("![a](@site/static/img/a.png) [b](pathname:///b.zip)", "![a](/img/a.png) [b](/b.zip)"),
    (
        "[a](https://x.org/a.md) [b](/b.md) [c](#c.md) [d](d.mdl) e.md",
        "[a](https://x.org/a.md) [b](/b.md) [c](#c.md) [d](d.mdl) e.md",
    ),
    ("`[a](@/a.md)`", "`[a](@/a.md)`"),
]
HUGO = [
    ('{{< figure src="/a.jpg" >}}a', "a", 1),
    ("{{% notice tip %}}\n*in*\n{{% /notice %}}", "\n*in*\n", 2),
    ("{{</* figure x */>}} {{%/* y */%}}", "&#123;&#123;&lt; figure x &gt;}} &#123;&#123;% y %}}", 2),
    ('{{< highlight go "linenos=table" >}}\nx := 1\n{{< /highlight >}}', "```go\nx := 1\n```\n", 1),
    ('[a]({{< ref "b.md" >}})', "[a](about:invalid)", 1),
    ('{{ youtube(id="x") }}{% quote(a="b") %}said{% end %}', "said", 3),
]
CODE = [
    "```liquid\n{{ x }} {% raw %}\n```",
    "~~~\n{{< x >}}",
    "- a\n\n  ```\n  {{ x }}\n  ```",
    "> ```\n> {{ x }}\n> ```",
    "para\n\n    {% x %}\n\nend",
    "``{{ ` }}``",
    "a `{% x %}` b",
    "a `{{ x\n}}` b",
    "<pre>\n\n{{ x }}</pre>",
    "<code class='x'>{% x %}</CODE>",
    "<script>var x = {{ y }}</script>",
    "<!-- {{ x }} -->",
]
MDX = [
    ("import Tabs from '@theme/Tabs';\nimport {\n  A,\n  B as C\n} from \"x\"\n\n# Hi", "\n\n\n# Hi", 2),
    (
        "import './x.css'\n\n<Tabs value={{a: 1}}><Tab.Item>\n\n*in*\n\n</Tab.Item></Tabs>\n",
        "\n\n\n\n*in*\n\n\n",
        5,
    ),
    ("import x from 'y'\n\na {/* secret */}b {props.x} {'text'} {`more`}", "\n\na b  text more", 5),
    ("import x from 'y'\n\nexport const a = {\n\n  b: 1\n\n}\n\nc", "\n\n\n\nc", 2),
    (
        "import x from 'y'\n\n<div className=\"a\" style={{x: 1}}>b</div> <>c</>",
        '\n\n<div className="a">b</div> c',
        4,
    ),
    ("import x from 'y'\n\n`{x}` <b>c</b> a < b {open", "\n\n`{x}` <b>c</b> a < b {open", 1),
    ("a {/* truncate */}\n\n{b} <C d> List<T>", "a \n\n{b} <C d> List<T>", 1),
    ("```\nimport x from 'y'\n```\n\n{b}", "```\nimport x from 'y'\n```\n\n{b}", 0),
    ("import your text from a file", "import your text from a file", 0),
]


@pytest.mark.parametrize(("text", "expected", "count"), [*LIQUID, *HUGO, *MDX])
def test_markdown(text: str, expected: str, count: int) -> None:
    stripped = strip(text, "markdown")
    assert (stripped.text, stripped.count) == (expected, count)
    assert strip(expected, "markdown").text == expected


@pytest.mark.parametrize("text", CODE)
def test_code_stays_as_it_was_typed(text: str) -> None:
    assert strip(text, "markdown").text == text
    assert strip("{{ x }}\n\n" + text, "markdown").text == "\n\n" + text


@pytest.mark.parametrize(("text", "expected"), SOURCES)
def test_an_address_of_a_source_file_is_none(text: str, expected: str) -> None:
    assert strip(text, "markdown").text == strip(expected, "markdown").text == expected
    if "{" not in text:
        assert strip(text, "mdx").text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]({{ site.baseurl }}/b)", "[a](/blog/b)"),
        ("[a]({{site.url}}{{site.baseurl}}/b)", "[a](/blog/b)"),
        ("[a]({{ '/b/' | relative_url }}) [a]({{ 'b' | absolute_url }})", "[a](/blog/b/) [a](/blog/b)"),
        ('<img src="{{ "/b.png" | prepend: site.baseurl | prepend: site.url }}">', '<img src="/blog/b.png">'),
        ("[a]({{ '/b' }}) [c]({{ 'https://y.org/' | relative_url }})", "[a](/b) [c](https://y.org/)"),
        ("![a]({static}/b.png)", "![a](/blog/b.png)"),
    ],
)
def test_what_the_site_puts_before_its_addresses(text: str, expected: str) -> None:
    assert strip(text, "markdown", "/blog").text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <img src={require('@site/a.png').default} alt=\"b\" /> {c}", 'a <img alt="b" /> '),
        ("<div class=\"a\"\n  style={{textAlign: 'center'}}>b</div>", '<div class="a">b</div>'),
        ("<span style={{'--x': 1}}>a</span>", "<span>a</span>"),
        ("<a href={{ site.url }}>b</a>", "<a href=>b</a>"),
        ("<a href={{ page.url | relative_url }}>b</a> {c}", "<a href=about:invalid>b</a> {c}"),
        ("<a href={% link b.md %}>b</a> {c}", "<a href=about:invalid>b</a> {c}"),
        ("`<C d={e}>` {f}", "`<C d={e}>` {f}"),
        ("```\n<C d={e}>\n```\n{f}", "```\n<C d={e}>\n```\n{f}"),
    ],
)
def test_a_tag_with_an_expression_is_mdx(text: str, expected: str) -> None:
    assert strip(text, "markdown").text == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("{'{'}a{\"}\"}", "&#123;a&#125;"), ("<C d={'}'}>a</C>{b}", "a")]
)
def test_a_brace_in_a_text_is_none(text: str, expected: str) -> None:
    assert strip(text, "mdx").text == expected


def test_a_file_named_mdx_needs_no_import() -> None:
    assert strip("<C d={e}>{f} g</C>", "mdx").text == " g"


def test_html_knows_no_code_but_its_elements() -> None:
    text = "<p>`{{ x }}`</p>\n\n    {% y %}<pre>{{ z }}</pre>{% highlight x %}a<b {{ c }}{% endhighlight %}"
    expected = "<p>` `</p>\n\n    <pre>{{ z }}</pre><pre><code>a&lt;b &#123;&#123; c }}</code></pre>"
    assert strip(text, "html").text == expected


def test_what_raw_stands_for_is_shown() -> None:
    text = strip("{% raw %}{{ x }}{% endraw %} {{</* y */>}} [no]({{ z }})", "markdown").text
    shown = content(text, markdown=True, base="https://example.org/", fix_encoding=False).html
    assert shown == "<p>{{ x }} {{&lt; y &gt;}} no</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[the *docs*]({% link a.md %}) say", "<p>the <em>docs</em> say</p>"),
        ("[x]({% post_url 2020-01-01-x %}#top) [y](/y)", '<p>x <a href="https://example.org/y">y</a></p>'),
        ("[r][docs]\n\n[docs]: {% link a.md %}", "<p>r</p>"),
        ('<a title="a > b" href="{{ y }}">z</a> <a href={{ y }}>u</a>', "<p>z u</p>"),
        ("[![pic](/p.png)]({% link a.md %})", '<p><img src="https://example.org/p.png" alt="pic"></p>'),
        ("<a href='{{ x }}'><table><tr><td><a href='{{ y }}'>in</a></td></tr></table>out</a>", None),
        ("<a href='about:blank'>x</a> <a href='javascript:x'>y</a>", "<p><a>x</a> <a>y</a></p>"),
    ],
)
def test_of_a_link_that_only_the_tool_could_make_the_text_stays(text: str, expected: str | None) -> None:
    stripped = strip(text, "markdown").text
    shown = content(stripped, markdown=True, base="https://example.org/", fix_encoding=False).html
    assert "about:" not in shown
    assert shown == expected or (expected is None and "in" in shown and "out" in shown)
    assert sanitise(shown, "https://example.org/") == shown


PIECES = st.sampled_from(
    (
        *[
            "{%",
            "%}",
            "{{",
            "}}",
            "{#",
            "#}",
            "{/*",
            "*/}",
            "{{<",
            ">}}",
            "{",
            "}",
            "<",
            ">",
            "<A",
            "</A>",
            "/",
            "`",
            "``",
            "a",
            "[a](",
            ")",
            "href=",
            '"',
            "<!--",
            "-->",
            "<pre>",
            "</pre>",
            "\\",
        ],
        *("{: .x}", "{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}", "{% highlight x %}"),
        *("{% endhighlight %}", "```\n", "\n", "\n\n", "    ", " ", "- ", "> ", "import a from 'b'\n"),
        *("export const x = {", "about:invalid", "&#123;"),
    )
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@given(TEXTS, st.sampled_from(("html", "markdown", "mdx")))
def test_stripping_twice_changes_nothing_more(text: str, kind: Kind) -> None:
    stripped = strip(text, kind)
    assert strip(stripped.text, kind) == type(stripped)(stripped.text, 0)


@given(TEXTS, st.booleans())
def test_code_is_in_order_and_apart(text: str, markdown: bool) -> None:
    code = find_code(text, markdown=markdown)
    edges = [edge for part in zip(code.starts, code.ends, strict=True) for edge in part]
    assert edges == sorted(edges)
    assert all(start < end <= len(text) for start, end in zip(code.starts, code.ends, strict=True))


WORDS = st.sampled_from(("one ", "two.\n", "*three* ", "\n\n", "{{ x }} ", "{% y %}", "{{< z >}}", "{# w #}"))
SPANS = st.sampled_from(("`{{ a }}`", "``{% ` %}``", "\n\n```\n{{ b }}\n```\n\n", "<pre>{# c #}</pre>"))


@given(st.lists(st.tuples(st.lists(WORDS).map("".join), SPANS), max_size=8))
def test_text_and_code_all_stay(parts: list[tuple[str, str]]) -> None:
    text = strip("".join(words + "\n\n" + span + "\n\n" for words, span in parts), "markdown").text
    position = 0
    for words, span in parts:
        kept = [word for word in ("one", "two.", "*three*") for _ in range(words.count(word))]
        end = text.index(span, position)
        assert sorted(kept) == sorted(text[position:end].split())
        position = end + len(span)


HOSTILE = (
    *[
        "{{",
        "{%",
        "{#",
        "{/*",
        "{{<",
        "`",
        "{",
        "{:",
        "<!--",
        "<pre>",
        "`a``b```c",
        "href={{x}}",
        "{%",
        "{{{%",
    ],
    *("{% x %}", "{{ x }}", "``` ", "<A ", "<A '", '<A "', "<A b={", "{: .a", "[a]({{ x }}", "{% raw %}"),
    *("{% highlight x %}", "{{{% x %}", "import a from 'b'\n", "export const x = {\n\n", "{% raw %}{"),
    *("\n\n`", "{{ `}}"),
    *("{::comment}", "<a>\n{% x %}\n", "[a]({filename}b c ", "[a]({filename}b c) "),
)


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("kind", ["html", "markdown", "mdx"])
@pytest.mark.timeout(60)
def test_hostile_bodies_end(piece: str, kind: Kind) -> None:
    """Quadratic in them would be hours: 500 KB of one thing."""
    text = "import a from 'b'\n\n" + piece * (500_000 // len(piece))
    assert len(strip(text, kind).text) <= 6 * len(text)
