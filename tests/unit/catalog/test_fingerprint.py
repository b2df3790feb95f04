"""The fingerprint of all files: which seeds a generation was made from."""

from __future__ import annotations

from feedmill.catalog import Catalog, FileRow


def fingerprint(files: dict[bytes, bytes]) -> str:
    catalog = Catalog()
    catalog.begin()
    rows = [
        FileRow(number, path, 0, 0, 0, 0, digest, True)
        for number, (path, digest) in enumerate(files.items(), 1)
    ]
    catalog.files.put(rows)
    try:
        return catalog.files.fingerprint()
    finally:
        catalog.close()


def test_it_tells_paths_and_contents_and_nothing_else() -> None:
    files = {b"%d.md" % number: b"content %d" % number for number in range(10)}
    whole = fingerprint(files)
    assert fingerprint(dict(reversed(files.items()))) == whole
    assert fingerprint(files | {b"3.md": b"other"}) != whole
    assert fingerprint(files | {b"new.md": b""}) != whole
    assert fingerprint({path: digest for path, digest in files.items() if path != b"3.md"}) != whole
    assert fingerprint({b"a b": b"c"}) != fingerprint({b"a": b"b c"})
    assert fingerprint({}) == fingerprint({})


def test_it_is_kept_up_as_if_it_were_counted_anew() -> None:
    catalog = Catalog()
    catalog.begin()
    rows = [FileRow(number, b"%d.md" % number, 0, 0, 0, 0, b"as it was", True) for number in range(1, 6)]
    catalog.files.put(rows)
    catalog.files.fingerprint()
    changed = rows[1]._replace(digest=b"changed")
    new = FileRow(9, b"new.md", 0, 0, 0, 0, b"", True)
    catalog.files.put([new], [changed])
    catalog.files.forget([3, 4])
    left = [rows[0], changed, rows[4], new]
    assert catalog.files.fingerprint() == fingerprint({row.path: row.digest for row in left})
    catalog.commit()
    catalog.begin()
    catalog.files.forget([1])
    catalog.rollback()
    assert catalog.files.fingerprint() == fingerprint({row.path: row.digest for row in left})
    catalog.close()
