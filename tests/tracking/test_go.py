"""The redirect as readers, crawlers and attackers meet it."""

import msgspec
import pytest

from octavo.tracking import jobs, queries, service
from octavo.tracking.schemas import Class
from octavo.tracking.tables import EventRow, LinkRow, MinuteRow

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def stored() -> list[dict]:
    return await EventRow.select().order_by(EventRow.occurred_at, EventRow.event_id)


async def test_a_click_is_stored_before_the_reader_is_sent_on(reader, make_link):
    link = await make_link()

    answer = await reader.get(link.path)
    (event,) = await stored()
    assert (answer.status, answer.headers["location"]) == (302, link.dest_url)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert (event["content_id"], event["cta_id"], event["channel_id"]) == (7, 3, 1)
    assert (event["kind"], event["class"], event["day"]) == (3, Class.HUMAN, 20260615)
    assert len(event["visitor"]) == 22


async def test_head_gets_the_same_address_and_is_never_counted(reader, make_link):
    link = await make_link()

    answer = await reader.get(link.path, method="HEAD")
    assert (answer.status, answer.headers["location"], answer.body) == (302, link.dest_url, b"")
    assert await stored() == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}, Class.BOT),
        ({"sec_purpose": "prefetch;prerender"}, Class.PREFETCH),
        ({"cookie": "a=b; octavo_session=x"}, Class.STAFF),
    ],
)
async def test_what_is_not_a_reader_is_sent_on_and_stored_apart(
    reader, make_link, headers, expected
):
    link = await make_link()

    answer = await reader.get(link.path, **headers)
    (event,) = await stored()
    assert (answer.status, event["class"], event["visitor"]) == (302, expected, None)


async def test_a_storm_of_previews_is_one_row(start_tracker, make_link):
    tracker, reader = await start_tracker()
    link = await make_link()

    for _ in range(50):
        await reader.get(link.path, agent="http.rb/5.1.1 (Mastodon/4.2.1; +https://m.example/)")
    await tracker.stop()
    rows = await MinuteRow.select(MinuteRow.klass, MinuteRow.n)
    assert (rows, await stored()) == ([{"class": Class.PREVIEW, "n": 50}], [])


async def test_who_asks_not_to_be_recognised_is_counted_without_identity(reader, make_link, now):
    link = await make_link(pass_click_id=True)

    answer = await reader.get(link.path, sec_gpc="1")
    (event,) = await stored()
    await jobs.roll_up(now)
    (totals,) = await queries.totals(7, 20260615, 20260615)
    assert answer.headers["location"] == link.dest_url
    assert (event["visitor"], event["click_id"], event["class"]) == (None, None, Class.HUMAN)
    assert (totals.clicks, totals.clicks_noid, totals.unique_clicks) == (1, 1, 0)


async def test_the_click_id_is_handed_on_only_where_the_owner_said_so(reader, make_link):
    link = await make_link(pass_click_id=True)

    answer = await reader.get(link.path)
    (event,) = await stored()
    assert answer.headers["location"] == f"{link.dest_url}?cid={event['click_id']}"
    assert len(event["click_id"]) == 26


async def test_a_double_click_counts_once_and_a_flood_is_capped(reader, make_link, clock):
    link = await make_link()

    await reader.get(link.path)
    clock.move(seconds=1)
    await reader.get(link.path)
    for _ in range(17):
        clock.move(seconds=2.5)
        await reader.get(link.path)
    assert [(e["class"], e["reason"]) for e in await stored()][:3] == [
        (Class.HUMAN, None),
        (Class.CAPPED, "repeat"),
        (Class.HUMAN, None),
    ]


async def test_more_than_thirty_clicks_a_minute_are_capped(reader, make_link):
    link = await make_link()

    for _ in range(40):
        await reader.get(link.path)
    reasons = [event["reason"] for event in await stored()]
    assert (reasons.count(None), reasons.count("repeat"), reasons.count("too_many")) == (1, 29, 10)


