"""Old addresses: whatever happens in whatever order, they lead to where the words are now."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octavo.content import queries, site_queries
from octavo.kernel.errors import OctavoError

SLUGS = ["one", "two"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "publish", "archive", "draft"]),
        st.integers(0, 1),
        st.sampled_from(SLUGS),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_every_address_that_readers_knew_leads_to_its_piece_or_to_who_took_it(room, steps):
    """Two pieces trade slugs. `known` is who stood at an address last."""
    made = [await room.make(body="x") for _ in range(2)]
    prefix = f"p{made[0].id}-"
    known = {}
    for step, who, slug in steps:
        piece = await queries.get_piece(made[who].id)
        try:
            if step == "publish":
                piece = await room.patch(piece, slug=prefix + slug)
                piece = await room.move(piece, "published")
                known[piece.path] = piece.id
            elif piece.status == "published":
                await room.move(piece, "archived" if step == "archive" else "draft")
        except OctavoError:
            pass
        live = {item.id: item.path for item in await site_queries.published_pieces(
            [piece.id for piece in made]
        )}  # fmt: skip
        leads = {item.path: item.target for item in await site_queries.redirects_at(list(known))}

        assert len(set(live.values())) == len(live)
        assert not set(leads) & set(live.values())
        for address, piece_id in known.items():
            reached = address if address in live.values() else leads.get(address)
            expected = live.get(piece_id)
            assert reached == expected, (address, leads, live)
