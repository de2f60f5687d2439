"""Two people who change the same thing at once: both changes stand, or the second is told."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from service.broadcasts import edit_draft, locate_broadcast
from service.database import unit_transaction
from service.units import Revision, revise_unit
from tests.conftest import Engines
from tests.factories.waiting import somebody_waits
from tests.factories.web import Site, notice

DEPARTMENT: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer"}


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (Revision(parent="sgddt-dongnai"), {"name": "Trường A"}, ("Trường A", "sgddt-dongnai", None)),
        (Revision(name="Trường A"), {"parent": "sgddt-dongnai"}, ("Trường A", "sgddt-dongnai", None)),
        (Revision(name="Trường A"), {"valid_to": "2027-06-01"}, ("Trường A", "vhxh-an-phuoc", "2027-06-01")),
    ],
    ids=["a move and a name", "a name and a move", "a name and an end"],
)
async def test_of_two_changes_of_a_unit_none_is_lost(
    site: Site, engines: Engines, first: Revision, second: dict[str, str], both: tuple[str, str, str | None]
) -> None:
    actor = site.world.actors["sgddt-dongnai", "officer"]
    async with unit_transaction(engines.web, actor.unit_id, subtree=True) as conn:
        await revise_unit(conn, actor, code="nbk-thcs", revision=first, now=site.clock())
        changing = asyncio.create_task(site.call("PATCH", "/units/nbk-thcs", json=second, **DEPARTMENT))
        await somebody_waits(engines.owner)
    answer = await changing
    assert answer.status_code == 200, answer.text
    listed = (await site.call("GET", "/units", **DEPARTMENT)).json()["items"]
    for unit in (answer.json(), next(each for each in listed if each["code"] == "nbk-thcs")):
        assert (unit["name"], unit["parent"], unit["valid_to"]) == both


async def test_who_is_above_a_unit_that_moved_sees_it_no_more_though_it_is_renamed_meanwhile(site: Site) -> None:
    for round_ in range(4):
        moved_to = ("sgddt-dongnai", "vhxh-an-phuoc")[round_ % 2]
        moving = site.call("PATCH", "/units/nbk-thcs", json={"parent": moved_to}, **DEPARTMENT)
        naming = site.call("PATCH", "/units/nbk-thcs", json={"name": f"Trường {round_}"}, **DEPARTMENT)
        answers = await asyncio.gather(moving, naming)
        assert [answer.status_code for answer in answers] == [200, 200]
        seen = (await site.call("GET", "/units", unit="vhxh-an-phuoc", role="officer")).json()["items"]
        assert ("nbk-thcs" in [each["code"] for each in seen]) == (moved_to == "vhxh-an-phuoc")


async def test_of_two_changes_of_a_draft_none_is_lost(site: Site, engines: Engines) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    path, actor = f"/broadcasts/{made['id']}", site.world.actors["nbk-thcs", "clerk"]
    async with unit_transaction(engines.web, actor.unit_id) as conn:
        located = await locate_broadcast(conn, made["id"])
        await edit_draft(conn, actor, broadcast_id=located.id, changes={"title": "Một tên khác"}, now=site.clock())
        changing = asyncio.create_task(site.call("PATCH", path, json={"urgency": "advisory"}))
        await somebody_waits(engines.owner)
    answer = await changing
    assert answer.status_code == 200, answer.text
    for found in (answer.json(), (await site.call("GET", path)).json()):
        assert (found["title"], found["urgency"], found["version"]) == ("Một tên khác", "advisory", made["version"] + 2)


async def test_who_says_which_version_they_saw_is_told_of_another(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    path = f"/broadcasts/{made['id']}"
    answers = await asyncio.gather(
        *(site.call("PATCH", path, json={"title": f"Tên {n}", "version": made["version"]}) for n in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "broadcast.changed_meanwhile"


async def test_what_a_unit_was_before_stays(site: Site, engines: Engines) -> None:
    for day in ("2026-09-07", "2026-09-08"):
        site.clock.at = site.clock.at.replace(day=int(day[-2:]))
        assert (await site.call("PATCH", "/units/nbk-thcs", json={"name": f"Trường {day}"}, **DEPARTMENT)).status_code == 200
    for day in ("0001-01-01", "2026-09-07"):
        refused = await site.call("PATCH", "/units/nbk-thcs", json={"name": "Trường", "valid_from": day}, **DEPARTMENT)
        assert refused.status_code == 422
        assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [("valid_from", "unit.before_present")]
        assert "08/09/2026" in refused.json()["errors"][0]["message"]
    async with engines.owner.connect() as conn:
        names = (
            await conn.execute(
                text(
                    "SELECT v.name FROM unit_versions v JOIN units u ON u.id = v.unit_id WHERE u.code = 'nbk-thcs'"
                    " ORDER BY valid_from"
                )
            )
        ).scalars()
        assert list(names)[1:] == ["Trường 2026-09-07", "Trường 2026-09-08"]
