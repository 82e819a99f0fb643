"""Files are kept whole under safe keys, on disk and in an S3-compatible store."""

import pytest
from botocore.exceptions import ClientError
from cryptography.fernet import Fernet

from kernel.sealing import Sealer
from kernel.settings import Settings
from kernel.storage import LocalStorage, S3Storage, SealedStorage, open_storage
from tests.conftest import DATA_KEY


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

    def list_objects_v2(self, *, Bucket, Prefix):
        return {"Contents": [{"Key": key} for _, key in self.objects if key.startswith(Prefix)]}

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
    plain = Settings(
        market_env="demo", instance_path=tmp_path, secret_key="s", data_keys=(DATA_KEY,)
    )
    assert isinstance(open_storage(plain).inner, LocalStorage)
    cloud = Settings(
        market_env="demo",
        instance_path=tmp_path,
        secret_key="s",
        data_keys=(DATA_KEY,),
        s3_bucket="shelf",
        s3_endpoint="http://127.0.0.1:9",
        s3_region="x",
    )
    assert isinstance(open_storage(cloud).inner, S3Storage)


def test_what_lies_under_the_seal_is_unreadable_without_the_key(storage):
    sealed, key = SealedStorage(storage, Sealer([DATA_KEY], "f")), "private/sealed/a.jpg"
    sealed.put(key, b"the face of Lan", "image/jpeg")
    assert b"face" not in storage.get(key)
    assert sealed.get(key) == b"the face of Lan"
    sealed.put("private/b.jpg", b"a farm", "image/jpeg")
    assert storage.get("private/b.jpg") == b"a farm"


def test_a_file_is_sealed_anew_once_and_opens_when_the_old_key_is_gone(storage):
    key, new = "private/sealed/a.jpg", Fernet.generate_key().decode()
    SealedStorage(storage, Sealer([DATA_KEY], "f")).put(key, b"Lan", "image/jpeg")
    both = SealedStorage(storage, Sealer([new, DATA_KEY], "f"))
    assert [both.renew(key), both.renew(key), both.renew("private/sealed/b.jpg")] == [
        True,
        False,
        False,
    ]
    assert SealedStorage(storage, Sealer([new], "f")).get(key) == b"Lan"
    assert list(both.keys("private/sealed")) == [key]
