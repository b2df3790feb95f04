"""The README's pictures of the pages: `make screenshots` (Debian: chromium fonts-inter fonts-urw-base35)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser import sample
from browser.conftest import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]

SHOTS: tuple[tuple[str, str, int, int, str], ...] = (
    ("index", "index", 1240, 1000, "light"),
    ("feed", "topics/grain", 1240, 860, "dark"),
    ("phone", "topics/orchards", 390, 780, "light"),
)
"""File, page, width, height, colours."""

OPERATOR_SHOTS: tuple[tuple[str, str, int, Any], ...] = (
    ("operator", "", 1180, "dark"),
    ("desk", "desk", 860, "light"),
    ("desk-seed", "desk/seed?path=formats/atom.md", 860, "light"),
)
"""The same of the daemon that runs: file, path, height, colours."""

# Debian's system-ui is a bitmap-age default that no reader's machine has.
_SEED = "---\ntitle: Note {0}\nwebUrl: https://example.org/{0}\ndate: 2025-11-2{1}\ntopics: [Grain]\n---\n"
_PLANNED = ("Winter pruning", "What bees do in December", "Rye, spelt, emmer")
_READERS = (("Feedly/1.0", 412), ("Inoreader/1.0", 97), ("NewsBlur Feed Fetcher", 31))
_FONTS = ":root { --sans: Inter, system-ui, sans-serif; }"


def shoot(into: Path) -> None:
    """Write one PNG for each of SHOTS into the folder `into`."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        raise SystemExit("needs Chromium (apt-get install chromium)")
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder)
        sample.write(site, extra_css=_FONTS)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for name, path, width, height, colours in SHOTS:
            options: dict[str, Any] = {
                "viewport": {"width": width, "height": height},
                "color_scheme": colours,
                "device_scale_factor": 1.5 if width < 600 else 1,
            }
            page = browser.new_page(**options)
            page.route(
                re.compile("^https://"),
                lambda route: route.fulfill(
                    content_type="image/svg+xml", body=sample.picture(route.request.url)
                ),
            )
            page.goto(f"{site.as_uri()}/{path}.html", wait_until="networkidle")
            page.screenshot(path=into / f"{name}.png")
            page.context.close()
        _shoot_operator(browser, Path(folder) / "run", into)
        browser.close()


def _shoot_operator(browser: Browser, folder: Path, into: Path) -> None:
    """Run the program on the bundled seeds, read and edit a little, and look over the operator's shoulder."""
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    config = "server: {port: 0}\nadmin: {port: 0}\nlog: {format: json}\nwatch: {settle: 50ms}\n"
    (folder / "config.yaml").write_text(config, "utf-8")
    for day, title in enumerate(_PLANNED, 1):
        seed = f"---\ntitle: {title}\nwebUrl: https://example.org/{day}\ndate: 2099-12-{day:02}\n---\n"
        (folder / f"seeds/planned-{day}.md").write_text(seed, "utf-8")
    (folder / "seeds/half-written.md").write_text("---\ntitle: Half written\nwebUrl: /x\n---\n", "utf-8")
    process = subprocess.Popen(
        [Path(sys.executable).with_name("feedmill"), "run"], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        log = map(json.loads, process.stderr)
        ready = next(line for line in log if line["message"] == "ready")
        for number in range(24):
            seed = _SEED.format(number, number % 4)
            (folder / f"seeds/note-{number % 5}.md").write_text(seed, "utf-8")
            next(line for line in log if line["message"] == "pass")
        for reader, count in _READERS:
            agent = f"{reader} (+https://reader.example; {count} subscribers)"
            request = urllib.request.Request(f"{ready['server']}all.atom", headers={"User-Agent": agent})
            urllib.request.urlopen(request, timeout=10).close()
        token = (folder / ".feedmill/token").read_text("ascii").strip()
        for name, path, height, colours in OPERATOR_SHOTS:
            page = browser.new_page(
                viewport={"width": 1240, "height": height}, color_scheme=colours, bypass_csp=True
            )
            page.goto(f"{ready['admin']}-/?token={token}")
            page.goto(f"{ready['admin']}-/{path}", wait_until="load")
            page.add_style_tag(content=_FONTS)
            page.screenshot(path=into / f"{name}.png")
            page.context.close()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    shoot(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/img"))
