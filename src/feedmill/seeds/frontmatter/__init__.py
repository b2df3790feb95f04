"""Front matter: a seed in two, header and body. One module a syntax; `cut` says what a parser gets to see."""

from feedmill.seeds.cut import Needed, needed
from feedmill.seeds.frontmatter.yaml import FrontMatter, split

__all__ = ["FrontMatter", "Needed", "needed", "split"]
