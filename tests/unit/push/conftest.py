"""Fixtures of the hub's tests."""

from push_hub import folder

__all__ = ["folder"]
