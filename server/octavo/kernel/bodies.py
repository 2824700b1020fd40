"""JSON bodies, read once and taken at their word: `"1"` is not a number, `1` is not a yes.

Left alone, the framework parses a body of any content type and then bends its values to the types
that a handler asks for. Here the bytes are decoded straight into that type, or refused by name.
"""

import re
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import (
    ClientException,
    HTTPException,
    InternalServerException,
    SerializationException,
    ValidationException,
)

__all__ = ["StrictRequest"]

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\Z")
_PLACE = re.compile(r" - at `(?:key in )?\$\.?(.*?)`\Z")


class StrictRequest(Request[Any, Any, Any]):
    """The request of every API of ours."""

    async def body(self) -> bytes:
        """Answer the bytes of the body.

        Raises:
            ClientException: the connection ended before it did. Nobody is there to read this; it
                keeps the log from telling of a failure of ours.
        """
        try:
            return await super().body()
        except InternalServerException as exc:
            raise ClientException("the connection ended before the body did") from exc

    async def json(self) -> Any:
        """Answer the body as what its handler asks for.

        Raises:
            HTTPException: 415, its content type says that it is something other than JSON.
            SerializationException: it is not JSON.
            ValidationException: it is JSON of another shape; names the field.
        """
        self._check_content_type()
        wanted = self.route_handler.parsed_data_field
        return decoded(await self.body(), Any if wanted is None else wanted.annotation)

    def _check_content_type(self) -> None:
        # None at all is believed to be JSON. A form of another site can say none of these but
        # text/plain and its own two: so no such form can sign its reader in here.
        kind = self.content_type[0].strip().lower()
        if kind and not _JSON.match(kind):
            detail = f"send JSON as application/json, not as {kind}"
            raise HTTPException(status_code=415, detail=detail)


def decoded(body: bytes, wanted: Any) -> Any:
    """Answer the JSON in `body` as a `wanted`; errors as in `StrictRequest.json`."""
    try:
        return msgspec.json.decode(body, type=wanted)
    except msgspec.ValidationError as exc:
        message = str(exc)
        place = _PLACE.search(message)
        item = {"key": place[1] if place else "", "message": message[: place and place.start()]}
        raise ValidationException("the request is not valid", extra=[item]) from exc
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise SerializationException(f"the body is not JSON: {exc}") from exc
