"""Whatever is done to seeds, config, disks and daemon in whatever order, nothing is missed and nothing stays.

After every takedown in whatever form neither disk nor origin has anything of it a moment later; at
checkpoints the documents are those of a build without catalog. A failure names its random seed:
`FEEDMILL_DRIVER=SEED[:OPERATIONS]` does the same again.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from driver.world import World
from operated.daemon import Folder, Operator, free_port
from reliability.results import keep

pytestmark = [pytest.mark.process, pytest.mark.timeout(0 if os.environ.get("FEEDMILL_TORTURE") else 400)]

Site = Callable[..., Folder]

_SEED, _, _COUNT = os.environ.get("FEEDMILL_DRIVER", "").partition(":")
SEED = int(_SEED or 20261124)
OPERATIONS = int(_COUNT or (5_000 if os.environ.get("FEEDMILL_TORTURE") else 500))
CHECKPOINT = 50
SHOWN = 40


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Two file systems of 8 MB; none without the right to mount."""
    found: dict[str, Path] = {}
    try:
        for name in ("feeds", "state"):
            point = Path(tempfile.mkdtemp(dir=tmp_path)) / name
            point.mkdir()
            mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(point)]
            if subprocess.run(mount, check=False, capture_output=True).returncode:
                break
            found[name] = point
        yield found
    finally:
        for point in found.values():
            subprocess.run(["umount", "-l", point], check=True)


def test_nothing_is_missed_and_nothing_stays(site: Site, operator: Operator, disks: dict[str, Path]) -> None:
    folder = site()
    if "feeds" in disks:
        folder.feeds = disks["feeds"] / "feeds"
    if "state" in disks:
        folder.state = disks["state"] / "state"
    dice = random.Random(SEED)
    world = World(folder, operator, free_port(), dice)
    done: deque[str] = deque(maxlen=SHOWN)
    counted: Counter[str] = Counter()
    for _ in range(25):
        world.author.create()
    rare: list[Callable[[], str]] = [world.edit_config, world.edit_config, world.hold_a_pass]
    rare.append(lambda: world.restart(look=True))
    rare += [partial(world.fill_disk, disk) for disk in disks.values()]
    number = 0
    try:
        for number in range(1, OPERATIONS + 1):
            way = dice.choice(rare if dice.random() < 0.03 else world.author.ways())
            done.append(f"{number} {way()}")
            counted[done[-1].split()[1]] += 1
            world.check(http=number % 5 == 0)
            if number % CHECKPOINT == 0:
                world.cleared("at a checkpoint")
                world.equals_cold()
                world.check(late=-1)
    except (AssertionError, OSError) as error:
        history = "\n  ".join(done)
        story = (
            f"{error}\nafter operation {number}; again: FEEDMILL_DRIVER={SEED}:{number}\n"
            f"the last ones:\n  {history}\n{folder.log.read_text()[-20_000:]}"
        )
        if results := os.environ.get("FEEDMILL_RESULTS"):
            Path(results).mkdir(parents=True, exist_ok=True)
            Path(results, f"driver-{SEED}-{number}.txt").write_text(story)
        pytest.fail(story)
    assert "Traceback" not in folder.log.read_text()
    assert {"create", "edit", "take", "bring", "break", "rename", "link", "delete"} <= set(counted), counted
    keep(
        "A takedown never fails open, and nothing is missed",
        "random edits, links, disk faults, held passes, configs, restarts; disk and origin asked after each",
        OPERATIONS,
        "takedowns gone from disk and origin; at checkpoints the documents of a cold build",
    )
