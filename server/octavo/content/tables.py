"""Pieces and what belongs to them, as stored."""

from piccolo.columns import (
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.reference import LazyTableReference
from piccolo.table import Table

# Foreign keys point down by name: another feature's tables are not imported.
_CAMPAIGN = LazyTableReference("CampaignRow", module_path="octavo.strategy.tables")
_USER = LazyTableReference("UserRow", module_path="octavo.accounts.tables")


class SeriesRow(Table, tablename="series"):
    """Pieces that belong together in an order."""

    id = Serial(primary_key=True)
    title = Varchar(length=200)
    slug = Varchar(length=80, unique=True)
    description = Text(default="")
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class PieceRow(Table, tablename="piece"):
    """One unit of content in the plan. Its text is in `RevisionRow`."""

    id = Serial(primary_key=True)
    kind = Varchar(length=16)
    status = Varchar(length=12)
    title = Varchar(length=300)  # of the head revision, for lists
    slug = Varchar(length=120, unique=True)  # of the head revision
    path = Varchar(length=300, null=True, default=None)  # where the head would be read
    language = Varchar(length=16, default="")  # of the head revision, as tags are written
    # What translations of each other share: see `translations`.
    translation_group = Varchar(length=16, null=True, default=None)
    search_key = Text(default="")  # folded title and slug
    campaign_id: ForeignKey = ForeignKey(
        _CAMPAIGN, null=True, default=None, on_delete=OnDelete.restrict, index=True
    )
    # Of the head revision, for lists.
    series_id: ForeignKey = ForeignKey(
        SeriesRow, null=True, default=None, on_delete=OnDelete.set_null, index=True
    )
    series_position = Integer(null=True, default=None)
    planned_for = Varchar(length=10, null=True, default=None)  # 2026-12-01, 2026-W49 or 2026-12
    planned_from = Date(null=True, default=None)
    planned_to = Date(null=True, default=None)
    publish_at = Varchar(length=19, null=True, default=None)  # wall time, ISO
    publish_zone = Varchar(length=64, null=True, default=None)
    publish_fold = SmallInt(null=True, default=None)
    publish_instant = Timestamptz(null=True, default=None)
    # When readers are to see it no more.
    unpublish_at = Varchar(length=19, null=True, default=None)
    unpublish_zone = Varchar(length=64, null=True, default=None)
    unpublish_fold = SmallInt(null=True, default=None)
    unpublish_instant = Timestamptz(null=True, default=None)
    # The planned edit: this revision takes the place of the live one then.
    edit_revision_id = Integer(null=True, default=None)
    edit_at = Varchar(length=19, null=True, default=None)
    edit_zone = Varchar(length=64, null=True, default=None)
    edit_fold = SmallInt(null=True, default=None)
    edit_instant = Timestamptz(null=True, default=None)
    edit_refs = Text(default="{}")  # JSON: the tags and bylines of that revision, by id
    stands_at = Timestamptz()  # its place in the plan: published, scheduled, planned or made
    published_at = Timestamptz(null=True, default=None)  # the first time
    live_at = Timestamptz(null=True, default=None)  # when readers got what they see now
    live_path = Varchar(length=300, null=True, default=None, unique=True)  # kept when withdrawn
    head_revision_id = Integer(null=True, default=None)
    live_revision_id = Integer(null=True, default=None)
    version = Integer(default=1)
    created_by: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class RevisionRow(Table, tablename="piece_revision"):
    """An immutable saved version of a piece. The body is last: lists never read its pages."""

    id = Serial(primary_key=True)
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False)
    number = Integer()  # the version of the piece that it became
    reason = Varchar(length=12)  # created, saved, imported
    created_at = Timestamptz()
    created_by: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    created_by_name = Varchar(length=120, default="")
    title = Varchar(length=300)
    slug = Varchar(length=120)
    language = Varchar(length=16, default="")
    canonical_url = Varchar(length=2000, null=True, default=None)
    source_url = Varchar(length=2000, null=True, default=None)
    excerpt = Text(default="")
    tag_names = Text(default="[]")  # JSON
    author_names = Text(default="[]")  # JSON
    fields = Text(default="{}")  # JSON: what its kind has beside the text
    meta = Text(default="{}")  # JSON: cover, search titles, series: see `kinds.Meta`
    extra = Text(default="{}")  # JSON: what an importer found and nobody reads yet
    media_noted = Boolean(default=False)  # its media stand in `media_use`
    body = Text(default="")


