"""Rows of publishing. Private to this feature."""

from piccolo.columns import Integer, Serial, Timestamptz, Varchar
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
