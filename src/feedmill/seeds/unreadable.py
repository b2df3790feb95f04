"""Records of files in which no front matter can be read. What they say of a takedown counts all the same."""

from __future__ import annotations

from feedmill.model.seed import Problem, Reason, Record, Severity
from feedmill.seeds.field_keys import Keys
from feedmill.seeds.frontmatter import split
from feedmill.seeds.takedown import as_text, takedown_lines

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def invalid(path: str, text: str, keys: Keys, why: str, line: int, column: int) -> Record:
    """A seed whose front matter does not parse; `text` is what can be made out of it."""
    return Record(
        path=path,
        reason=Reason.INVALID,
        problems=(Problem(path=path, message=why, line=line, column=column),),
        parsed=False,
        flag_lines=takedown_lines(text, keys),
    )


def blank(path: str, data: bytes, keys: Keys, problems: tuple[Problem, ...] = ()) -> Record:
    """A file that is no seed; what it says of a takedown counts where it was one."""
    lines = takedown_lines(as_text(data), keys)
    return Record(path=path, blank=True, problems=problems, flag_lines=lines)


def not_utf8(path: str, data: bytes, keys: Keys, start: int) -> Record:
    """A file that is no text; without front matter, as far as that can be made out, it is no seed."""
    why = f"is not UTF-8 (byte 0x{data[start]:02x}); save it as UTF-8"
    if data.startswith(_UTF16):
        why = "is UTF-16; save it as UTF-8"
    column = len(data[data.rfind(b"\n", 0, start) + 1 : start].decode(errors="replace")) + 1
    line = data.count(b"\n", 0, start) + 1
    return unreadable(path, data, keys, why, line, column)


def unreadable(path: str, data: bytes, keys: Keys, why: str, line: int, column: int) -> Record:
    """Its takedown lines are still looked for."""
    text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8", errors="replace")
    text = text.rstrip("\ufffd")  # a character that was cut off, as its name may have been
    front = split(text.removeprefix("\ufeff"))
    if front is None:
        return blank(path, data, keys)
    header = front.header if front.header.strip() else as_text(data)
    return invalid(path, header, keys, why, line, column)


def blank_remarks(path: str, text: str) -> tuple[Problem, ...]:
    """Return a warning of front matter that stands below blank lines: other tools take it."""
    if not text[:1].isspace():
        return ()
    front = split(text.lstrip())
    if front is None or not front.closed:
        return ()
    why = "front matter counts only from the first line on; delete what stands above it"
    return (Problem(path=path, message=why, severity=Severity.WARNING, line=1, column=1),)
