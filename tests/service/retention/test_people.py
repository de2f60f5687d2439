"""Whom retention deletes from a list, to the minute, and whom it never touches."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from service.clock import LOCAL, last_day_of, oldest_school_year, school_year_of
from service.database import unit_transaction
from service.retention import dry_run, list_runs, run_unit
from service.retention.queries import last_check
from tests.service.retention.conftest import Place

LAST = datetime(2027, 10, 31, 23, 59, tzinfo=LOCAL).astimezone(UTC)
AFTER = datetime(2027, 11, 1, 0, 0, tzinfo=LOCAL).astimezone(UTC)


def test_the_oldest_year_that_holds_is_the_one_whose_last_day_is_not_over() -> None:
    day = datetime(2026, 1, 1, 12, tzinfo=LOCAL)
    for _ in range(3 * 365):
        oldest = oldest_school_year(day)
        before = "-".join(str(int(year) - 1) for year in oldest.split("-"))
        assert last_day_of(oldest) >= day.date() > last_day_of(before)
        day += timedelta(days=1)


async def test_a_contact_stays_until_the_end_of_31_october_behind_its_school_year(place: Place) -> None:
    kept = await place.contact("2027-2028", LAST)
    gone = await place.contact("2026-2027", LAST)
    for contact in (kept, gone):
        await place.point(contact)
        await place.pupil(contact, "2026-2027")

    assert await run_unit(place.engines.worker, place.unit, now=LAST) == {}
    assert await place.ids("contacts") == {kept, gone}
    assert await run_unit(place.engines.worker, place.unit, now=AFTER) == {
        "contacts": {"contacts": 1, "addresses": 1, "pupils": 1}
    }
    assert await place.ids("contacts") == {kept}
    assert [row.contact_id for row in await place.rows("SELECT contact_id FROM contact_points")] == [kept]
    assert [row.contact_id for row in await place.rows("SELECT contact_id FROM enrolments")] == [kept], "confirmed with its class"


async def test_a_contact_that_names_no_year_is_of_the_year_it_was_made_in(place: Place) -> None:
    june = await place.contact(None, datetime(2027, 6, 30, 23, 59, tzinfo=LOCAL))
    july = await place.contact(None, datetime(2027, 7, 1, 0, 0, tzinfo=LOCAL))
    await run_unit(place.engines.worker, place.unit, now=AFTER)
    assert await place.ids("contacts") == {july}
    assert june not in await place.ids("contacts")


async def test_a_pupil_nobody_can_be_written_to_for_goes_with_the_year(place: Place) -> None:
    await place.pupil(None, "2026-2027")
    kept = await place.pupil(None, "2027-2028")
    assert await run_unit(place.engines.worker, place.unit, now=AFTER) == {"contacts": {"pupils": 1}}
    assert await place.ids("enrolments") == {kept}


async def test_what_a_list_ended_stays_as_long_as_it_can_be_undone(place: Place) -> None:
    ended = await place.applied_list(LAST - timedelta(days=30))
    contact = await place.contact("2026-2027", LAST, ended)
    await place.point(contact, ended)
    live = await place.contact("2026-2027", LAST)
    await place.point(live, ended)
    await place.point(live)
    await place.pupil(live, "2026-2027", ended)
    await place.run(f"INSERT INTO import_changes VALUES ({ended}, :unit, {live}, 'parent', NULL)")

    assert await run_unit(place.engines.worker, place.unit, now=LAST) == {}
    after = await run_unit(place.engines.worker, place.unit, now=LAST + timedelta(seconds=1))
    assert after == {"ended": {"contacts": 1, "addresses": 2, "pupils": 1, "changes": 1}}
    assert await place.ids("contacts") == {live}
    assert len(await place.ids("contact_points")) == 1


class _Killed(Exception):
    pass


@pytest.mark.parametrize("survives", [0, 1, 2])
async def test_a_killed_run_is_gone_on_with_and_its_counts_add_up(
    place: Place, survives: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.contacts.forgetting._BATCH", 2)
    for _ in range(7):
        await place.point(await place.contact("2026-2027", LAST))
    asked = 0

    def kill() -> bool:
        nonlocal asked
        asked += 1
        if asked > 3 + survives:  # a question before every batch, and one more for each rule before this one
            raise _Killed
        return False

    with pytest.raises(_Killed):
        await run_unit(place.engines.worker, place.unit, now=AFTER, stopping=kill)
    async with unit_transaction(place.engines.web, place.unit) as conn:
        assert await last_check(conn, place.unit) is None, "it is due again"
        assert [run.ended_at for run in await list_runs(conn, place.unit, before=None, limit=9)] == ([None] if survives else [])
    later = AFTER + timedelta(minutes=1)
    assert await run_unit(place.engines.worker, place.unit, now=later) == {"contacts": {"contacts": 7, "addresses": 7}}
    async with unit_transaction(place.engines.web, place.unit) as conn:
        (run,) = await list_runs(conn, place.unit, before=None, limit=9)
        assert (run.rule, run.ended_at, run.counts["contacts"]) == ("contacts", later, 7)
        assert await last_check(conn, place.unit) == later
    told = await place.rows("SELECT details FROM audit_events WHERE action = 'retention.run'")
    assert [row.details["contacts"] for row in told] == [7]


@pytest.mark.parametrize("seed", range(8))
async def test_a_run_deletes_what_a_dry_run_said_and_nothing_that_no_rule_names(place: Place, seed: int) -> None:
    chance = random.Random(seed)
    now = datetime(2027, chance.choice([10, 11]), chance.randrange(1, 31), 5, tzinfo=UTC)
    other = place.world.units["lqd-th"]
    ago = (5, 29, 31, 90)
    lists = [await place.applied_list(now - timedelta(days=days)) for days in ago]
    over = {made for made, days in zip(lists, ago, strict=True) if days > 30}
    alive: dict[str, set[int]] = {"contacts": set(), "contact_points": set(), "enrolments": set()}
    for _ in range(25):
        year = chance.choice([None, "2025-2026", "2026-2027", "2027-2028"])
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(640))
        unit = chance.choice([place.unit, place.unit, place.unit, other])
        ended = chance.choice([None, None, *lists]) if unit == place.unit else None
        stands = unit == other or (
            last_day_of(year or school_year_of(created)) >= now.astimezone(LOCAL).date() and ended not in over
        )
        contact = await place.contact(year, created, ended, unit)
        kept = {"contacts": [contact] if stands else [], "contact_points": [], "enrolments": []}
        for _ in range(chance.randrange(3)):
            beside = chance.choice([None, *lists]) if unit == place.unit else None
            made = await place.point(contact, beside, unit), await place.pupil(contact, year or "2026-2027", beside, unit)
            if stands and beside not in over:
                kept["contact_points"].append(made[0])
                kept["enrolments"].append(made[1])
        for table, ids in kept.items():
            alive[table].update(ids)
    before = await place.everything_else()

    async with unit_transaction(place.engines.worker, place.unit) as conn:
        promised = await dry_run(conn, place.unit, now=now)
    assert await run_unit(place.engines.worker, place.unit, now=now) == promised
    assert {table: await place.ids(table) for table in alive} == alive
    assert await place.everything_else() == before
    assert await run_unit(place.engines.worker, place.unit, now=now) == {}
