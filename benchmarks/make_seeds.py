"""Make any number of seeds after the real distribution, the same ones each time.

    python -m benchmarks.make_seeds FOLDER --count 7000 [--lean | --size 2KB] [--seed 1]

What is real about them (measured on 7,008 seeds of such a site): a quarter is published; topics
and providers follow Zipf's law; sizes run from 1 to 140 KB with a mean of 27 KB, of which 95 % is
`related:`; dates are to the second and all past. Each file depends on its number and `--seed`
alone, so a million of them need no memory and any prefix is a sample of the whole.
"""

from __future__ import annotations

import argparse
import random
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

EPOCH = datetime(2018, 1, 1, tzinfo=UTC)
SPAN = 1 << 27
"""Seconds over which publication instants are strewn, each taken once: about four years."""
PER_FOLDER = 1000
_VOCABULARY = """
about access across adapts agency alliance among analysis archive article assistant audit bank benchmark
border branch bridge budget build cache camera campus caution chain chart city claim class cloud code
collect common company compare consent content copy court data deploy design device digest draft drone early
editor engine ethics event export face factory feed field filter forecast forum founder future gain global
grain graph grid guide harvest health image index industry insight item journal label language launch law
learning letter library limit link local machine market measure media memory method mill mobile model
monitor network news office online open order outlook page paper partner pattern people picture pilot plan
platform policy press privacy process product project protein publish quality question radio reader record
region release report research result review robot rollout rule safety sample school science screen search
season security seed sensor server service signal site source speech stage standard startup state station
story stream student study summary supply survey system table talent team technology test text theory title
tool topic track trade traffic training transit trend trial trust update value vendor vision voice water
weather web week window work world writer yield
"""
WORDS = tuple(_VOCABULARY.split())
TOPICS = (
    "AI", "Machine Learning", "Computer Vision", "Natural Language Processing", "Robotics", "Data Science",
    "Cloud", "Security", "Privacy", "Ethics", "Healthcare", "Finance", "Education", "Research", "Hardware",
    "Speech", "Autonomous Vehicles", "Open Source", "Regulation", "Startups", "Retail", "Agriculture",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """What the seeds look like. `size`: mean bytes of a seed, 0 for the real spread; `lean`: eight keys."""

    seed: int = 1
    lean: bool = False
    size: int = 0
    topics: int = 22
    providers: int = 60


class Zipf:
    """Ranks from 0, the first the most frequent: weight 1 / (rank + 1) ** exponent."""

    def __init__(self, count: int, exponent: float) -> None:
        self.weights = list(accumulate(1 / (rank + 1) ** exponent for rank in range(count)))

    def pick(self, chance: random.Random) -> int:
        return bisect(self.weights, chance.random() * self.weights[-1], hi=len(self.weights) - 1)


class Maker:
    """Writes the text of seed number n."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        chance = random.Random(f"{shape.seed}:pool")
        self.topics = [*TOPICS, *(f"Topic {number}" for number in range(len(TOPICS), shape.topics))][
            : shape.topics
        ]
        self.providers = [
            f"{chance.choice(WORDS).title()} {chance.choice(WORDS).title()} {number}"
            for number in range(shape.providers)
        ]
        self.topic_ranks = Zipf(len(self.topics), 1.1)
        self.provider_ranks = Zipf(len(self.providers), 1.0)
        self.sentences = [self._sentence(chance) for _ in range(600)]
        self.related = [self._related(chance, number) for number in range(400)]
        self.secret = "".join(chance.choices("ABCDEFGHabcdefgh0123456789+/", k=344))

    def _sentence(self, chance: random.Random) -> str:
        words = chance.choices(WORDS, k=chance.randint(7, 16))
        text = " ".join(words).capitalize()
        tail = chance.random()
        return text + ("’s & more" if tail < 0.1 else "; that's it" if tail < 0.2 else "")

    def _related(self, chance: random.Random, number: int) -> str:
        slug = "-".join(chance.choices(WORDS, k=8))
        host = f"www.site{chance.randrange(200)}.example"
        day = (EPOCH + timedelta(seconds=chance.randrange(SPAN))).strftime("%Y-%m-%dT%H:%M:%SZ")
        excerpt = ". ".join(chance.choices(self.sentences, k=3))
        return (
            f'  - title: "{chance.choice(self.sentences)} {number}"\n'
            f'    excerpt: "{excerpt}"\n'
            f"    publishedDateTime: {day}\n"
            f'    webUrl: "https://{host}/blog/{slug}/"\n'
            f'    ampWebUrl: "https://{host}/blog/{slug}/amp/"\n'
            f"    type: article\n"
            f"    provider:\n      name: {chance.choice(WORDS).title()}\n      domain: {host}\n"
            f"    quality: {chance.randrange(100)}\n"
            f'    images:\n      - url: "https://{host}/images/{slug}.jpg"\n'
            f"        width: {chance.randrange(400, 2000)}\n        height: {chance.randrange(200, 1200)}\n"
            f"        isCached: true\n"
        )

    def _wanted(self, chance: random.Random) -> float:
        """Bytes of this seed: log-normal, so that a few of them are very large."""
        if self.shape.size:
            return self.shape.size * chance.uniform(0.8, 1.2)
        return min(max(chance.lognormvariate(9.92, 0.78), 1_000), 140_000)

    def text(self, number: int) -> str:
        """Return the whole file of seed `number`."""
        shape = self.shape
        chance = random.Random(f"{shape.seed}:{number}")
        # An odd factor makes this a permutation: no two seeds share an instant, no order is a tie.
        moment = EPOCH + timedelta(seconds=(number * 48_271_117 + shape.seed) % SPAN)
        day = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        provider = self.providers[self.provider_ranks.pick(chance)]
        host = f"www.{provider.lower().replace(' ', '-')}.example"
        picks = chance.choices((1, 2, 3), (5, 3, 2))[0]
        topics = list(dict.fromkeys(self.topics[self.topic_ranks.pick(chance)] for _ in range(picks)))
        published = "true" if chance.random() < 0.25 else "false"
        title = f"{chance.choice(self.sentences)} {number}"
        link = f"https://{host}/{moment:%Y/%m}/{number}-{'-'.join(chance.choices(WORDS, k=5))}"
        excerpt = ". ".join(chance.choices(self.sentences, k=2))
        names = "".join(f"  - {name}\n" for name in topics)
        if shape.lean:
            return (
                f'---\ntitle: "{title}"\nexcerpt: "{excerpt}"\npublishedDateTime: {day}\nwebUrl: "{link}"\n'
                f"type: article\npublished: {published}\nprovider:\n  name: {provider}\n  domain: {host}\n"
                f"topics:\n{names}---\n"
            )
        head = (
            f'---\ncategory: news\ntitle: "{title}"\nexcerpt: "{excerpt}"\npublishedDateTime: {day}\n'
            f'originalUrl: "{link}"\nwebUrl: "{link}"\ntype: article\n'
            f"quality: {chance.randrange(100)}\nheat: {chance.choice((-1, -1, -1, 0, 5, 40))}\n"
            f"published: {published}\n\nprovider:\n  name: {provider}\n  domain: {host}\n\ntopics:\n{names}\n"
            f'images:\n  - url: "{link}.jpg"\n    width: {chance.randrange(400, 2000)}\n'
            f"    height: {chance.randrange(200, 1200)}\n    isCached: true\n\n"
        )
        tail = f'secured: "{self.secret}=={number}"\n---\n\n'
        parts = [head]
        room = self._wanted(chance) - len(head) - len(tail)
        if room > 0:
            parts.append("related:\n")
            while room > 0:
                block = self.related[chance.randrange(len(self.related))]
                if room < len(block) / 2 and len(parts) > 2:
                    break
                parts.append(block)
                room -= len(block)
            parts.append("\n")
        parts.append(tail)
        return "".join(parts)


def name(number: int) -> str:
    """Return the relative path of seed `number`: a thousand files a folder."""
    return f"{number // PER_FOLDER:04d}/seed-{number:07d}.md"


def seeds(shape: Shape, count: int) -> Iterator[tuple[str, str]]:
    """Yield relative path and text of each seed."""
    maker = Maker(shape)
    for number in range(count):
        yield name(number), maker.text(number)


def write(folder: Path, shape: Shape, count: int) -> int:
    """Write `count` seeds below `folder`; return their bytes. Files that are there stay as they are."""
    total = 0
    for path, text in seeds(shape, count):
        target = folder / path
        if path.endswith("000.md"):
            target.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        target.write_bytes(data)
        total += len(data)
    return total


def size(text: str) -> int:
    """Read `2KB`, `1 MiB`, `500`. Raises ValueError."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(B|KB|KiB|MB|MiB)?\s*", text, re.IGNORECASE)
    if found is None:
        raise ValueError(f"no size: {text!r}")
    unit = {"": 1, "b": 1, "kb": 1000, "kib": 1024, "mb": 1000**2, "mib": 1024**2}
    return int(float(found[1]) * unit[(found[2] or "").lower()])


def main() -> None:
    """Read the command line and write the seeds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=7000)
    parser.add_argument("--lean", action="store_true", help="eight keys a seed, about half a kilobyte")
    parser.add_argument("--size", type=size, default=0, help="mean size, e.g. 2KB (default: as in real life)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--topics", type=int, default=22)
    parser.add_argument("--providers", type=int, default=60)
    given = parser.parse_args()
    shape = Shape(given.seed, given.lean, given.size, given.topics, given.providers)
    total = write(given.folder, shape, given.count)
    print(f"{given.count:,} seeds, {total / 1e6:.1f} MB, {total / max(given.count, 1) / 1000:.1f} KB each")


if __name__ == "__main__":
    main()
