"""The README's pictures of the pages: `make screenshots` (Debian: chromium fonts-inter fonts-urw-base35)."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from browser import sample
from browser.conftest import FLAGS

SHOTS: tuple[tuple[str, str, int, int, str], ...] = (
    ("index", "index", 1240, 1000, "light"),
    ("feed", "topics/grain", 1240, 860, "dark"),
    ("phone", "topics/orchards", 390, 780, "light"),
)
"""File, page, width, height, colours."""

# Debian's system-ui is a bitmap-age default that no reader's machine has.
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
        browser.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/img"))
