"""Front matter: a seed in two, header and body. One module a syntax; `cut` says what YAML's parser sees."""

from feedmill.seeds.cut import Needed, needed
from feedmill.seeds.frontmatter.front_matter import FrontMatter
from feedmill.seeds.frontmatter.syntaxes import parse, split

__all__ = ["FrontMatter", "Needed", "needed", "parse", "split"]
