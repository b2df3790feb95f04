"""What is known of a theme's file before anything is printed with it."""

from __future__ import annotations


class Unreadable(str):
    """Why a file of the theme cannot be read, in place of its text: no page is made by such a theme."""

    __slots__ = ()
