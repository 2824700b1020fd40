"""The HTTP face of the checks before publishing."""

from typing import Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from octavo.accounts.access import Action, may
from octavo.content import queries as content
from octavo.kernel.text import clean_text
from octavo.publishing.builder import Site
from octavo.publishing.checks import queries
from octavo.publishing.checks.messages import language_of
from octavo.publishing.checks.rules import check
from octavo.publishing.checks.schemas import CheckIn, CheckReport

AnyRequest = Request[Any, Any, Any]


@get("/pieces/{piece_id:int}/checks", operation_id="check_piece", guards=[may(Action.READ)])
async def check_piece(
    piece_id: FromPath[int], request: AnyRequest, site: NamedDependency[Site]
) -> CheckReport:
    """Answer what is to mend in a piece before it goes out, in the language that is accepted."""
    piece = await content.get_piece(piece_id)
    draft = queries.draft_from(piece)
    around = await queries.around(
        draft, base_url=site.base_url, piece_id=piece_id, campaign_id=piece.campaign_id
    )
    return check(draft, around, language=language_of(request.headers.get("accept-language", "")))


@post("/checks", operation_id="check_draft", guards=[may(Action.READ)], status_code=HTTP_200_OK)
async def check_draft(
    data: JSONBody[CheckIn], request: AnyRequest, site: NamedDependency[Site]
) -> CheckReport:
    """Answer the same of a draft as its editor has it. Nothing is stored."""
    for field in ("title", "body", "excerpt", "slug", "meta_title", "meta_description"):
        clean_text(getattr(data, field), field=field)
    draft = queries.draft_from(data)
    around = await queries.around(
        draft, base_url=site.base_url, piece_id=data.piece_id, campaign_id=data.campaign_id
    )
    return check(draft, around, language=language_of(request.headers.get("accept-language", "")))


router = Router(path="/", route_handlers=[check_piece, check_draft])
