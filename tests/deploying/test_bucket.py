"""The deployer of buckets, against a real S3 server."""

import gzip
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import uuid4

import httpx
import obstore
import pytest
from obstore.store import S3Store
from octavo_deploy_s3 import BucketDeployer, BucketSettings

from octavo.sdk import Secret
from octavo.sdk.buckets import BucketPlace, bucket_request
from octavo.sdk.deploying import DeployRefusedError, SiteFile
from octavo.sdk.deploying_testing import DeployerContract, context


class _Bucket(DeployerContract):
    options: ClassVar[dict] = {}

    @pytest.fixture(autouse=True)
    def _bucket(self, bucket_server):
        self.endpoint, self.key, self.secret = bucket_server
        self.prefix = f"site-{uuid4().hex[:8]}"
        self.store = S3Store(
            "media",
            prefix=self.prefix,
            config={
                "endpoint": self.endpoint,
                "access_key_id": self.key,
                "secret_access_key": self.secret,
                "region": "us-east-1",
            },
            client_options={"allow_http": True},
        )

    def deployer(self, target="target-1", **changes):
        values = {
            "bucket": "media",
            "endpoint": self.endpoint,
            "prefix": self.prefix,
            "access_key_id": Secret(self.key),
            "secret_access_key": Secret(self.secret),
        }
        settings = BucketSettings(**{**values, **self.options, **changes})
        return BucketDeployer(context(settings, target=target))

    def shown(self):
        found = {}
        for chunk in obstore.list(self.store):
            for meta in chunk:
                path = meta["path"]
                if path != ".octavo-site":
                    got = obstore.get(self.store, path)
                    packed = got.attributes.get("Content-Encoding") == "gzip"
                    data = bytes(got.bytes())
                    found[path] = gzip.decompress(data) if packed else data
        return found

    def litter(self):
        obstore.put(self.store, "diary.txt", b"mine")


class TestBucket(_Bucket):
    def test_uploads_that_were_cut_off_go_after_a_day(self):
        place = BucketPlace(
            bucket="media",
            prefix=self.prefix,
            endpoint=self.endpoint,
            key_id=self.key,
            secret=self.secret,
        )
        begun = bucket_request("POST", place, key=f"{self.prefix}/film.mp4", query={"uploads": ""})
        with httpx.Client() as http:
            assert http.send(begun).status_code == 200
        now, found = datetime.now(UTC), []

        async def tidy(deployer):
            found.append(await deployer.tidy(before=now - timedelta(days=1)))
            found.append(await deployer.tidy(before=now + timedelta(minutes=1)))

        self._run(tidy)
        assert found == [0, 1]

    def test_headers_say_what_a_file_is_and_how_long_it_keeps(self):
        source = self.folder / "f"
        source.write_bytes(b"abc")
        given = {"source": source, "size": 3}
        files = [
            SiteFile(path="assets/a.1.css", content_type="text/css", immutable=True, **given),
            SiteFile(path="index.html", content_type="text/html; charset=utf-8", **given),
            SiteFile(path="media/x.svg", content_type="image/svg+xml", attachment=True, **given),
        ]

        async def put(deployer):
            await deployer.begin()
            await deployer.put(files)

        self._run(put)
        said = [obstore.get(self.store, file.path).attributes for file in files]
        assert said[0]["Cache-Control"] == "public, max-age=31536000, immutable"
        assert said[1]["Cache-Control"] == "public, max-age=60"
        assert said[1]["Content-Type"] == "text/html; charset=utf-8"
        assert said[2]["Content-Disposition"] == "attachment"

    def test_a_large_file_goes_up_in_parts_and_is_known_by_its_tag(self):
        data = bytes(range(256)) * 70_000
        self._deploy(put={"media/film.mp4": data})

        assert self._held(None) == {"media/film.mp4": self._tag("media/film.mp4", data)}
        assert self.shown() == {"media/film.mp4": data}

    def test_a_wrong_key_is_told_in_words_without_the_key(self):
        async def begin(deployer):
            del deployer
            wrong = self.deployer(secret_access_key=Secret("not-the-secret"))
            await wrong.begin()

        with pytest.raises(DeployRefusedError, match="does not let us in") as caught:
            self._run(begin)
        assert "not-the-secret" not in str(caught.value)

    def test_a_site_below_another_is_left_alone(self):
        self._deploy(put={"index.html": b"outer"})
        inner = self.deployer("target-2", prefix=f"{self.prefix}/inner")
        self._run_with(inner, {"index.html": b"inner"})

        assert set(self._held(None)) == {"index.html"}

    def _run_with(self, deployer, files):
        async def deploy(_):
            await deployer.begin()
            await deployer.put([self._file(path, data) for path, data in files.items()])

        self._run(deploy)


class TestPackedBucket(_Bucket):
    options: ClassVar[dict] = {"compress": True}
