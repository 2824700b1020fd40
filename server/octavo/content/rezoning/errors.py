"""How a change of zone says no."""

from octavo.kernel.errors import ConflictError, FieldError, RefusedError


class ZoneChoiceRequiredError(ConflictError):
    """Something is scheduled in the old zone; `count` says how much."""

    code = "zone_choice_required"
    fields = (
        FieldError(
            field="zone",
            message="say first what becomes of what is scheduled",
            code="zone_choice_required",
        ),
    )


class ThingMovedError(ConflictError):
    """What is scheduled is no longer what was shown.

    `current` holds it as it is, unless it changed in the very moment: then look again.
    """

    code = "rezoning_changed"


class OpenQuestionsError(RefusedError):
    """Clock times that mean nothing, two things, or the past in the new zone: `questions`."""

    code = "rezoning_questions"

    def __init__(self, message: str, *fields: FieldError, questions: object) -> None:
        super().__init__(message, questions=questions)
        self.fields = fields
