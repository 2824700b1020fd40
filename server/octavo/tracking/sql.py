"""The few statements that both engines take, given many rows as one JSON parameter.

One parameter instead of thousands: neither engine's limit is near, and nothing is built from data.
"""

from collections.abc import Sequence

import msgspec

from octavo.kernel import db

EVENT_COLUMNS: tuple[tuple[str, str], ...] = (
    ("event_id", "text"),
    ("kind", "smallint"),
    ("occurred_at", "bigint"),
    ("received_at", "bigint"),
    ("day", "integer"),
    ("content_id", "bigint"),
    ("cta_id", "bigint"),
    ("channel_id", "integer"),
    ("variant_id", "smallint"),
    ("link_id", "bigint"),
    ("click_id", "text"),
    ("visitor", "text"),
    ("class", "smallint"),
    ("reason", "text"),
)
MINUTE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("link_id", "bigint"),
    ("minute", "integer"),
    ("class", "smallint"),
    ("day", "integer"),
    ("content_id", "bigint"),
    ("cta_id", "bigint"),
    ("channel_id", "integer"),
    ("variant_id", "smallint"),
    ("n", "bigint"),
)

Row = tuple[int | str | None, ...]


def names(columns: Sequence[tuple[str, str]]) -> str:
    """Answer the columns as they stand in an INSERT."""
    return ", ".join(name for name, _ in columns)


def source(
    columns: Sequence[tuple[str, str]], dialect: str, *, parameter: str = "{}", also: str = ""
) -> str:
    """Answer a SELECT of these columns, and of `also`, from a JSON array of arrays."""
    if dialect == "sqlite":
        fields = ", ".join(f"json_extract(value, '$[{at}]')" for at in range(len(columns)))
        return f"SELECT {fields}{also} FROM json_each({parameter}) WHERE true"  # noqa: S608
    fields = ", ".join(f"(v->>{at})::{kind}" for at, (_, kind) in enumerate(columns))
    return f"SELECT {fields}{also} FROM jsonb_array_elements({parameter}::jsonb) AS t(v)"  # noqa: S608


def insert_events(dialect: str, *, parameter: str = "{}") -> str:
    """Answer the statement that stores events; those already there are left as they are."""
    rows = source(EVENT_COLUMNS, dialect, parameter=parameter, also=", 0")
    into = f"INSERT INTO trk_event ({names(EVENT_COLUMNS)}, rolled) "
    return f"{into} {rows} ON CONFLICT (event_id) DO NOTHING"


def add_minutes(dialect: str, *, parameter: str = "{}") -> str:
    """Answer the statement that adds to the counters of hits without rows."""
    rows = source(MINUTE_COLUMNS, dialect, parameter=parameter, also=", 0")
    into = f"INSERT INTO trk_minute ({names(MINUTE_COLUMNS)}, rolled) "
    return (
        f"{into} {rows} "
        "ON CONFLICT (link_id, minute, class) DO UPDATE SET n = trk_minute.n + excluded.n"
    )


def encode(rows: Sequence[Row]) -> str:
    """Answer rows as the JSON parameter."""
    return msgspec.json.encode(rows).decode()


def here() -> str:
    """Answer the dialect of the bound database."""
    return db.dialect()
