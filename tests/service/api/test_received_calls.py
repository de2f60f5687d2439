"""What a school may know of a broadcast from above: what is public,
and coarse figures that tell nothing of another school's list.
"""

from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.deliveries import plan
from service.deliveries.figures.received import roughly
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.web import Site

DEPARTMENT, OFFICE, OURS, THEIRS = "sgddt-dongnai", "vhxh-an-phuoc", "nbk-thcs", "lqd-th"


async def _received(site: Site, unit: str = OURS, **kwargs: Any) -> list[dict[str, Any]]:
    answer = await site.call("GET", "/broadcasts/received", unit=unit, params={"unit": unit}, **kwargs)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def _planned(site: Site, engines: Engines, **changes: Any) -> dict[str, Any]:
    """A broadcast of the department, approved and planned."""
    made = await site.approved(DEPARTMENT, channels=["sms"], **changes)
    async with engines.owner.connect() as conn:
        inner = (await conn.execute(text("SELECT id FROM broadcasts WHERE public_id = :id"), {"id": made["id"]})).scalar_one()
    await plan(engines.worker, unit_id=site.world.units[DEPARTMENT], broadcast_id=inner, now=site.clock())
    return made


async def _move(engines: Engines, sql: str) -> None:
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE deliveries SET state = 'calling' WHERE state = 'waiting'" + sql))
        await conn.execute(text("UPDATE deliveries SET state = 'accepted' WHERE state = 'calling'"))


async def test_a_school_sees_what_is_public_of_it_and_coarse_figures(site: Site, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, site.world.units[OURS], phones=44)
    made = await _planned(site, engines)
    (seen,) = await _received(site)
    assert seen["record_url"] == made["record_url"] == f"https://loa.example/api/v1/records/{seen['id']}"
    assert seen["id"] != made["id"]
    assert seen["public_number"] == made["public_number"]
    assert (seen["title"], seen["state"], seen["percent"]) == (made["title"], "sending", 0)
    assert seen["issuer"] == {"code": DEPARTMENT, "name": "Sở Giáo dục và Đào tạo Đồng Nai"}
    assert seen["about"] == {"number": 40, "words": "khoảng 40"}
    assert (await _received(site, THEIRS))[0]["about"] == {"number": 0, "words": "dưới 10"}


async def test_only_what_is_approved_comes_from_above_and_means_the_school_is_there(site: Site, engines: Engines) -> None:
    await site.call("POST", "/broadcasts", unit=DEPARTMENT, json={"unit": DEPARTMENT})  # refused: no draft is seen either way
    await site.approved(OURS)
    await site.approved(DEPARTMENT, audience={"units": [THEIRS]})
    everybody = await site.approved(DEPARTMENT)
    offices = await site.approved(DEPARTMENT, audience={"units": [OFFICE]})
    of_office = await site.approved(OFFICE)
    urls = [each["record_url"] for each in await _received(site)]
    assert urls == [of_office["record_url"], offices["record_url"], everybody["record_url"]]
    assert [each["record_url"] for each in await _received(site, OFFICE)] == [offices["record_url"], everybody["record_url"]]
    assert await _received(site, DEPARTMENT) == []


async def test_the_list_comes_in_pages(site: Site) -> None:
    made = [(await site.approved(DEPARTMENT))["record_url"] for _ in range(3)]
    first = (await site.call("GET", "/broadcasts/received", params={"unit": OURS, "limit": 2})).json()
    rest = (await site.call("GET", "/broadcasts/received", params={"unit": OURS, "limit": 2, "cursor": first["next"]})).json()
    assert [each["record_url"] for each in first["items"] + rest["items"]] == made[::-1]


async def test_progress_is_of_the_whole_and_in_quarters(site: Site, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, site.world.units[OURS], phones=120)
    await _planned(site, engines)
    percents = []
    for condition in (" AND address_hash IN (SELECT address_hash FROM deliveries LIMIT 50)", ""):
        await _move(engines, condition)
        percents.append((await _received(site))[0]["percent"])
    assert percents == [25, 75], "100 is said when it has ended"
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE broadcasts SET state = 'completed'"))
    assert (await _received(site))[0]["percent"] == 100


@pytest.mark.parametrize("moment", ["planned", "first sent", "all sent", "completed"])
async def test_one_s_only_number_standing_on_another_school_s_list_changes_nothing(
    site: Site, engines: Engines, master: MasterKey, moment: str
) -> None:
    """Each school has one number. First both have the same, then each its own: the same answers, at every moment of its life."""
    answers = []
    for shared in (True, False):
        async with engines.owner.begin() as conn:
            await conn.execute(text("TRUNCATE contacts, contact_points, enrolments CASCADE"))
        await add_parents(engines.owner, master, site.world.units[OURS], phones=1)
        await add_parents(engines.owner, master, site.world.units[THEIRS], phones=1, first=0 if shared else 1)
        made = await _planned(site, engines)
        if moment != "planned":
            first = " AND number = (SELECT min(number) FROM deliveries WHERE state = 'waiting')" if moment == "first sent" else ""
            await _move(engines, first)
        if moment == "completed":
            async with engines.owner.begin() as conn:
                await conn.execute(text("UPDATE broadcasts SET state = 'completed' WHERE public_id = :id"), {"id": made["id"]})
        of_each = {"id", "record_url", "public_number", "approved_at"}
        for unit in (OURS, THEIRS):
            (newest, *_) = await _received(site, unit)
            answers.append({name: value for name, value in newest.items() if name not in of_each})
    assert answers[0] == answers[1] == answers[2] == answers[3]


async def test_its_deliveries_stay_invisible(site: Site, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, site.world.units[OURS], phones=1)
    made = await _planned(site, engines)
    for path in ("", "/deliveries", "/not-reached?class=6A1", "/not-reached/print?class=6A1"):
        hidden = await site.call("GET", f"/broadcasts/{made['id']}{path}")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "broadcast.unknown")


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, 0), (9, 0), (10, 10), (14, 10), (15, 20), (94, 90), (95, 100), (149, 100), (150, 200), (1_149, 1_100), (1_150, 1_200)],
)
def test_counts_are_told_roughly(count: int, told: int) -> None:
    assert roughly(count) == told
