"""Forms with one file in them, read as they come: nothing is kept but the fields.

The framework's own reader puts a whole form aside before a handler sees it. Here the file's bytes
are handed on while they arrive, so that limits and magic bytes stop it early.
"""

import time
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException, HTTPException, InternalServerException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from octavo.content.errors import MediaTooLargeError, wrong

__all__ = ["Upload"]

_FIELD_BYTES = 100_000
_PARTS = 20
_FORM_BYTES = 1_000_000
_DRAIN_BYTES = 64_000_000
_DRAIN_S = 10.0


class Upload:
    """A form that is coming in. `fields` is complete once `chunks` has ended.

    Attributes:
        name: what the file is called, as sent.
        content_type: what it was sent as; empty when that was not said.
    """

    def __init__(self, request: Request[Any, Any, Any], *, limit_bytes: int) -> None:
        self.fields: dict[str, str] = {}
        self.name = ""
        self.content_type = ""
        self._request = request
        self._limit_bytes = limit_bytes
        self._events = self._parsed()

    async def open(self) -> None:
        """Read up to the first byte of the file.

        Raises:
            HTTPException: 415, it is no form with files.
            MediaTooLargeError: it says itself that it is too large; nothing was read.
            InvalidContentError: it is damaged, or has no part `file` with a name.
        """
        length = self._request.content_length
        if length is not None and length > self._limit_bytes + _FORM_BYTES:
            raise MediaTooLargeError(limit_bytes=self._limit_bytes)
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                self.name, self.content_type = event.filename or "", event.content_type or ""
                return
        raise wrong("file", "send the file as the part `file` of a form, with its name")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Answer the bytes of the file, then read what fields come after it."""
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                raise wrong("file", "send one file at a time")
            yield event

    async def drain(self) -> None:
        """Read on for a while after a refusal: many programs listen only when they have spoken."""
        try:
            left, until = _DRAIN_BYTES, time.monotonic() + _DRAIN_S
            async for chunk in self._request.stream():
                left -= len(chunk)
                if left < 0 or time.monotonic() > until:
                    return
        except (InternalServerException, RuntimeError):
            return

    async def _parsed(self) -> AsyncIterator[Any]:
        """Answer the head of the file's part, its bytes, and again for any other file."""
        parser = self._parser()
        segment: MultipartSegment | None = None
        field = bytearray()
        try:
            async for chunk in self._received():
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        segment, field = event, bytearray()
                        if _is_file(event):
                            yield event
                    elif event is None:
                        self._keep(segment, field)
                        segment = None
                    elif segment is not None and _is_file(segment):
                        yield bytes(event)
                    else:
                        field += event
                        if len(field) > _FIELD_BYTES:
                            raise wrong(_name_of(segment), "is far too long", code="too_long")
            parser.close()
        except MultipartError as exc:
            raise wrong("file", f"the form is damaged: {exc}") from exc

    async def _received(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._request.stream():
                if chunk:
                    yield chunk
        except InternalServerException as exc:
            raise ClientException("the connection ended before the file did") from exc

    def _parser(self) -> PushMultipartParser:
        kind, options = self._request.content_type
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise HTTPException(status_code=415, detail="send the file as multipart/form-data")
        try:
            return PushMultipartParser(options["boundary"], max_segment_count=_PARTS, strict=True)
        except (MultipartError, UnicodeEncodeError) as exc:
            raise wrong("file", "the boundary of the form cannot be used") from exc

    def _keep(self, segment: MultipartSegment | None, field: bytearray) -> None:
        if segment is None or _is_file(segment):
            return
        try:
            self.fields[_name_of(segment)] = field.decode()
        except UnicodeDecodeError as exc:
            raise wrong(_name_of(segment), "is not UTF-8") from exc


def _is_file(segment: MultipartSegment) -> bool:
    return segment.filename is not None


def _name_of(segment: MultipartSegment | None) -> str:
    return (segment.name if segment is not None else "")[:100]