class TagRow(Table, tablename="tag"):
    id = Serial(primary_key=True)
    name = Varchar(length=120)
    slug = Varchar(length=80, unique=True)
    description = Text(default="")
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class PieceTagRow(Table, tablename="piece_tag"):
    """A tag of a piece: as writers see it, or as readers do (`live`)."""

    id = Serial(primary_key=True)
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False, index=False)
    tag_id = ForeignKey(TagRow, on_delete=OnDelete.cascade, null=False, index=True)
    position = SmallInt(default=0)
    live = Boolean(default=False)


class AuthorRow(Table, tablename="author"):
    """A byline. It may belong to a user, and outlives their account."""

    id = Serial(primary_key=True)
    name = Varchar(length=120)
    slug = Varchar(length=80, unique=True)
    bio = Text(default="")
    website = Varchar(length=2000, default="")
    user_id: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class PieceAuthorRow(Table, tablename="piece_author"):
    """A byline on a piece: as writers see it, or as readers do (`live`)."""

    id = Serial(primary_key=True)
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False, index=False)
    author_id = ForeignKey(AuthorRow, on_delete=OnDelete.restrict, null=False, index=True)
    position = SmallInt(default=0)
    live = Boolean(default=False)


class RedirectRow(Table, tablename="redirect"):
    """An address that was: leads to a piece wherever it is now, or to a fixed target."""

    id = Serial(primary_key=True)
    from_path = Varchar(length=600, unique=True)
    piece_id = ForeignKey(PieceRow, null=True, default=None, on_delete=OnDelete.cascade, index=True)
    to_path = Varchar(length=2000, null=True, default=None)
    reason = Varchar(length=12, default="manual")  # manual, moved, imported
    created_at = Timestamptz()


class MediaRow(Table, tablename="media"):
    """A file readers may fetch at `/media/<path>`; the same bytes are stored once."""

    id = Serial(primary_key=True)
    sha256 = Varchar(length=64, unique=True)
    name = Varchar(length=255)
    mime = Varchar(length=100)
    kind = Varchar(length=12, default="image")
    size_bytes = BigInt()
    width = Integer(null=True, default=None)
    height = Integer(null=True, default=None)
    path = Varchar(length=400, unique=True)  # its name in the storage and its address, for good
    staged = Varchar(length=80, null=True, default=None)  # new bytes on their way to `path`
    alt = Text(default="")
    decorative = Boolean(default=False)
    caption = Text(default="")
    credit = Varchar(length=500, default="")
    licence = Varchar(length=200, default="")
    focal_x = SmallInt(null=True, default=None)  # ten-thousandths of the width
    focal_y = SmallInt(null=True, default=None)
    source = Varchar(length=500, default="")  # where an importer found it
    search_key = Text(default="")  # folded name, alt, caption, credit
    version = Integer(default=1)
    created_by: ForeignKey = ForeignKey(_USER, null=True, default=None, on_delete=OnDelete.set_null)
    created_at = Timestamptz()
    updated_at = Timestamptz(null=True, default=None)


class MediaUseRow(Table, tablename="media_use"):
    """A file that a revision shows or links to."""

    id = Serial(primary_key=True)
    revision_id = ForeignKey(RevisionRow, on_delete=OnDelete.cascade, null=False, index=False)
    media_id = ForeignKey(MediaRow, on_delete=OnDelete.cascade, null=False, index=True)
    place = Varchar(length=8)  # body, cover, fields


class ImportedRow(Table, tablename="imported_piece"):
    """Where an imported piece came from, so that importing again adds nothing."""

    id = Serial(primary_key=True)
    source = Varchar(length=16)  # markdown, wordpress, ghost
    source_id = Varchar(length=1000)  # e.g. the path of the file
    piece_id = ForeignKey(PieceRow, on_delete=OnDelete.cascade, null=False, index=True)
    content_hash = Varchar(length=64)
    old_url = Varchar(length=2000, default="")
    piece_version = Integer(default=1)  # a higher one means that somebody edited it since
    imported_at = Timestamptz()


TABLES = [
    SeriesRow,
    PieceRow,
    RevisionRow,
    TagRow,
    PieceTagRow,
    AuthorRow,
    PieceAuthorRow,
    RedirectRow,
    MediaRow,
    MediaUseRow,
    ImportedRow,
]
