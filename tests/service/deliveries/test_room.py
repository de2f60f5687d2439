"""A delivery's moves stay on its page: else each of them goes into every index, too."""

from tests.factories.approved import Approved

_MORE = """
INSERT INTO deliveries (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash, address_sealed)
  SELECT 90, n, unit_id, recipient_unit, data_key_id, 0, 'sms', sha256(n::text::bytea), decode(repeat('78', 41), 'hex')
    FROM (SELECT * FROM deliveries LIMIT 1) AS one, generate_series(1, 1000) AS n
"""
_PAGES = "SELECT number, (ctid::text::point)[0] AS page FROM deliveries WHERE broadcast_id = 90 ORDER BY number"
_CALLED = "UPDATE deliveries SET state = 'calling', attempt = 1, called_at = now(), provider = 'twilio'"
_TAKEN = "UPDATE deliveries SET state = 'accepted', accepted_at = now(), provider_id = 'SM' || repeat('0', 32)"
_WHICH = " WHERE broadcast_id = 90 AND number BETWEEN :first AND :last"


async def test_groups_of_fifty_are_called_and_taken_where_they_stand(planned: Approved) -> None:
    await planned.run(_MORE)
    before = await planned.rows(_PAGES)
    for first in range(1, 1001, 50):
        await planned.run(_CALLED + _WHICH, first=first, last=first + 49)
        await planned.run(_TAKEN + _WHICH, first=first, last=first + 49)
    assert await planned.rows(_PAGES) == before
