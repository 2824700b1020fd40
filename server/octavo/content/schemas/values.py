"""What single fields may be."""

from typing import Annotated, Any, Literal

from msgspec import Meta

Id = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Kind = Literal[
    "post",
    "page",
    "press_release",
    "video",
    "audio",
    "newsletter",
    "picture",
    "update",
    "link",
]
Status = Literal["idea", "draft", "in_review", "approved", "scheduled", "published", "archived"]

BODY_LIMIT = 10_000_000
"""Characters of Markdown in one piece."""

Title = Annotated[str, Meta(max_length=300)]
Body = Annotated[str, Meta(max_length=BODY_LIMIT)]
Slug = Annotated[str, Meta(min_length=1, max_length=120)]
Excerpt = Annotated[str, Meta(max_length=5_000)]
TagNames = Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(max_length=100)]
AuthorIds = Annotated[list[Id], Meta(max_length=50)]
Url = Annotated[str, Meta(max_length=2_000)]
Language = Annotated[str, Meta(max_length=16)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Text = Annotated[str, Meta(max_length=20_000)]
Version = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Fields = dict[Annotated[str, Meta(max_length=60)], Any]
MetaTitle = Annotated[str, Meta(max_length=300)]
MetaDescription = Annotated[str, Meta(max_length=1_000)]
Position = Annotated[int, Meta(ge=1, le=100_000)]
PlannedFor = Annotated[str, Meta(max_length=10)]
"""A day `2026-12-01`, a week `2026-W49` or a month `2026-12`."""
