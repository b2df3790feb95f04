"""feedmill.cli: arguments in, exit code out."""

from feedmill.cli.main import main

__all__ = ["main"]
