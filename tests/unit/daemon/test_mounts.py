"""The file system of a folder is found by the deepest, latest mount; silent ones are polled."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.daemon.mounts import file_system_of, needs_polling

TABLE = """\
22 1 254:1 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /srv rw,relatime shared:1 - nfs4 host:/export rw
31 30 0:41 / /srv/with\\040space rw - cifs //host/share rw
32 22 0:42 / /srv/local rw - ext4 /dev/vdb rw
33 32 0:43 / /srv/local rw - overlay overlay rw
34 22 0:44 / /home/me/remote rw - fuse.sshfs me@host: rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/x/y", "nfs4"),
        ("/srvx", "ext4"),
        ("/srv/with space/a", "cifs"),
        ("/srv/local/a", "overlay"),
        ("/home/me/remote/seeds", "fuse.sshfs"),
    ],
)
def test_the_type_of_the_file_system(tmp_path: Path, folder: str, kind: str) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    assert file_system_of(Path(folder), table) == kind


def test_which_are_polled() -> None:
    for kind in ("nfs", "nfs4", "cifs", "smb3", "overlay", "9p", "fuse.sshfs", "virtiofs"):
        assert needs_polling(kind), kind
    for quick in ("ext4", "xfs", "btrfs", "tmpfs", "zfs", "f2fs", None):
        assert not needs_polling(quick), quick


def test_here_and_nowhere(tmp_path: Path) -> None:
    assert file_system_of(tmp_path) is not None
    assert file_system_of(tmp_path, tmp_path / "none") is None
