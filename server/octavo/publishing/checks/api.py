"""The HTTP face of the checks before publishing."""

from typing import Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from octavo.accounts.access import Action, may
from octavo.kernel.text import clean_text
from octavo.publishing.building.builder import Site
from octavo.publishing.checks import gate, queries
from octavo.publishing.checks.messages import labels, language_of
from octavo.publishing.checks.rules import severity_of
from octavo.publishing.checks.schemas import CheckIn, CheckKind, CheckReport

_TEXTS = (
    "title",
    "body",
    "excerpt",
    "slug",
    "language",
    "source_url",
    "meta_title",
    "meta_description",
)

AnyRequest = Request[Any, Any, Any]


@get("/pieces/{piece_id:int}/checks", operation_id="check_piece", guards=[may(Action.READ)])
async def check_piece(
    piece_id: FromPath[int], request: AnyRequest, site: NamedDependency[Site]
) -> CheckReport:
    """Answer what is to mend in a piece before it goes out, in the language that is accepted."""
    return await gate.report_on(piece_id, base_url=site.base_url, language=_accepted(request))


@post("/checks", operation_id="check_draft", guards=[may(Action.READ)], status_code=HTTP_200_OK)
async def check_draft(
    data: JSONBody[CheckIn], request: AnyRequest, site: NamedDependency[Site]
) -> CheckReport:
    """Answer the same of a draft as its editor has it. Nothing is stored."""
    for field in _TEXTS:
        clean_text(getattr(data, field) or "", field=field)
    return await queries.check_draft(
        data,
        base_url=site.base_url,
        piece_id=data.piece_id,
        campaign_id=data.campaign_id,
        language=_accepted(request),
    )


@get("/checks", operation_id="list_checks", guards=[may(Action.READ)], sync_to_thread=False)
def list_checks(request: AnyRequest) -> list[CheckKind]:
    """Answer every check there is, by name and label: what `blocking_checks` may hold."""
    return [
        CheckKind(check=name, label=label, severity=severity_of(name))
        for name, label in labels(language_of(_accepted(request))).items()
    ]


def _accepted(request: AnyRequest) -> str:
    return request.headers.get("accept-language", "")


router = Router(path="/", route_handlers=[check_piece, check_draft, list_checks])
