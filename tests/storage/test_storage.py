"""The port of files, held by the folder and by a bucket of a real server that checks signatures."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from octavo.content.media.store import place_of
from octavo.kernel.settings import SettingsError, load_settings
from octavo.kernel.storage import (
    LocalStorage,
    StorageUnavailableError,
    StoredFileNotFoundError,
    is_name,
    open_storage,
    storage_address,
)
from octavo.sdk.buckets import BucketPlace, bucket_request, drop_unfinished


@pytest.fixture(params=["folder", "bucket"])
def address(request, tmp_path):
    if request.param == "folder":
        return str(tmp_path / "media")
    endpoint, key, secret = request.getfixturevalue("bucket_server")
    prefix = f"octavo/{tmp_path.name}"
    return f"s3://{key}:{secret}@media/{prefix}?endpoint={endpoint}&copies={tmp_path / 'copies'}"


@pytest.fixture
def storage(address):
    return open_storage(address)


def test_uploads_in_parts_that_were_cut_off_are_dropped_below_the_prefix(bucket_server, tmp_path):
    endpoint, key, secret = bucket_server
    ours, other = (
        BucketPlace(bucket="media", prefix=prefix, endpoint=endpoint, key_id=key, secret=secret)
        for prefix in (f"cut/{tmp_path.name}", f"cut/{tmp_path.name}2")
    )
    storage = open_storage(
        f"s3://{key}:{secret}@media/{ours.prefix}?endpoint={endpoint}&copies={tmp_path}"
    )
    with httpx.Client() as http:
        for place, name in ((ours, "a film.mp4"), (ours, "b/ü.bin"), (other, "c.bin")):
            begun = bucket_request(
                "POST", place, key=f"{place.prefix}/{name}", query={"uploads": ""}
            )
            assert http.send(begun).status_code == 200
        now = datetime.now(UTC)
        assert storage.drop_unfinished(now - timedelta(days=1)) == 0, "somebody may be at it"
        assert storage.drop_unfinished(now + timedelta(minutes=1)) == 2
        assert storage.drop_unfinished(now + timedelta(minutes=1)) == 0
        assert drop_unfinished(other, before=now + timedelta(minutes=1)) == 1

    wrong = open_storage(f"s3://{key}:wrong@media?endpoint={endpoint}&copies={tmp_path}")
    with pytest.raises(StorageUnavailableError):
        wrong.drop_unfinished(now)


def come_in(storage, data: bytes, name: str = "in") -> Path:
    storage.incoming.mkdir(parents=True, exist_ok=True)
    file = storage.incoming / name
    file.write_bytes(data)
    return file


def put(storage, name: str, data: bytes) -> None:
    storage.put(name, come_in(storage, data))


def test_a_file_is_put_found_read_listed_moved_and_deleted(storage):
    put(storage, "ab/one.png", b"one")
    put(storage, "ab/ü münchen 100%.png", b"two")

    assert b"".join(storage.read("ab/one.png")) == b"one"
    assert b"".join(storage.read("ab/ü münchen 100%.png")) == b"two"
    assert storage.find("ab/one.png").size_bytes == 3
    assert sorted(file.name for file in storage.files()) == ["ab/one.png", "ab/ü münchen 100%.png"]
    assert abs(storage.find("ab/one.png").modified_at.timestamp() - time.time()) < 100
    assert storage.local_file("ab/one.png").read_bytes() == b"one"
    assert storage.move("ab/one.png", "cd/two.png") is True
    assert storage.move("ab/one.png", "cd/two.png") is False
    assert storage.find("ab/one.png") is None
    assert b"".join(storage.read("cd/two.png")) == b"one"
    assert (storage.delete("cd/two.png"), storage.delete("cd/two.png")) == (True, False)
    assert storage.local_file("cd/two.png") is None
    with pytest.raises(StoredFileNotFoundError):
        list(storage.read("cd/two.png"))
    assert list(storage.incoming.iterdir()) == []


def test_a_put_replaces_and_whoever_has_the_old_bytes_keeps_them(storage, tmp_path):
    put(storage, "ab/x.png", b"old")
    before = storage.find("ab/x.png")
    kept = tmp_path / "kept"
    os.link(storage.local_file("ab/x.png"), kept)
    put(storage, "ab/x.png", b"new")

    assert storage.find("ab/x.png").etag != before.etag
    assert storage.local_file("ab/x.png").read_bytes() == b"new"
    assert kept.read_bytes() == b"old"
    put(storage, "ab/y.png", b"y")
    assert storage.move("ab/y.png", "ab/x.png")
    assert storage.local_file("ab/x.png").read_bytes() == b"y"


def test_a_large_file_goes_in_and_out_in_parts(storage):
    data = os.urandom(1_000_000) * 13
    put(storage, "ab/film.mp4", data)
    sizes = [len(chunk) for chunk in storage.read("ab/film.mp4")]

    assert sum(sizes) == len(data)
    assert max(sizes) < 3_000_000
    assert storage.local_file("ab/film.mp4").read_bytes() == data


def test_many_threads_may_write_and_fetch_one_name(storage):
    problems = []

    def work(number: int) -> None:
        try:
            file = come_in(storage, bytes([65 + number]) * 100_000, f"in-{number}")
            storage.put("ab/same.bin", file)
            found = storage.local_file("ab/same.bin").read_bytes()
            assert len(found) == 100_000
            assert len(set(found)) == 1
        except BaseException as exc:  # noqa: BLE001 - carried out of the thread
            problems.append(exc)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/../x", "/x", "a//b", "a\x00b", "a\\b", "a\nb", "x" * 401, "a/"],
)
def test_no_name_leads_out_or_means_two_things(storage, name):
    assert not is_name(name)
    for call in (storage.find, storage.delete, storage.local_file):
        with pytest.raises(StoredFileNotFoundError):
            call(name)
    with pytest.raises(StoredFileNotFoundError):
        list(storage.read(name))
    with pytest.raises(StoredFileNotFoundError):
        storage.put(name, come_in(storage, b"x"))


def test_a_folder_follows_no_link_out_of_itself(tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "media" / "ab").mkdir(parents=True)
    (tmp_path / "media" / "ab" / "link.png").symlink_to(tmp_path / "secret")

    assert LocalStorage(tmp_path / "media").local_file("ab/link.png") is None


def test_a_wrong_key_and_a_server_that_is_not_there_are_told_in_one_line(bucket_server, tmp_path):
    endpoint, key, _ = bucket_server
    wrong = open_storage(f"s3://{key}:wrong@media?endpoint={endpoint}&copies={tmp_path}")
    gone = open_storage(f"s3://k:s@media?endpoint=http://127.0.0.1:9&copies={tmp_path}")

    with pytest.raises(StorageUnavailableError, match="the bucket media cannot be used"):
        put(wrong, "ab/x", b"x")
    with pytest.raises(StorageUnavailableError) as told:
        gone.find("ab/x")
    assert "\n" not in told.value.message
    assert "wrong" not in told.value.message


def test_an_installation_says_where_its_media_lie(tmp_path):
    home = {"OCTAVO_HOME": str(tmp_path)}
    assert storage_address(load_settings(home)) == str(tmp_path / "media")
    bucket = load_settings({**home, "OCTAVO_MEDIA_URL": "s3://b/p?endpoint=http://127.0.0.1:1"})
    assert storage_address(bucket).endswith(f"&copies={tmp_path / 'state' / 'media'}")
    assert place_of(load_settings(home)).place == str(tmp_path / "media")
    keys = "s3://key:s3-secret@Bucket/p/?endpoint=https://u:s3-secret@s3.example.com:9000/&region=x"
    said = place_of(load_settings({**home, "OCTAVO_MEDIA_URL": keys}))
    assert (said.kind, said.place) == ("bucket", "Bucket/p")
    assert said.endpoint == "https://s3.example.com:9000"
    assert place_of(bucket).endpoint == "http://127.0.0.1:1"
    with pytest.raises(SettingsError, match="OCTAVO_MEDIA_URL"):
        load_settings({**home, "OCTAVO_MEDIA_URL": "ftp://x"})
    for odd in ("s3://", "s3://b?colour=red", "s3://b?endpoint=ftp://x"):
        with pytest.raises(ValueError, match="s3://"):
            open_storage(odd)
