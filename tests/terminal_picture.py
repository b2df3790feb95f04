"""The README's picture of the first minute: `make terminal` writes docs/img/terminal.svg.

The program itself runs on a pseudo-terminal; what it says appears line by line, as in a GIF, by CSS alone.
Where motion is not wanted, or CSS not animated, the whole is there at once.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from itertools import accumulate
from pathlib import Path

from terminal import on_a_terminal

_COLUMNS, _LINE, _CHAR = 80, 19, 8.43
_PAUSE = 6.0
"""Seconds for which the whole stands before it begins anew."""
_COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "36": "#76e3ea"}
_SEED = "---\ntitle: {title}\nwebUrl: https://www.example.com/{name}\n{front}topics: [News]\n---\nHello.\n"

Step = tuple[str, str, str, str]
"""What must be shown before, the note of what the author does then, and the seed's name and front matter."""

_STEPS: tuple[Step, ...] = (
    ("Ctrl-C ends.", "save an article", "first", "date: 2026-01-01\n"),
    ("→ all, topics/news", "save another, without a date", "second", ""),
    ("no date", "add the date", "second", "date: 2026-01-02\n"),
    ("second article →", "withdraw the first", "first", "date: 2026-01-01\npublished: false\n"),
)


def recorded() -> list[tuple[float, str]]:
    """Return (seconds before it, line with its colours) of everything that the terminal shows."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        _, made = on_a_terminal(Path(folder), "init", "site", "--title", "News")
        lines = [*_command("feedmill init site", made), *_command("cd site", "")]
        return [*lines, *_command("feedmill run", _played(site))]


def _played(site: Path) -> str:
    """Run the daemon, act as the author does, and return what was shown with the author's notes in it."""
    ports = ("--set", "server.port=0", "--set", "admin.port=0")
    waiting = list(_STEPS)
    notes: list[tuple[int, str]] = []

    def act(shown: str, process: subprocess.Popen[bytes]) -> bool:
        seen = shown.replace("\r\n", "\n")
        if waiting and waiting[0][0] in seen[notes[-1][0] if notes else 0 :]:
            _, note, name, front = waiting.pop(0)
            notes.append((len(seen), f"\x1b[2m# {note}: seeds/{name}.md\x1b[0m\n"))
            text = _SEED.format(title=f"My {name} article", name=name, front=front)
            (site / "seeds" / f"{name}.md").write_text(text)
        if not waiting and "published: false" in seen[notes[-1][0] :]:
            process.send_signal(signal.SIGINT)
            return True
        return False

    _, shown = on_a_terminal(site, "run", *ports, columns=_COLUMNS, act=act)
    for at, note in reversed(notes):
        shown = shown[:at] + note + shown[at:]
    return _settled(shown[: shown.rindex("published: false") + len("published: false'")])


def _settled(text: str) -> str:
    """Return the text with what differs from run to run as readers will mostly find it."""
    ports = iter(("8080", "8081"))
    text = re.sub(r"127\.0\.0\.1:(?!8080)[0-9]+", lambda _: f"127.0.0.1:{next(ports)}", text)
    text = re.sub(r"token=[\w-]+", "token=…", text)
    return re.sub(r"date: 20\d\d-\d\d-\d\d", "date: 2026-11-24", text)


def _command(typed: str, said: str) -> Iterator[tuple[float, str]]:
    yield 1.2, f"\x1b[32m$\x1b[0m \x1b[1m{typed}\x1b[0m"
    for line in said.strip("\n").split("\n") if said.strip() else ():
        yield (2.2 if line.startswith("\x1b[2m#") else 0.35), line


def svg(lines: list[tuple[float, str]]) -> str:
    """Return the picture."""
    shown_at = list(accumulate(seconds for seconds, _ in lines))
    whole = shown_at[-1] + _PAUSE
    width, height = round(_COLUMNS * _CHAR) + 32, len(lines) * _LINE + 56
    frames, texts = [], []
    for number, (at, (_, line)) in enumerate(zip(shown_at, lines, strict=True)):
        share = 100 * at / whole
        frames.append(f"@keyframes l{number}{{0%{{opacity:0}}{share:.2f}%,100%{{opacity:1}}}}")
        style = f"animation-name:l{number}"
        texts.append(f'<text x="16" y="{48 + number * _LINE}" style="{style}">{_spans(line)}</text>')
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" \
viewBox="0 0 {width} {height}" role="img" aria-label="feedmill init, run, and what it tells of saved seeds">
<style>
text{{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}}
@media (prefers-reduced-motion:no-preference){{text{{animation:{whole:.1f}s step-end infinite}}}}
{"".join(frames)}
</style>
<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="18" r="5" fill="#ff5f56"/><circle cx="38" cy="18" r="5" fill="#ffbd2e"/>\
<circle cx="56" cy="18" r="5" fill="#27c93f"/>
{chr(10).join(texts)}
</svg>
"""


def _spans(line: str) -> str:
    """Return a line's text with its colours as spans."""
    found, codes = [], set[str]()
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            given = part[2:-1].split(";")
            codes = set() if given == ["0"] else codes | set(given)
        elif part:
            found.append(f"<tspan{_look(codes)}>{escape(part)}</tspan>" if codes else escape(part))
    return "".join(found)


def _look(codes: set[str]) -> str:
    colour = next((f' fill="{_COLOURS[code]}"' for code in sorted(codes) if code in _COLOURS), "")
    return (
        colour + (' font-weight="bold"' if "1" in codes else "") + (' fill="#8b949e"' if "2" in codes else "")
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(svg(recorded()), encoding="utf-8")
