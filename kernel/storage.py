"""Files by key: on local disk by default, in an S3-compatible store by setting."""

import os
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from kernel.sealing import Sealer, open_sealer
from kernel.settings import Settings

SEALED = "private/sealed"
"""Folder of what is personal: see ``SealedStorage``."""

_KEY = re.compile(r"(?:public|private)(?:/[A-Za-z0-9][A-Za-z0-9._-]*)+")


class Storage(ABC):
    """Keeps bytes under keys such as ``public/pictures/ab12-640.webp``.

    Keys start with ``public/`` (anyone may read) or ``private/`` (use cases decide).
    """

    @abstractmethod
    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Store bytes; an existing key is replaced whole."""

    @abstractmethod
    def get(self, key: str) -> bytes:
        """Return what is stored under a key.

        :raises KeyError: when that is nothing.
        """

    @abstractmethod
    def exists(self, key: str) -> bool:
        """Tell whether something is stored under the key."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Forget a key; an unknown one is no error."""

    @abstractmethod
    def keys(self, prefix: str) -> Iterator[str]:
        """Give every key under a folder such as ``private/sealed``."""


class LocalStorage(Storage):
    """Files under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Write beside and rename: a reader never sees half a file."""
        del media_type  # the file name's ending says it
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)

    def get(self, key: str) -> bytes:
        """Read a file."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def exists(self, key: str) -> bool:
        """Look for a file."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove a file."""
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[str]:
        """Walk the folder; files that are being written have names that are no keys."""
        for path in sorted((self.root / _checked(prefix)).rglob("*")):
            key = path.relative_to(self.root).as_posix()
            if path.is_file() and _KEY.fullmatch(key) and path.suffix:
                yield key

    def _path(self, key: str) -> Path:
        return self.root / _checked(key)


class S3Storage(Storage):
    """Objects in one bucket of an S3-compatible store."""

    def __init__(self, bucket: str, client: Any) -> None:
        self.bucket, self.client = bucket, client

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Upload an object."""
        self.client.put_object(
            Bucket=self.bucket, Key=_checked(key), Body=data, ContentType=media_type
        )

    def get(self, key: str) -> bytes:
        """Download an object."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=_checked(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                raise KeyError(key) from None
            raise
        return bytes(found["Body"].read())

    def exists(self, key: str) -> bool:
        """Ask for an object's head."""
        try:
            self.client.head_object(Bucket=self.bucket, Key=_checked(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return False
            raise
        return True

    def delete(self, key: str) -> None:
        """Remove an object."""
        self.client.delete_object(Bucket=self.bucket, Key=_checked(key))

    def keys(self, prefix: str) -> Iterator[str]:
        """List the bucket, page by page."""
        wanted: dict[str, str] = {"Bucket": self.bucket, "Prefix": _checked(prefix) + "/"}
        while True:
            page = self.client.list_objects_v2(**wanted)
            yield from (str(found["Key"]) for found in page.get("Contents", []))
            if not page.get("IsTruncated"):
                return
            wanted["ContinuationToken"] = page["NextContinuationToken"]


class SealedStorage(Storage):
    """Seals whatever lies under ``private/sealed/`` on its way in and opens it on its way out."""

    def __init__(self, inner: Storage, sealer: Sealer) -> None:
        self.inner, self.sealer = inner, sealer

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Store bytes; what is sealed has no media type any more."""
        if is_sealed(key):
            data, media_type = self.sealer.seal(data), "application/octet-stream"
        self.inner.put(key, data, media_type)

    def get(self, key: str) -> bytes:
        """Return what was stored.

        :raises SealBroken: when no key opens it.
        """
        data = self.inner.get(key)
        return self.sealer.open(data) if is_sealed(key) else data

    def exists(self, key: str) -> bool:
        """Look for a key."""
        return self.inner.exists(key)

    def delete(self, key: str) -> None:
        """Forget a key."""
        self.inner.delete(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Give every key under a folder."""
        return self.inner.keys(prefix)

    def renew(self, key: str) -> bool:
        """Seal a file anew with the first key; tell whether that was needed.

        :raises SealBroken: when no key opens it.
        """
        try:
            sealed = self.inner.get(key)
        except KeyError:
            # Deleted meanwhile, as identity papers are after a decision.
            return False
        if self.sealer.is_newest(sealed):
            return False
        self.inner.put(key, self.sealer.renew(sealed), "application/octet-stream")
        return True


def is_sealed(key: str) -> bool:
    """Tell whether what lies under a key is sealed."""
    return key.startswith(f"{SEALED}/")


def open_storage(settings: Settings) -> SealedStorage:
    """Return the storage that the settings name."""
    return SealedStorage(_open_plain(settings), open_sealer(settings))


def _open_plain(settings: Settings) -> Storage:
    if not settings.s3_bucket:
        return LocalStorage(settings.instance_path / "files")
    client = boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint or None,
        region_name=settings.s3_region or None,
        aws_access_key_id=settings.s3_access_key or None,
        aws_secret_access_key=settings.s3_secret_key or None,
        config=Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 3}),
    )
    return S3Storage(settings.s3_bucket, client)


def _checked(key: str) -> str:
    """Return the key if it is one.

    :raises ValueError: for a key that could leave its folder.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key
