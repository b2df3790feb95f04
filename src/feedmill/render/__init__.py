"""feedmill.render: from feeds and the directory to the bytes that are published, purely."""

from feedmill.render.renderer import Renderer

__all__ = ["Renderer"]
