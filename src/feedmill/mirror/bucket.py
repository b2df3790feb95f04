"""The one door to obstore: a bucket of S3 or what speaks like it, of Google or of Azure, below a prefix.

Only synchronous calls, from threads: after `put_async` some processes abort at their end. Each object of
ours says so itself, with the digest of its bytes and the site, in its metadata: that tells whose it is even
when nobody remembers. Those that earlier versions put do not tell the site.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError, PreconditionError
from obstore.store import AzureStore, GCSStore, S3Store

from feedmill.mirror.place import Holding, MirrorError, Overtaken, Put
from feedmill.model.settings import MirrorSettings

if TYPE_CHECKING:
    from obstore import PutMode, UpdateVersion
    from obstore.store import ClientConfig, RetryConfig

_MARK = "feedmill"
"""The name of the metadata that holds the digest of what we put, a blank, and the site."""

_PAGE = 1000
_RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}
_MESSAGE = 300
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")


class Bucket:
    """A place in a bucket; see `Place`."""

    def __init__(self, settings: MirrorSettings, agent: str, site: str) -> None:
        self.url = settings.url
        self._site = site
        self.fenced: bool | None = None
        self._trying = threading.Lock()
        parts = urlsplit(settings.url)
        self._versioned = parts.scheme == "gs"
        with self._asking("use"):
            self._store = _open(settings, parts.scheme, parts.netloc, parts.path.strip("/"), agent)

    def list(self) -> dict[str, str]:
        """Return the tags of all that is there; one request for a thousand objects."""
        there: dict[str, str] = {}
        with self._asking("list"):
            for page in obstore.list(self._store, chunk_size=_PAGE):
                there |= {found["path"]: self._tag(found) for found in page if not _is_hidden(found["path"])}
        return there

    def tidy(self) -> None:
        """Do nothing: an object is there whole, or not."""

    def look(self, path: str, *, likely: bool) -> Holding | None:
        """Look at an object's metadata."""
        try:
            with self._asking("look at", path):
                found = obstore.get(self._store, path, options={"head": True})
                words = found.attributes
                headers = f"{words.get('Content-Type', '')}\n{words.get('Cache-Control', '')}"
                digest, _, site = words.get(_MARK, "").partition(" ")
                ours = site == self._site if site else likely
                return Holding(self._tag(found.meta), digest if ours else "", headers)
        except _Missing:
            return None

    def is_made_of(self, tag: str, body: bytes) -> bool:
        """Compare with the MD5, which is an object's ETag at S3, most that speaks like it, and Google."""
        return tag.partition(" ")[0] == hashlib.md5(body, usedforsecurity=False).hexdigest()

    def says_whose_it_is(self, path: str) -> bool:
        """Yes: every object has its own metadata."""
        return True

    def put(self, new: Put, body: bytes) -> Holding:
        """Put an object; on the first one of ours, see whether conditions are honoured."""
        mode: PutMode = "create" if new.over is None else self._update(new.over)
        tag = self._put(new, body, mode if self.fenced is not False else "overwrite")
        if self.fenced is None:
            with self._trying:
                if self.fenced is None:
                    self.fenced, tag = self._try_fence(new, body, tag)
        return Holding(tag, new.document.digest, new.description.headers)

    def delete(self, path: str) -> None:
        """Delete an object."""
        try:
            with self._asking("delete", path):
                obstore.delete(self._store, path)
        except _Missing:
            return

    def _put(self, new: Put, body: bytes, mode: PutMode) -> str:
        path, description = new.document.path, new.description
        attributes = {
            "Content-Type": description.media_type,
            "Cache-Control": description.cache_control,
            _MARK: f"{new.document.digest} {self._site}",
        }
        with self._asking("put", path):
            done = obstore.put(self._store, path, body, attributes=attributes, mode=mode, use_multipart=False)
        return self._tag(done)

    def _try_fence(self, new: Put, body: bytes, tag: str) -> tuple[bool, str]:
        """Put the object that is there now again, under conditions that do not hold: it must be refused.

        A store that ignores conditions has the same bytes twice then, and no other object was touched.
        """
        wrong: UpdateVersion = {"e_tag": '"00000000000000000000000000000000"', "version": "1"}
        for mode in ("create", wrong):
            try:
                return False, self._put(new, body, mode)
            except Overtaken:
                continue
            except MirrorError:
                return False, self._put(new, body, "overwrite")  # it knows no conditions, or answers oddly
        return True, tag

    def _tag(self, found: Any) -> str:
        """Return the ETag without quotes, which Azure's listings lack; Google wants its own number, too."""
        tag = (found.get("e_tag") or "").strip('"')
        return f"{tag} {found.get('version')}" if self._versioned else tag

    def _update(self, tag: str) -> UpdateVersion:
        etag, _, version = tag.partition(" ")
        quoted = f'"{etag}"'
        return {"e_tag": quoted, "version": version} if version else {"e_tag": quoted}

    @contextmanager
    def _asking(self, what: str, path: str = "") -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if path and what != "put":
                raise _Missing(path) from error
            raise MirrorError(f"{self.url}: cannot {what} {path or 'it'}: there is no such bucket") from error
        except (AlreadyExistsError, PreconditionError) as error:
            raise Overtaken(f"{self.url}: {path} {_overtaken(error)}") from error
        except NotSupportedError as error:
            raise MirrorError(f"{self.url}: cannot {what} {path or 'it'}: not supported") from error
        except (BaseError, OSError, ValueError) as error:
            raise MirrorError(f"{self.url}: cannot {what} {path or 'it'}: {_why(error)}") from error


