"""Lists nobody applied and files nobody needs: gone in their time, in whatever state, and counted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.database import unit_transaction
from service.deliveries.rounds.sweeping import lost_work
from service.retention import dry_run, run_unit
from tests.factories.direct import direct
from tests.service.retention.conftest import Place

NOW = datetime(2026, 11, 20, tzinfo=UTC)
STATES = ("reading", "checked", "applied", "undone", "failed")


async def _list(place: Place, state: str, at: datetime, *, dry: bool = False) -> int:
    made = await place.applied_list(at, state)
    await place.run("UPDATE imports SET dry_run = :dry WHERE id = :id", id=made, dry=dry)
    for sql in (
        (
            "INSERT INTO import_rows (import_id, position, unit_id, row, data_key_id, sealed)"
            " SELECT :id, 1, :unit, 1, id, 'x' FROM data_keys WHERE unit_id = :unit"
        ),
        "INSERT INTO import_columns SELECT :id, :unit, id, 'x' FROM data_keys WHERE unit_id = :unit",
        "INSERT INTO import_problems (import_id, unit_id, code, severity) VALUES (:id, :unit, 'contact.none', 'error')",
    ):
        await place.run(sql, id=made)
    return made


async def _named(place: Place) -> set[int]:
    return {r.import_id for r in await place.rows("SELECT import_id FROM import_rows UNION SELECT import_id FROM import_columns")}


async def test_a_list_nobody_applied_goes_after_thirty_days_and_says_so(place: Place) -> None:
    old, young = NOW - timedelta(days=30, seconds=1), NOW - timedelta(days=30)
    checked, failed, tried = [
        await _list(place, s, old, dry=d) for s, d in (("checked", False), ("failed", False), ("checked", True))
    ]
    kept = await _list(place, "checked", young)
    async with unit_transaction(place.engines.worker, place.unit) as conn:
        promised = await dry_run(conn, place.unit, now=NOW)

    assert await run_unit(place.engines.worker, place.unit, now=NOW) == promised == {"lists": {"lists": 3, "rows": 3}}

    assert await _named(place) == {kept}
    states = {row.id: (row.state, row.failure_code) for row in await place.rows("SELECT id, state, failure_code FROM imports")}
    assert states == {
        checked: ("failed", "import.expired"),
        failed: ("failed", None),
        tried: ("checked", None),
        kept: ("checked", None),
    }
    assert len(await place.rows("SELECT 1 FROM import_problems")) == 4, "they name nobody"
    assert await run_unit(place.engines.worker, place.unit, now=NOW) == {}


@pytest.mark.parametrize("by", ["sweeper", "run"])
async def test_no_file_is_older_than_a_day_in_any_state_and_each_is_reported(place: Place, by: str) -> None:
    now = datetime.now(UTC)
    kept = set()
    for state in STATES:
        for age in (timedelta(hours=24, minutes=1), timedelta(hours=23)):
            made = await place.applied_list(now - age, state)
            await place.run(
                "INSERT INTO import_files SELECT :id, :unit, id, 'x', :at FROM data_keys WHERE unit_id = :unit",
                id=made,
                at=now - age,
            )
            kept |= {made} if age < timedelta(hours=24) else set()

    if by == "sweeper":
        async with direct(place.engines.worker) as conn:
            await lost_work(conn)
    else:
        assert await run_unit(place.engines.worker, place.unit, now=now) == {"files": {"files": len(STATES)}}

    assert {row.import_id for row in await place.rows("SELECT import_id FROM import_files")} == kept
    (run,) = await place.rows("SELECT unit_id, rule, ended_at IS NOT NULL AS ended, counts FROM retention_runs")
    assert tuple(run) == (place.unit, "files", True, {"files": len(STATES)})


async def test_the_workers_may_not_rewrite_what_was_reported(place: Place) -> None:
    async with unit_transaction(place.engines.web, place.unit) as conn:
        with pytest.raises(Exception, match="permission denied"):
            await conn.execute(text("UPDATE retention_runs SET counts = '{}'"))


async def test_an_invitation_nobody_took_goes_90_days_after_its_end(place: Place) -> None:
    insert = "INSERT INTO invitations VALUES (:unit, :who, CAST(CAST(:who AS text) AS bytea), now(), :until)"
    old, young = (place.world.actor("nbk-thcs", role).account_id for role in ("clerk", "officer"))
    await place.run(insert, who=old, until=NOW - timedelta(days=90, seconds=1))
    await place.run(insert, who=young, until=NOW - timedelta(days=90))
    assert await run_unit(place.engines.worker, place.unit, now=NOW) == {"invitations": {"invitations": 1}}
    assert [row.account_id for row in await place.rows("SELECT account_id FROM invitations")] == [young]
