"""A chunk is read by its key, however little the statistics know of its broadcast."""

from sqlalchemy import text

from tests.factories.approved import Approved

_MORE = """
INSERT INTO deliveries (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash, address_sealed)
  SELECT :broadcast, 1000000 * :broadcast + n, unit_id, recipient_unit, data_key_id, 0, 'sms',
         sha256((:broadcast || '.' || n)::bytea), 'x'
    FROM (SELECT * FROM deliveries LIMIT 1) AS one, generate_series(1, 3000) AS n
"""


async def test_a_broadcast_that_was_just_planned_is_not_read_whole_for_one_chunk(planned: Approved) -> None:
    await planned.run(_MORE, broadcast=90)
    async with planned.engines.owner.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE deliveries"))
    await planned.run(_MORE, broadcast=91)
    rows = await planned.rows(
        "EXPLAIN UPDATE deliveries SET state = 'not_sent' WHERE broadcast_id = 91 AND number BETWEEN 91000500 AND 91000999"
        " AND state = 'waiting'"
    )
    conditions = [row[0] for row in rows if "Index Cond" in row[0]]
    assert conditions
    assert all("number >=" in condition for condition in conditions)
