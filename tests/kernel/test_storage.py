"""Files are kept whole under safe keys, on disk and in an S3-compatible store."""

import pytest
from botocore.exceptions import ClientError

from kernel.settings import Settings
from kernel.storage import LocalStorage, S3Storage, open_storage


class Shelf:
    """An S3 client that keeps objects in memory and answers as the service does."""

    def __init__(self):
        self.objects = {}

    def put_object(self, *, Bucket, Key, Body, ContentType):
        self.objects[Bucket, Key] = (Body, ContentType)

    def _find(self, bucket, key, code):
        try:
            return self.objects[bucket, key]
        except KeyError:
            raise ClientError({"Error": {"Code": code}}, "Get") from None

    def get_object(self, *, Bucket, Key):
        from io import BytesIO

        return {"Body": BytesIO(self._find(Bucket, Key, "NoSuchKey")[0])}

    def head_object(self, *, Bucket, Key):
        self._find(Bucket, Key, "404")

    def delete_object(self, *, Bucket, Key):
        self.objects.pop((Bucket, Key), None)


@pytest.fixture(params=["local", "s3"])
def storage(request, tmp_path):
    return LocalStorage(tmp_path) if request.param == "local" else S3Storage("shelf", Shelf())


def test_what_is_put_can_be_read_replaced_and_deleted(storage):
    key = "public/pictures/ab-640.webp"
    assert not storage.exists(key)
    storage.put(key, b"one", "image/webp")
    storage.put(key, b"two", "image/webp")
    assert storage.get(key) == b"two"
    assert storage.exists(key)
    storage.delete(key)
    storage.delete(key)
    assert not storage.exists(key)
    with pytest.raises(KeyError):
        storage.get(key)


@pytest.mark.parametrize(
    "key",
    ["", "public", "other/x", "public/../x", "public//x", "/etc/passwd", "public/.x", "public/a b"],
)
def test_a_key_cannot_leave_its_folder(storage, key):
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, b"x", "text/plain")


def test_other_faults_of_the_store_are_not_taken_for_a_missing_file():
    class Closed(Shelf):
        def _find(self, bucket, key, code):
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "Get")

    storage = S3Storage("shelf", Closed())
    for call in (storage.get, storage.exists):
        with pytest.raises(ClientError):
            call("public/x")


def test_the_settings_choose_the_store(tmp_path):
    plain = Settings(market_env="demo", instance_path=tmp_path, secret_key="s")
    assert isinstance(open_storage(plain), LocalStorage)
    cloud = Settings(
        market_env="demo",
        instance_path=tmp_path,
        secret_key="s",
        s3_bucket="shelf",
        s3_endpoint="http://127.0.0.1:9",
        s3_region="x",
    )
    assert isinstance(open_storage(cloud), S3Storage)
