"""Files by key: on local disk by default, in an S3-compatible store by setting."""

import os
import re
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from kernel.settings import Settings

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


def open_storage(settings: Settings) -> Storage:
    """Return the storage that the settings name."""
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
