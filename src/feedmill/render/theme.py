"""The pages' templates: the package's own, a theme's over them, and the policy that guards both."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from feedmill.errors import RenderError
from feedmill.model.instant import rfc3339
from feedmill.model.language import direction
from feedmill.model.site import Site
from feedmill.model.slug import url_path
from feedmill.model.theme import Unreadable

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

OWN = "feedmill/"
"""`{% extends "feedmill/feed.html" %}` names our template even where the theme has a `feed.html`."""

THEME = "theme/"
"""What the names of the theme's files begin with where they are told."""

_CSS_SPECIAL = frozenset('"\\<>&\n\r\f\0')

_POLICY = (
    "default-src 'none'; img-src 'self' http: https: data:; {media}style-src {style}; "
    "script-src {script}; {connect}base-uri 'none'; form-action 'none'"
)
_MEDIA = "media-src http: https:; "


def content_security_policy(
    theme: Mapping[str, str] | None = None, *, plays: bool = False, index: bool = False
) -> str:
    """Return the policy (CSP Level 3) that lets a page run its own style and script and nothing else.

    A page that plays episodes may load them, and run what belongs to the player. The front page (`index`)
    has a longer script, which may ask for the site's own documents.
    Every page says it in a `<meta>` of its head, so it holds behind any server and from a file;
    the origin repeats it in a header and adds `frame-ancestors`, which a page cannot say for itself.
    """
    styles, scripts = [_style(theme or {})], [_script(theme or {}, index=index)]
    if plays:
        styles.append(_episode_style(theme or {}))
        scripts.append(_episode_script(theme or {}))
    return _POLICY.format(
        media=_MEDIA if plays else "",
        connect="connect-src 'self'; " if index else "",
        style=_sources(styles),
        script=_sources(scripts),
    )


def index_code(theme: Mapping[str, str], *, plays: bool) -> dict[str, Markup]:
    """Return what the front page's frame is given in place of every page's `script` and `policy`."""
    from markupsafe import Markup

    return {
        "script": Markup(_script(theme, index=True)),
        "policy": Markup(content_security_policy(theme, plays=plays, index=True)),
    }


def environment(site: Site, theme: Mapping[str, str]) -> Environment:
    """Return the Jinja2 environment for `site`: autoescape on, an unknown name is an error.

    Raises:
        RenderError: a file of the theme cannot be read, its style or script would end its own element, or
            a catalog is broken.
        jinja2.TemplateError: the theme's `words.html` is broken.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # imported on use: 0.1 s
    from markupsafe import Markup

    from feedmill.render.words import Words

    for name, text in theme.items():
        if isinstance(text, Unreadable):
            raise RenderError("of the theme", None, text, template=THEME + name)
    env = Environment(
        loader=FunctionLoader(_loader(theme)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    language = Words(site.language, theme)
    catalog = language.catalog
    env.filters |= {
        "web": web_address,
        "url_path": url_path,
        "direction": direction,
        "rfc3339": rfc3339,
        "breakable": breakable,
        "clock": clock,
        "css": css_string,
        "date": language.date,
        "number": language.number,
        "period": language.period,
        "size": language.size,
    }
    env.globals.update(
        site=site,
        direction="rtl" if direction(site.language) == "rtl" else "ltr",
        style=Markup(_style(theme)),
        script=Markup(_script(theme)),
        episode_style=Markup(_episode_style(theme)),
        episode_script=Markup(_episode_script(theme)),
        policy=Markup(content_security_policy(theme)),
        _=catalog.gettext,
        ngettext=catalog.ngettext,
    )
    env.globals["words"] = _words(env)
    return env


def web_address(address: str) -> str:
    """Return `address` where a browser may follow it (http, https), else "": never `javascript:`."""
    return address if address[:8].lower().startswith(("http://", "https://")) else ""


def clock(seconds: int) -> str:
    """Return `1:02:03` or `2:03`."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def breakable(address: str) -> Markup:
    """Return `address` escaped, with the places where a line may break: between its segments."""
    from markupsafe import Markup, escape

    return escape(address).replace("/", Markup("/<wbr>")).replace(Markup("/<wbr>/<wbr>"), Markup("//"))


def css_string(text: str) -> Markup:
    """Return `text` as a string of CSS with its quotes (CSS Syntax 3, 4.3.5), safe in any style sheet."""
    from markupsafe import Markup

    return Markup('"' + "".join(f"\\{ord(one):x} " if one in _CSS_SPECIAL else one for one in text) + '"')


def _loader(theme: Mapping[str, str]) -> Callable[[str], tuple[str, str, None] | None]:
    def load(name: str) -> tuple[str, str, None] | None:
        if not name.startswith(OWN) and name in theme:
            return theme[name], THEME + name, None
        own = _packaged(name.removeprefix(OWN))
        return None if own is None else (own, OWN + name.removeprefix(OWN), None)

    return load


@cache
def _packaged(name: str) -> str | None:
    """Return one of the package's own templates; a name is a plain file name, never a path."""
    if "/" in name or "\\" in name or name.startswith("."):
        return None
    file = files("feedmill.render").joinpath("templates", name)
    return file.read_text("utf-8") if file.is_file() else None


def _text(theme: Mapping[str, str], name: str, closing: str) -> str:
    """Return a file that goes into the page as it is, with the newlines a browser would hash."""
    text = theme.get(name, _packaged(name) or "").replace("\r\n", "\n").replace("\r", "\n")
    if closing in text.lower() or "<!--" in text:
        why = f"{name} must not contain {closing} or <!--"
        raise RenderError("of the theme", None, why, template=THEME + name)
    return text


def _style(theme: Mapping[str, str]) -> str:
    return _text(theme, "style.css", "</style") + _text(theme, "extra.css", "</style")


def _script(theme: Mapping[str, str], *, index: bool = False) -> str:
    return _text(theme, "script.js", "</script") + (_text(theme, "index.js", "</script") if index else "")


def _episode_style(theme: Mapping[str, str]) -> str:
    return _text(theme, "episode.css", "</style")


def _episode_script(theme: Mapping[str, str]) -> str:
    return _text(theme, "episode.js", "</script")


def _sources(texts: Iterable[str]) -> str:
    return " ".join(f"'sha256-{_sha256(text)}'" for text in texts)


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _words(env: Environment) -> SimpleNamespace:
    """Return every word that the pages say by themselves; a theme's `words.html` may replace any of them."""
    words: dict[str, Any] = {}
    for name in (OWN + "words.html", "words.html"):
        module = vars(env.get_template(name).module)
        words.update((key, value) for key, value in module.items() if not key.startswith("_"))
    return SimpleNamespace(**words)
