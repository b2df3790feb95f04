"""Publishes one version of a little site, as a pass does: the program that the crash tests kill."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedmill.model.artifact import Artifact
from feedmill.store import Committed, FeedMemory, Place, Store
from feedmill.store.local.place import LocalPlace

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

TOPICS = {1: ("ai", "old", "rt"), 2: ("ai", "new", "rt", "x"), 3: ("ai", "rt")}
"""From version to version topics change, come and go (the last one takes a folder along)."""


def documents(version: int) -> dict[str, bytes]:
    """The documents of a version; the index names each of the others."""
    topics = TOPICS[version]
    found = {f"topics/{name}.rss": _body(version, name) for name in topics}
    found |= {f"providers/{name}.atom": _body(version, name) for name in topics if version == 2}
    found["all.rss"] = _body(version, "all")
    found["all.json"] = _body(1, "never changes")
    found["index.html"] = "\n".join(sorted(found)).encode()
    return found


def named(index: bytes) -> set[str]:
    """The documents that an index names."""
    return set(index.decode().splitlines())


def _body(version: int, name: str) -> bytes:
    return f"<generator>feedmill</generator> {name} {version}\n".encode() * (500 * version)


def place_at(address: str) -> Place:
    """Return the place that `address` names: a folder, or a database."""
    if address.startswith("postgresql:"):
        from feedmill.store.postgres.place import PostgresPlace

        return PostgresPlace(address)
    return LocalPlace(Path(address))


def publish(store: Store, version: int) -> Committed:
    """Publish a version as the pipeline does: all that is wanted, nothing else."""
    wanted = documents(version)
    with store.begin(NOON + timedelta(minutes=version)) as publication:
        for path, body in wanted.items():
            publication.add(Artifact(path=path, body=body, index=path == "index.html"))
        for path in sorted(set(store.documents) - set(wanted)):
            publication.remove(path)
        publication.remember_feed(FeedMemory(path="topics/ai", kind="topic", title=f"AI {version}"))
        publication.keep_good("a.md", b"good %d" % version)
        return publication.commit()


def main() -> int:
    """`publisher.py PLACE VERSION [TRIES]`: exit code 3 when the store says that it cannot.

    With more than one try, the same store is asked again after a failure, as a daemon does.
    """
    from feedmill.errors import PublishError, StoreError

    place, version, tries = place_at(sys.argv[1]), int(sys.argv[2]), int((*sys.argv, "1")[3])
    code = 3
    try:
        with place.lead("publish"), place.open() as store:
            for _ in range(tries):
                try:
                    store.tidy()
                    store.verify()
                    problems = publish(store, version).problems
                except PublishError as error:
                    sys.stdout.write(f"{error}\n")
                    code = 3
                else:
                    code = 1 if problems else 0
                    for problem in problems:
                        sys.stdout.write(f"{problem}\n")
                if not code:
                    break
    except StoreError as error:
        sys.stdout.write(f"{error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
