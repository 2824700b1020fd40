"""The one row that reading keeps. Private to this feature."""

from piccolo.columns import BigInt, Serial
from piccolo.table import Table


class ContentVersionRow(Table, tablename="reading_version"):
    """One row, id 1: the number moves with whatever readers could see differently."""

    id = Serial(primary_key=True)
    number = BigInt(default=0)


TABLES: list[type[Table]] = [ContentVersionRow]