@pytest.mark.parametrize(
    "path", ["/go/", "/go/zzzzzzzzzz", "/go/a/b", "/go/%2e%2e", "/go/" + "a" * 900, "/go/évil"]
)
async def test_an_unknown_code_is_not_found(reader, make_link, path):
    await make_link()

    answer = await reader.get(path)
    problem = msgspec.json.decode(answer.body)
    assert (answer.status, problem["status"], problem["type"]) == (
        404,
        404,
        "/problems/link_unknown",
    )
    assert answer.headers["content-type"] == "application/problem+json"


async def test_people_get_a_page_instead_of_a_problem(reader, database):
    answer = await reader.get("/go/zzzzzzzzzz", accept="text/html,*/*")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"There is no such link." in answer.body


async def test_nothing_in_the_request_can_name_a_destination(reader, make_link):
    link = await make_link()

    answer = await reader.get(link.path, query="url=https://evil.example&dest=//evil.example")
    assert answer.headers["location"] == link.dest_url


async def test_other_methods_are_refused_and_count_nothing(reader, make_link):
    link = await make_link()

    answer = await reader.get(link.path, method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert await stored() == []


async def test_a_retired_link_points_back_to_its_piece(start_tracker, make_link, now):
    async def piece_url(content_id: int) -> str:
        return f"/piece-{content_id}/"

    _, reader = await start_tracker(piece_url=piece_url)
    link = await make_link()
    assert (await reader.get(link.path)).status == 302
    await service.retire_links(content_id=7, now=now)

    answer = await reader.get(link.path)
    page = await reader.get(link.path, accept="text/html")
    assert (answer.status, msgspec.json.decode(answer.body)["piece"]) == (410, "/piece-7/")
    assert (page.status, b'href="/piece-7/"' in page.body) == (410, True)
    assert len(await stored()) == 1


async def test_a_link_minted_again_lives_again(reader, make_link, now):
    link = await make_link()
    await service.retire_links(content_id=7, now=now)
    again = await make_link()

    assert (again.code, (await reader.get(link.path)).status) == (link.code, 302)


async def test_a_changed_destination_is_seen_by_the_next_reader(reader, make_link, now):
    link = await make_link()
    await reader.get(link.path)

    await service.retarget_links(3, "https://example.org/b", version=3, now=now)
    await service.retarget_links(3, "https://example.org/late", version=2, now=now)
    answer = await reader.get(link.path)
    assert answer.headers["location"] == "https://example.org/b"


async def test_a_change_made_by_another_process_is_seen_within_a_second(
    start_tracker, make_link, now
):
    tracker, reader = await start_tracker()
    link = await make_link()
    await reader.get(link.path)
    await reader.get(link.path)  # the first one filled the map, this one compared it
    await LinkRow.update(
        {LinkRow.dest_url: "https://example.org/elsewhere", LinkRow.changed_at: 10**14}
    ).where(LinkRow.code == link.code)

    at_once = await reader.get(link.path)
    tracker.links._checked -= 1.1
    later = await reader.get(link.path)
    assert at_once.headers["location"] == link.dest_url
    assert later.headers["location"] == "https://example.org/elsewhere"


async def test_a_link_minted_is_one_per_place(make_link):
    one, again = await make_link(), await make_link()
    other, first, second = (
        await make_link(channel_id=2),
        await make_link(delivery_id=4),
        await make_link(delivery_id=5),
    )

    assert one == again
    assert len({link.code for link in (one, other, first, second)}) == 4
    assert [link.code for link in await queries.find_links(delivery_id=4)] == [first.code]


async def test_the_address_behind_a_trusted_proxy_tells_visitors_apart(reader, make_link, clock):
    link = await make_link()

    for forwarded in ("198.51.100.1", "198.51.100.2", "6.6.6.6, 198.51.100.1"):
        await reader.get(link.path, address="10.1.1.1", x_forwarded_for=forwarded)
        clock.move(seconds=5)
    await reader.get(link.path, address="198.51.100.1", x_forwarded_for="7.7.7.7")
    visitors = [event["visitor"] for event in await stored()]
    assert len(set(visitors)) == 2
    assert visitors[0] == visitors[2] == visitors[3]


async def test_no_address_and_no_user_agent_is_ever_stored(reader, make_link):
    link = await make_link()
    await reader.get(link.path, address="203.0.113.77", referer="https://x.example/secret")

    text = repr(await stored())
    assert not any(secret in text for secret in ("203.0.113.77", FIREFOX[:12], "secret"))
