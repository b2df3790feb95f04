"""What nodes compare."""

from __future__ import annotations

from pathlib import Path

from feedmill.config import loads
from feedmill.pipeline.fingerprints import made_print

S3 = "{url: 's3://bucket/www', endpoint: 'https://s3.example.org/'}"
KEYED = S3.replace("}", ", access_key: env:KEY, secret_key: env:SECRET}")


def test_nodes_differ_by_their_mirrors_addresses_alone(tmp_path: Path) -> None:
    def made(mirrors: str, secret: str = "a") -> str:
        environ = {"KEY": "key", "SECRET": secret}
        return made_print("d", "c", loads(f"mirrors: [{mirrors}]", base=tmp_path, environ=environ))

    assert made("") == "d c"
    assert made(S3) == made(KEYED) == made(KEYED, "b") != made("")
    assert made(f"{S3}, 'file:///srv/www'") == made(f"'file:///srv/www', {S3}") != made(S3)
    assert made(S3.replace("s3.example", "s3.elsewhere")) != made(S3)
