"""What goes wrong, in Ghost's words: clients compare `type` and sometimes `message`."""

from typing import Any

from octavo.kernel.ids import new_code

__all__ = ["GhostError"]


class GhostError(Exception):
    """Answered as `{"errors": [{…}]}` with its status."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        context: str | None = None,
        code: str | None = None,
        prop: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind, self.message = kind, message
        self.context, self.code, self.prop = context, code, prop

    def document(self) -> dict[str, Any]:
        """Answer the body. Ghost's documentation names the kind `errorType`, its code `type`."""
        error = {
            "message": self.message,
            "context": self.context,
            "type": self.kind,
            "errorType": self.kind,
            "details": None,
            "property": self.prop,
            "help": None,
            "code": self.code,
            "id": new_code(24),
            "ghostErrorCode": None,
        }
        return {"errors": [error]}


def unreadable(message: str, *, context: str | None = None, prop: str | None = None) -> GhostError:
    """The request cannot be read."""
    return GhostError(400, "BadRequestError", message, context=context, prop=prop)


def impossible(message: str, *, prop: str) -> GhostError:
    """The request can be read, but no such value can be."""
    return GhostError(422, "ValidationError", message, prop=prop)


def not_found(thing: str) -> GhostError:
    """There is no such thing, or readers do not see it."""
    message = f"Resource not found error, cannot read {thing}."
    return GhostError(404, "NotFoundError", message, context=f"{thing.capitalize()} not found.")
