"""`python -m tests.bench [NAME …] [--posts N]`: prints ratios, ends with 0; `-h` lists the names.

Each line reads `name: ours X, peer Y, ratio Z`. Less is better of time and memory, more of rates.
"""

import argparse
import tempfile
from pathlib import Path

from tests.bench import (
    archive,
    exporting,
    importing,
    listing,
    preview,
    reading,
    requests,
    sites,
)

BENCHES = (
    "sites",
    "clicks",
    "page",
    "list",
    "pages",
    "reading",
    "preview",
    "importing",
    "exporting",
)
LONG = ("archive",)


def main() -> None:
    """Run the benches that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", metavar="|".join(BENCHES))
    parser.add_argument("--posts", type=int, help="so many made posts instead of real ones")
    parser.add_argument("--seconds", type=float, default=5, help="how long each rate is measured")
    parser.add_argument("--copies", type=int, default=0, help="real posts come so often again")
    parser.add_argument("--whole", action="store_true", help="import an export of a gibibyte")
    given = parser.parse_args()
    if set(given.names) - {*BENCHES, *LONG}:
        parser.error(f"there is {', '.join((*BENCHES, *LONG))}")
    wanted = given.names or BENCHES
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as name:
        folder = Path(name)
        if "sites" in wanted:
            sites.run(folder / "sites", posts=given.posts, copies=given.copies)
        if "archive" in wanted:
            archive.run(folder / "archive", posts=given.posts or 10_000)
        if "clicks" in wanted:
            requests.run_clicks(folder / "clicks", seconds=given.seconds)
        if "page" in wanted:
            posts = given.posts or 1_000
            requests.run_page(folder / "page", seconds=given.seconds, posts=posts)
        if "list" in wanted:
            posts = given.posts or 1_000
            requests.run_list(folder / "list", seconds=given.seconds, posts=posts)
        if "pages" in wanted:
            posts = given.posts or 10_000
            listing.run(folder / "pages", seconds=given.seconds, posts=posts)
        if "reading" in wanted:
            posts = given.posts or 1_000
            reading.run(folder / "reading", seconds=given.seconds, posts=posts)
        if "preview" in wanted:
            posts = given.posts or 1_000
            preview.run(folder / "preview", seconds=given.seconds, posts=posts)
        if "importing" in wanted:
            importing.run(folder / "importing", posts=given.posts, whole=given.whole)
        if "exporting" in wanted:
            exporting.run(folder / "exporting", posts=given.posts or 10_000)


if __name__ == "__main__":
    main()
