"""Every write endpoint: a body that it takes, and what none of its fields can be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.hostile.bad_values import (
    BELL,
    DAYS,
    IDS,
    LONE_SURROGATE,
    NUL,
    PIECE_TEXTS,
    REDIRECTS,
    SLUGS,
    URLS,
    VERSIONS,
    WALLS,
    ZONES,
)


@dataclass(kw_only=True)
class Write:
    """One endpoint: a body that it would take, and what kind of field each is."""

    method: str
    path: str
    valid: dict[str, Any]
    texts: dict[str, int] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    bad: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


WRITES = (
    Write(
        method="POST",
        path="/pieces",
        valid={"title": "T", "body": "B"},
        texts={**PIECE_TEXTS, "planned_for": 10, "canonical_url": 2_000, "source_url": 2_000},
        ids=("campaign_id",),
        choices=("kind", "status"),
        bad=(
            *(("slug", slug) for slug in SLUGS),
            *(("canonical_url", url) for url in URLS),
            *(("source_url", url) for url in URLS),
            *(("planned_for", day) for day in (*DAYS[:6], "2026-W54", "2026-W00", "0000-W01")),
            *(("author_ids", ids) for ids in ([0], [-1], [2**31], [2**63], ["1"], 1, [999_999])),
            *(("tags", tags) for tags in ([NUL], [BELL], ["!!!"], [""], ["x" * 121], "a", [1])),
            ("tags", ["t"] * 101),
            ("author_ids", [1] * 51),
            ("campaign_id", 999_999),
            ("kind", "podcast"),
            ("status", "published"),
            ("language", "<script>"),
            ("language", "en_GB; DROP"),
        ),
    ),
    Write(
        method="PATCH",
        path="/pieces/{piece}",
        valid={"version": 1, "title": "Another"},
        texts=PIECE_TEXTS,
        ids=("campaign_id",),
        bad=(
            *(("version", version) for version in VERSIONS),
            *(("slug", slug) for slug in SLUGS),
            *(("canonical_url", url) for url in URLS),
            ("title", None),
            ("author_ids", [999_999]),
            ("campaign_id", 999_999),
        ),
    ),
    Write(
        method="POST",
        path="/pieces/{piece}/transitions",
        valid={
            "to": "scheduled",
            "version": 1,
            "publish_at": "2026-12-01T09:00",
            "zone": "Europe/Madrid",
        },
        texts={"publish_at": 40, "zone": 64},
        choices=("to",),
        bad=(
            *(("version", version) for version in VERSIONS),
            *(("publish_at", wall) for wall in WALLS),
            *(("zone", zone) for zone in ZONES),
            *(("fold", fold) for fold in (2, -1, "0", True, 0.5)),
        ),
    ),
    Write(
        method="POST",
        path="/tags",
        valid={"name": "New"},
        texts={"name": 120, "slug": 120, "description": 20_000},
        bad=(*(("name", name) for name in ("", "!!!", "   ")), ("slug", "!!!")),
    ),
    Write(
        method="PATCH",
        path="/tags/{tag}",
        valid={"version": 1, "name": "Newer"},
        texts={"name": 120, "slug": 120, "description": 20_000},
        bad=tuple(("version", version) for version in VERSIONS),
    ),
    Write(
        method="POST",
        path="/authors",
        valid={"name": "New"},
        texts={"name": 120, "slug": 120, "bio": 20_000},
        ids=("user_id",),
        bad=(
            *(("website", url) for url in URLS),
            ("user_id", 999_999),
            ("name", ""),
            ("name", "   "),
            ("name", "a\r\nb\x0b"),
        ),
    ),
    Write(
        method="PATCH",
        path="/authors/{author}",
        valid={"version": 1, "name": "Newer"},
        texts={"name": 120, "slug": 120, "bio": 20_000},
        ids=("user_id",),
        bad=tuple(("version", version) for version in VERSIONS),
    ),
    Write(
        method="POST",
        path="/redirects",
        valid={"from_path": "/old/", "to_path": "/live/"},
        texts={"from_path": 600, "to_path": 2_000},
        ids=("piece_id",),
        bad=(
            *(("from_path", path) for path in REDIRECTS),
            *(("to_path", url) for url in URLS),
            *(("to_path", path) for path in REDIRECTS[3:7]),
        ),
    ),
    Write(
        method="POST",
        path="/objectives",
        valid={"name": "N", "metric": "reach", "target": 5},
        texts={"name": 200, "note": 20_000, "unit": 40},
        choices=("metric",),
        days=("starts_on", "ends_on"),
        bad=(
            *(("target", target) for target in (0, -1, 10**16, 2**63, 10**400, 1.5, "5", None)),
            ("name", ""),
        ),
    ),
    Write(
        method="PATCH",
        path="/objectives/{objective}",
        valid={"version": 1, "name": "N2"},
        texts={"name": 200, "note": 20_000},
        days=("starts_on", "ends_on"),
        bad=tuple(("version", version) for version in VERSIONS),
    ),
    Write(
        method="POST",
        path="/campaigns",
        valid={"name": "N"},
        texts={"name": 200, "note": 20_000},
        ids=("objective_id",),
        choices=("kind",),
        days=("starts_on", "ends_on"),
        bad=(("objective_id", 999_999), ("name", "")),
    ),
    Write(
        method="PATCH",
        path="/campaigns/{campaign}",
        valid={"version": 1, "name": "N2"},
        texts={"name": 200, "note": 20_000},
        ids=("objective_id",),
        bad=(
            *(("version", version) for version in VERSIONS),
            ("objective_id", 999_999),
        ),
    ),
    Write(
        method="POST",
        path="/ctas",
        valid={
            "label": "Go",
            "action": "subscribe",
            "destination": {"url": "https://example.org/"},
            "expected": {"count": 1},
        },
        texts={"label": 120, "slug": 80},
        ids=("objective_id",),
        choices=("action",),
        bad=(
            *(("destination", {"url": url}) for url in URLS),
            ("destination", {"url": "https://user:word@example.org/"}),
            ("destination", {"url": "mailto:a@example.org"}),
            ("destination", {"url": "https://example.org/" + "x" * 4_000}),
            ("destination", {}),
            ("destination", {"url": 5}),
            ("destination", {"form_id": 1}),
            ("destination", {"url": "https://example.org/", "x": 1}),
            *(("expected", {"count": count}) for count in (0, -1, 10**10, 2**63, 1.5, "1")),
            *(("expected", {"rate": rate}) for rate in (0, -0.1, 1.1, 1e-9, "0.1")),
            ("expected", {}),
            ("expected", {"count": 1, "rate": 0.1}),
            *(("slug", slug) for slug in ("A B", "--", "-->", '"><script>', "x" * 81)),
            ("objective_id", 999_999),
            ("label", "   "),
        ),
    ),
    Write(
        method="PATCH",
        path="/ctas/{cta}",
        valid={"version": 1, "label": "Go on"},
        texts={"label": 120},
        ids=("objective_id",),
        bad=(
            *(("version", version) for version in VERSIONS),
            *(("destination", {"url": url}) for url in URLS),
        ),
    ),
    Write(
        method="POST",
        path="/pieces/{piece}/ctas",
        valid={"cta_id": 1},
        ids=("cta_id",),
        bad=(("cta_id", 999_999), ("expected", {"count": -1}), ("expected", {"rate": 7})),
    ),
    Write(
        method="PUT",
        path="/pieces/{piece}/ctas/order",
        valid={"cta_ids": []},
        bad=tuple(
            ("cta_ids", ids)
            for ids in ([0], [-1], [2**31], [2**63], ["1"], [999_999], [1] * 101, 1, None)
        ),
    ),
    Write(
        method="POST",
        path="/channels",
        valid={
            "adapter": "webhook",
            "name": "Another",
            "settings": {"url": "https://hooks.example.org/"},
            "secrets": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
        },
        texts={"name": 120, "adapter": 40, "code": 60},
        bad=(
            *(("settings", {"url": url}) for url in URLS),
            ("settings", {}),
            ("settings", {"url": 5}),
            ("settings", {"url": "https://hooks.example.org/", "unknown": 1}),
            ("settings", {"url": "https://hooks.example.org/", "secret": "in the open"}),
            ("settings", {"url": "https://hooks.example.org/", "include_html": "yes"}),
            ("settings", [1]),
            ("secrets", {}),
            ("secrets", {"secret": "short"}),
            ("secrets", {"secret": 5}),
            ("secrets", {"secret": NUL}),
            ("secrets", {"secret": "x" * 8_001}),
            ("adapter", "no-such"),
            ("adapter", "../webhook"),
            *(("code", code) for code in ("A B", "-a", "a-", "x" * 61, "é")),
            *(("late_limit_min", late) for late in (-1, 2**31, 2**63, 1.5, "1")),
        ),
    ),
    Write(
        method="PATCH",
        path="/channels/{channel}",
        valid={"version": 1, "name": "Renamed"},
        texts={"name": 120},
        choices=("state",),
        bad=(
            *(("version", version) for version in VERSIONS),
            *(("settings", {"url": url}) for url in URLS),
            ("secrets", {"secret": None}),
            ("late_limit_min", -1),
        ),
    ),
    Write(
        method="POST",
        path="/pieces/{live}/deliveries",
        valid={"channel_id": 1, "send_at": "2026-12-01T09:00", "zone": "Europe/Madrid"},
        texts={"text": 20_000, "send_at": 40, "zone": 64},
        ids=("channel_id",),
        bad=(
            *(("send_at", wall) for wall in WALLS if wall != "0001-01-01T00:00"),
            *(("zone", zone) for zone in ZONES),
            ("channel_id", 999_999),
            ("fold", 2),
            ("text", ""),
        ),
    ),
    Write(
        method="POST",
        path="/pieces/{live}/deliveries/preview",
        valid={"channel_id": 1},
        texts={"text": 20_000},
        ids=("channel_id",),
        bad=(("channel_id", 999_999),),
    ),
    Write(
        method="PATCH",
        path="/settings",
        valid={"version": 1, "name": "Renamed"},
        texts={
            "name": 120,
            "tagline": 200,
            "description": 1_000,
            "zone": 64,
            "locale": 16,
            "post_path": 120,
        },
        bad=(
            *(("version", version) for version in VERSIONS),
            *(("zone", zone) for zone in ZONES),
            *(
                ("post_path", path)
                for path in (
                    "{slug}",
                    "/x/",
                    "/{slug}",
                    "//{slug}/",
                    "/../{slug}/",
                    "/{slug}/{slug}/",
                    "/{0.__class__}/{slug}/",
                    "/{year!r}/{slug}/",
                    "/api/{slug}/",
                    "/admin/{slug}/",
                    "/go/{slug}/",
                    "/tags/{slug}/",
                    "/assets/{slug}/",
                    "/a b/{slug}/",
                    "/" + "{year}/" * 20 + "{slug}/",
                )
            ),
            *(("nav", [{"label": "L", "url": url}]) for url in URLS if "evil" not in url),
            ("nav", [{"label": NUL, "url": "/"}]),
            ("nav", [{"label": "L", "url": "//evil.example/"}]),
            ("nav", [{"label": "", "url": "/"}]),
            ("nav", [{"label": "L"}]),
            ("nav", [{"label": "L", "url": "/"}] * 13),
            ("theme", {"a": NUL}),
            ("theme", {"a": 1}),
            ("theme", {"a": "x" * 100_000}),
            ("theme", {f"k{number}": "x" for number in range(1_000)}),
            ("locale", "<script>"),
            ("locale", "../../etc"),
            ("name", ""),
            ("name", "   "),
        ),
    ),
    Write(
        method="POST",
        path="/keys",
        valid={"name": "K", "scope": "content"},
        texts={"name": 120},
        choices=("scope",),
        bad=(("name", ""), ("name", "\r\n")),
    ),
    Write(
        method="POST",
        path="/users/invitations",
        valid={"role": "writer", "email": "w@example.org"},
        texts={"email": 254},
        choices=("role",),
        bad=(
            ("role", "reader"),
            *(
                ("email", email)
                for email in ("", "a", "a@", "@b", "a b@c.d", "a@b\r\nBcc: x@y.z", "a@b\u2028c")
            ),
        ),
    ),
    Write(
        method="PATCH",
        path="/users/1",
        valid={"name": "Ada"},
        texts={"name": 120},
        choices=("role",),
        bad=(("name", ""), ("name", "   "), ("is_active", "no"), ("is_active", 1)),
    ),
    Write(
        method="POST",
        path="/preview",
        valid={"title": "T", "body": "B"},
        texts={"title": 300, "excerpt": 5_000, "language": 16},
        choices=("kind",),
        bad=(
            *(("piece_id", number) for number in IDS),
            ("tags", "a"),
            ("tags", ["x" * 121]),
            ("body", 5),
            ("body", LONE_SURROGATE),
        ),
    ),
    Write(
        method="POST",
        path="/site/builds",
        valid={},
        bad=tuple(("full", full) for full in ("yes", 1, None, [])),
    ),
)


def bad_values(write: Write) -> Iterator[tuple[str, Any]]:
    """Answer each field with each value that it cannot have."""
    for name, most in write.texts.items():
        yield from ((name, value) for value in (7, True, [], {}))
        yield from ((name, value) for value in (NUL, BELL, LONE_SURROGATE))
        yield name, "x" * (most + 1)
    for name in write.ids:
        yield from ((name, value) for value in IDS)
    for name in write.days:
        yield from ((name, value) for value in DAYS)
    for name in write.choices:
        yield from ((name, value) for value in ("no-such", NUL, 7, [], {}))
    yield from write.bad
