"""Rows of publishing. Private to this feature."""

from piccolo.columns import Boolean, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class SiteChangeRow(Table, tablename="site_change"):
    """A key marked since the last build. A build deletes the rows it read, by id, when it is done."""

    id: Serial
    key = Varchar(length=1000)


class LivePieceRow(Table, tablename="site_live"):
    """A piece whose page readers can open, and since when."""

    id: Serial
    piece_id = Integer()
    live_at = Timestamptz()


class PreviewLinkRow(Table, tablename="preview_link"):
    """A link that shows a piece to whoever has it. The token itself is stored nowhere."""

    id: Serial
    piece_id = Integer(index=True)
    revision_id = Integer(null=True, default=None)
    token_hash = Varchar(length=64, unique=True)
    created_by = Integer(null=True, default=None)
    created_by_name = Varchar(length=120)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)
    last_seen_at = Timestamptz(null=True, default=None)


class RenditionRow(Table, tablename="rendition"):
    """The sizes of one picture of the media library, by its bytes; `files` is JSON.

    `state` is wanted, made, kept (it is shown as it is) or failed; `reason` says why for the last two.
    `claimed_until` keeps a second worker from a picture that one is at.
    """

    id: Serial
    sha256 = Varchar(length=64, unique=True)
    recipe = Varchar(length=40)
    state = Varchar(length=10, index=True)
    reason = Varchar(length=300)
    width = Integer(null=True, default=None)
    height = Integer(null=True, default=None)
    files = Text(default="[]")
    tries = Integer()
    claimed_until = Timestamptz(null=True, default=None)
    made_at = Timestamptz(null=True, default=None)


class CardRow(Table, tablename="card"):
    """The card of one piece: `path` is its file below `/media/`, empty when it has or needs none.

    `next_path` is the card that it will have once its planned edit is live. Piece 0 is the site: of it
    alone, `look` is the mark of the theme and the settings that all cards were last asked for with.
    `is_wanted` asks the worker to look; `claimed_until` keeps a second one from it meanwhile.
    """

    id: Serial
    piece_id = Integer(unique=True)
    is_wanted = Boolean(default=True, index=True)
    path = Varchar(length=100)
    next_path = Varchar(length=100)
    look = Varchar(length=64)
    tries = Integer()
    claimed_until = Timestamptz(null=True, default=None)