class _Missing(MirrorError):
    """The object is not there."""


def _open(settings: MirrorSettings, scheme: str, bucket: str, prefix: str, agent: str) -> Any:
    plain = (settings.endpoint or "").startswith("http://")
    client: ClientConfig = {"timeout": "30s", "connect_timeout": "5s", "user_agent": agent}
    if plain:
        client["allow_http"] = True
    common: dict[str, Any] = {"prefix": prefix or None, "client_options": client, "retry_config": _RETRIES}
    key = settings.access_key.reveal() if settings.access_key else None
    secret = settings.secret_key.reveal() if settings.secret_key else None
    endpoint = settings.endpoint.rstrip("/") if settings.endpoint else None
    if scheme == "az":
        given = {"account_name": key, "account_key": secret, "endpoint": endpoint}
        return AzureStore(bucket, **_said(given), **common)
    if scheme == "gs":
        return GCSStore(bucket, **_said({"service_account_key": secret, "base_url": endpoint}), **common)
    given = {
        "access_key_id": key,
        "secret_access_key": secret,
        "endpoint": endpoint,
        "region": settings.region,
    }
    return S3Store(bucket, **_said(given), **common)


def _said(given: dict[str, str | None]) -> dict[str, Any]:
    """Return what was said; for the rest obstore looks into the environment."""
    return {name: value for name, value in given.items() if value is not None}


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _overtaken(error: Exception) -> str:
    """Return what a condition that does not hold means: obstore takes 404 for one, and HTML for a listing."""
    if isinstance(error, AlreadyExistsError):
        return (
            "is there, and the listing lacks it: somebody else writes here as well,"
            " or it was a proxy or a login page that answered"
        )
    if "404" in str(error).partition("status code: ")[2][:3]:
        return (
            "was answered with 404: somebody else deleted it, or the bucket, or it was a proxy that answered"
        )
    return "is not what it was: somebody else writes here as well"


def _why(error: Exception) -> str:
    """Return obstore's message without what it prints for debugging, and without the store's XML."""
    text = str(error).strip()
    if any(code in text for code in _NO_BUCKET):
        return "there is no such bucket"
    line = (text.splitlines() or [type(error).__name__])[0]
    return line.partition(": <?xml")[0][:_MESSAGE]
