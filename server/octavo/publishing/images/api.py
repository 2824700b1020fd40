"""The HTTP face of the sizes of pictures."""

from litestar import Router, get
from litestar.params import FromPath

from octavo.accounts.access import Action, may
from octavo.content.media import queries as media
from octavo.publishing.images import queries
from octavo.publishing.images.schemas import MediaRenditions


@get(
    "/media/{media_id:int}/renditions",
    operation_id="get_media_renditions",
    guards=[may(Action.READ)],
)
async def get_media_renditions(media_id: FromPath[int]) -> MediaRenditions:
    """Answer the smaller sizes that were made of a picture, or why there are none."""
    file = await media.get_media(media_id)
    found = await queries.renditions_of([file.sha256])
    return found.get(file.sha256) or MediaRenditions(state="none")


router = Router(path="/", route_handlers=[get_media_renditions])
