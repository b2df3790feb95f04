"""How scalars are made: one of some words, a bounded number, a duration, a size, a text of some form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from feedmill.config import names, units
from feedmill.config.kinds import Scalar

_TEXT_TYPES = ["string", "number", "boolean"]  # text is taken as written: `title: 2024` is text


def string(name: str, right: str, parse: Callable[[str], Any], pattern: str = "", **schema: Any) -> Scalar:
    """Return the kind of a text of its own form."""
    if pattern:
        schema["pattern"] = pattern
    return Scalar(name, right, parse, {"type": "string", **schema})


def text(right: str, parse: Callable[[str], Any] = names.parse_text, **schema: Any) -> Scalar:
    """Return the kind of free text; what YAML takes for a number or a boolean is text too."""
    return Scalar("text", right, parse, {"type": _TEXT_TYPES, **schema})


def any_of(*schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema that takes what any of them takes."""
    return {"anyOf": list(schemas)}


def choice(*words: str) -> Scalar:
    """Return the kind of a scalar that is one of `words`."""

    def parse(text: str) -> str:
        if text in words:
            return text
        from feedmill.model.suggest import did_you_mean

        raise ValueError(did_you_mean(text, words))

    name = " \\| ".join(f"`{word}`" for word in words)
    right = " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    return string(name, right, parse, enum=list(words))


def integer(low: int, high: int) -> Scalar:
    """Return the kind of a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        return whole(text, low, high)

    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Scalar(f"{low} … {high}", f"a whole number from {low} to {high}", parse, schema)


def duration(low: timedelta = timedelta(), high: timedelta | None = None, *, off: bool = False) -> Scalar:
    """Return the kind of a duration from `low` to `high`; the word `off`, where allowed, gives zero."""

    def parse(text: str) -> timedelta:
        if off and text in (*units.FALSE_WORDS, "never"):
            return timedelta()
        value = units.parse_duration(text)
        if value < low:
            raise ValueError(f"which is less than {units.format_duration(low)}")
        if high is not None and value > high:
            raise ValueError(f"which is more than {units.format_duration(high)}")
        return value

    def write(value: timedelta) -> str:
        return "off" if off and not value else units.format_duration(value)

    schema: dict[str, Any] = {"type": "string", "pattern": f"^(?:{units.DURATION})$"}
    if low <= timedelta():
        schema = any_of(schema, {"const": 0})
    if off:
        schema = any_of(schema, {"enum": [False, "off", "never"]})
    right = "a duration like 20ms, 1s, 15m, 2h, 1d or 1h30m" + (", or off" if off else "")
    return Scalar("duration or `off`" if off else "duration", right, parse, schema, write)


def size(low: int, high: int) -> Scalar:
    """Return the kind of a number of bytes from `low` to `high`."""

    def parse(text: str) -> int:
        value = units.parse_size(text)
        if not low <= value <= high:
            raise ValueError(f"which is not within {units.format_size(low)} to {units.format_size(high)}")
        return value

    schema = any_of(
        {"type": "integer", "minimum": low, "maximum": high},
        {"type": "string", "pattern": f"^(?:{units.SIZE})$"},
    )
    return Scalar("size", "a size like 4 MiB, 64KB or 1048576", parse, schema, units.format_size)


def whole(text: str, low: int, high: int) -> int:
    """Return the whole number in a text, if it is within bounds.

    Raises:
        ValueError: it is not, or no number.
    """
    if not units.INTEGER.fullmatch(text) or not low <= int(text) <= high:
        raise ValueError
    return int(text)
