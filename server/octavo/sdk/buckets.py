"""Uploads to a bucket that were begun in parts and never ended.

Their parts are paid for and shown nowhere. Object stores list and drop them by two requests that the
library we put files with does not know; they are made and signed here.
"""

import hashlib
import hmac
import os
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

import httpx
import msgspec

__all__ = ["BucketPlace", "bucket_request", "drop_unfinished"]

_ANSWER_BYTES = 4_000_000
_MOST_PAGES = 50
_TIMEOUT_S = 60
_EMPTY = hashlib.sha256(b"").hexdigest()


class BucketPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket, or the part of one below `prefix`; without keys those of the environment are taken.

    An empty `endpoint` is Amazon's of the region.
    """

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    key_id: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        return f"BucketPlace({self.bucket}/{self.prefix})"


class _Upload(msgspec.Struct, frozen=True):
    key: str
    upload_id: str
    begun_at: datetime


def drop_unfinished(place: BucketPlace, *, before: datetime) -> int:
    """Drop the uploads below the prefix that were begun before `before`; answer how many. Blocks.

    The endpoint is the operator's own, or was checked by `check_address`; no redirect is followed.
    Where neither the place nor the environment has keys (a role of the machine), nothing is done.

    Raises:
        httpx.HTTPError: the service did not answer, or refused.
        ValueError: its answer is none.
    """
    if not all(_keys(place)):
        return 0
    with httpx.Client(timeout=_TIMEOUT_S) as http:
        old = [upload for upload in _unfinished(http, place) if upload.begun_at < before]
        for upload in old:
            query = {"uploadId": upload.upload_id}
            answer = http.send(bucket_request("DELETE", place, key=upload.key, query=query))
            if answer.status_code != httpx.codes.NOT_FOUND:  # it was ended meanwhile
                answer.raise_for_status()
    return len(old)


def _unfinished(http: httpx.Client, place: BucketPlace) -> Iterator[_Upload]:
    under = f"{place.prefix.strip('/')}/" if place.prefix.strip("/") else ""
    after: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        query = {"uploads": "", "prefix": under, **after}
        answer = http.send(bucket_request("GET", place, query=query))
        answer.raise_for_status()
        root = _parsed(answer.content)
        for node in root.iterfind("{*}Upload"):
            key, number, begun = (
                node.findtext(f"{{*}}{name}", "") for name in ("Key", "UploadId", "Initiated")
            )
            if number and key.startswith(under):  # whatever the service made of the prefix
                yield _Upload(key, number, datetime.fromisoformat(begun))
        if root.findtext("{*}IsTruncated") != "true":
            return
        after = {
            "key-marker": root.findtext("{*}NextKeyMarker", ""),
            "upload-id-marker": root.findtext("{*}NextUploadIdMarker", ""),
        }


def _parsed(data: bytes) -> ET.Element:
    if len(data) > _ANSWER_BYTES or b"<!DOCTYPE" in data:
        raise ValueError("the bucket's list of uploads is none")
    try:
        return ET.fromstring(data)  # noqa: S314 - it has no DTD
    except ET.ParseError as exc:
        raise ValueError("the bucket's list of uploads is none") from exc


def _keys(place: BucketPlace) -> tuple[str, str]:
    if place.key_id:
        return place.key_id, place.secret
    return os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")


def bucket_request(
    method: str,
    place: BucketPlace,
    *,
    key: str = "",
    query: Mapping[str, str],
) -> httpx.Request:
    """Make a request without a body, signed by AWS Signature Version 4 with the time of this machine.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """
    key_id, secret = _keys(place)
    endpoint = place.endpoint.rstrip("/") or f"https://s3.{place.region}.amazonaws.com"
    path = quote(f"/{place.bucket}/{key}" if key else f"/{place.bucket}", safe="/~")
    asked = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(query.items()))
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "host": urlsplit(endpoint).netloc,
        "x-amz-content-sha256": _EMPTY,
        "x-amz-date": stamp,
    }
    token = "" if place.key_id else os.environ.get("AWS_SESSION_TOKEN", "")
    if token:
        headers["x-amz-security-token"] = token
    names = ";".join(sorted(headers))
    said = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"{method}\n{path}\n{asked}\n{said}\n{names}\n{_EMPTY}"
    scope = f"{stamp[:8]}/{place.region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    sign_key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        sign_key = hmac.digest(sign_key, part.encode(), "sha256")
    signed = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    signature = hmac.new(sign_key, signed.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return httpx.Request(method, f"{endpoint}{path}?{asked}", headers=headers)
