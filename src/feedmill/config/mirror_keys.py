"""The keys of a mirror: a bucket or a folder that follows what is published."""

from __future__ import annotations

from feedmill.config.kinds import key, section
from feedmill.config.mirror_urls import parse_mirror
from feedmill.config.scalar_types import string
from feedmill.config.scalars import REGION, SECRET, URL
from feedmill.model.settings import MirrorSettings

_PLACE = string(
    "address of a bucket or folder",
    "an address like s3://bucket/feeds, gs://bucket, az://container or file:///srv/www",
    parse_mirror,
    "^(?:s3|gs|az|file)://",
)
MIRROR = section(
    MirrorSettings,
    shorthand="url",
    url=key(
        _PLACE, "Where it is; below a prefix, nothing else is touched.", "s3://bucket/feeds", required=True
    ),
    endpoint=key(URL, "The service, where it is not the usual one.", "https://s3.example.org/"),
    region=key(REGION, "The region of the bucket.", "eu-central-1"),
    access_key=key(
        SECRET,
        "The name of the key; at Azure of the account.",
        "env:MIRROR_KEY",
        instead="from the environment, or the role that the machine has",
    ),
    secret_key=key(
        SECRET,
        "The key itself; at Google the service account's JSON.",
        "env:MIRROR_SECRET",
        instead="from the environment, or the role that the machine has",
    ),
)
