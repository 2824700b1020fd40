"""A click server with nothing around it, for tests that kill it.

    python click_server.py DATABASE_URL HOME PORT [--not-durable]

Prints "ready" once it answers. Ends on SIGTERM with the queue drained.
"""

import asyncio
import sys
from importlib import import_module
from pathlib import Path

import uvicorn

from octavo import piccolo_conf
from octavo.kernel.db import Database
from octavo.kernel.settings import Settings
from octavo.tracking.go import go_app
from octavo.tracking.writer import Tracker


async def serve(url: str, home: str, port: int) -> None:
    tables, side = [], {}
    for app in piccolo_conf.APPS:
        config = import_module(f"octavo.{app}.piccolo_app").APP_CONFIG
        stem = piccolo_conf.SIDE_APPS.get(app)
        (side.setdefault(stem, []) if stem else tables).extend(config.table_classes)
    database = Database(url, tables=tables, side=side)
    settings = Settings(home=Path(home), database_url=url, secret_key="x")
    await database.open()
    tracker = Tracker(settings, database)
    await tracker.start()
    app = go_app(tracker, settings=settings)
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_level="error", access_log=False, lifespan="off")
    )
    running = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await running
    await tracker.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
