"""The peers that come from PyPI share one environment of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.peers.base import TOOLS, MissingError

VENV = TOOLS / "python"


def pip(*packages: str) -> Path:
    """Install packages (`name==version`) into the peers' environment and return its `bin` folder."""
    binaries = VENV / "bin"
    try:
        if not (binaries / "pip").exists():
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(binaries / "pip"), "install", "-q", *packages], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise MissingError(f"pip install {' '.join(packages)}: {error}") from error
    return binaries
