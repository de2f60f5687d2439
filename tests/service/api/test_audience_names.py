"""A class, grade or unit that nothing stands for is refused by name, at every step: no half of an audience is lost in silence."""

from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.deliveries import plan
from service.errors import LoaError
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.web import Site, notice

OURS, THEIRS, DEPARTMENT = "nbk-thcs", "lqd-th", "sgddt-dongnai"


@pytest.fixture
async def school(site: Site, engines: Engines, master: MasterKey) -> Site:
    """Three parents in 6A1, two in 6 A2, one in 7B; at the other school one in 1/1. Grades as a list would say."""
    ours = site.world.units[OURS]
    for number, (name, many) in enumerate({"6A1": 3, "6 A2": 2, "7B": 1}.items()):
        await add_parents(engines.owner, master, ours, phones=many, class_name=name, first=100 * number)
    await add_parents(engines.owner, master, site.world.units[THEIRS], phones=1, class_name="1/1", first=900)
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE enrolments SET grade = left(class_name, 1)"))
    return site


async def _count(site: Site, unit: str = OURS, **audience: Any) -> Any:
    asked = {"unit": unit, "channels": ["sms"], "audience": audience}
    return (await site.call("POST", "/audiences/count", unit=unit, json=asked)).json()


@pytest.mark.parametrize(
    ("audience", "many"),
    [
        ({"classes": ["6A1", "6 A2"]}, 5),
        ({"classes": ["6A1", "6A2"]}, 5),
        ({"classes": ["lớp 6A1"]}, 3),
        ({"classes": ["Lop 6 A1 "]}, 3),
        ({"classes": ["Khối 6"]}, 5),
        ({"grades": ["khoi 6"]}, 5),
        ({"grades": ["K7"], "classes": ["6 a1"]}, 4),
        ({"units": [" NBK-THCS "]}, 6),
    ],
)
async def test_a_name_means_what_a_person_means(school: Site, audience: dict[str, Any], many: int) -> None:
    assert (await _count(school, **audience))["recipients"] == many


@pytest.mark.parametrize(
    ("audience", "code", "fields"),
    [
        ({"classes": ["6A1", "6A9"]}, "audience.class_unknown", ["audience.classes.1"]),
        ({"classes": ["Khối 9"]}, "audience.grade_unknown", ["audience.classes.0"]),
        ({"grades": ["6", "khối 8"]}, "audience.grade_unknown", ["audience.grades.1"]),
        ({"units": [OURS, "nbk-thc"]}, "audience.unit_unknown", ["audience.units.1"]),
        ({"units": [THEIRS]}, "audience.unit_unknown", ["audience.units.0"]),
    ],
)
async def test_an_unknown_name_is_refused_with_the_nearest_when_counting_drafting_and_changing(
    school: Site, audience: dict[str, Any], code: str, fields: list[str]
) -> None:
    draft = (await school.call("POST", "/broadcasts", json=notice(channels=["sms"]))).json()
    counting = {"unit": OURS, "channels": ["sms"], "audience": audience}
    for method, path, body in (
        ("POST", "/audiences/count", counting),
        ("POST", "/audiences/left-out", counting),
        ("POST", "/broadcasts", notice(channels=["sms"], audience=audience)),
        ("PATCH", f"/broadcasts/{draft['id']}", {"audience": audience}),
    ):
        role = "approver" if path.endswith("left-out") else "clerk"
        refused = await school.call(method, path, role=role, json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, code), (path, refused.text)
        assert [each["field"] for each in refused.json()["errors"]] == fields
        named = next(iter(audience.values()))[int(fields[0][-1])]
        assert f"“{named}”" in refused.json()["detail"]
        assert f"“{named}”" in refused.json()["errors"][0]["message"]
        assert "…" not in refused.json()["detail"]


async def test_the_nearest_come_first_and_none_of_another_school(school: Site) -> None:
    told = (await _count(school, classes=["6A"]))["detail"]
    assert told == "Danh sách hiện tại không có lớp “6A”. Gần giống: 6A1, 6 A2, 7B."
    assert "1/1" not in told
    assert "1/1" in (await _count(school, DEPARTMENT, classes=["1/2"]))["detail"]
    assert THEIRS not in (await _count(school, units=["lqd"]))["detail"]


async def test_a_list_that_is_empty_says_so(site: Site) -> None:
    assert "danh sách đang trống" in (await _count(site, classes=["6A1"]))["detail"]


async def test_of_two_thousand_units_the_wrong_one_is_named(school: Site) -> None:
    units = [OURS] * 1_500 + ["nbk-thsc"] + [THEIRS] * 499
    refused = await _count(school, DEPARTMENT, units=units)
    assert [each["field"] for each in refused["errors"]] == ["audience.units.1500"]
    assert "“nbk-thsc”" in refused["detail"]
    assert "nbk-thcs" in refused["detail"]
    many = await _count(school, DEPARTMENT, units=[f"x-{n}" for n in range(2_000)])
    assert len(many["errors"]) == 50
    assert "(+1995)" in many["detail"]


async def test_a_class_that_only_some_units_have_is_sent_to_and_the_others_are_named(school: Site) -> None:
    found = await _count(school, DEPARTMENT, classes=["lớp 6a1"])
    assert found["recipients"] == 3
    assert [(each["of"], each["named"], each["units"], each["count"]) for each in found["lacking"]] == [
        ("class", "6A1", [THEIRS], 1)
    ]
    assert found["lacking"][0]["message"] == "1 đơn vị có danh sách nhưng không có lớp “6A1”: lqd-th."
    assert (await _count(school, classes=["6A1"]))["lacking"] == []


async def test_a_draft_keeps_the_names_as_the_list_has_them(school: Site) -> None:
    made = await school.call(
        "POST",
        "/broadcasts",
        json=notice(channels=["sms"], audience={"classes": ["lớp 6a1", "6A1", "Khối 7"], "units": ["NBK-THCS"]}),
    )
    kept = {name: value for name, value in made.json()["audience"].items() if name in ("classes", "grades", "units")}
    assert kept == {"classes": ["6A1"], "grades": ["7"], "units": [OURS]}


async def _rename(engines: Engines, was: str, now: str) -> None:
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE enrolments SET class_name = :now WHERE class_name = :was"), {"was": was, "now": now})


async def test_a_class_that_is_gone_is_refused_at_submission_and_approval_and_another_spelling_is_not(
    school: Site, engines: Engines
) -> None:
    made = (await school.call("POST", "/broadcasts", json=notice(channels=["sms"], audience={"classes": ["6A1", "7B"]}))).json()
    path = f"/broadcasts/{made['id']}"
    await _rename(engines, "7B", "7C")
    refused = await school.call("POST", f"{path}/submit")
    assert (refused.status_code, refused.json()["code"]) == (422, "audience.class_unknown")
    assert refused.json()["errors"][0]["field"] == "audience.classes.1"

    await _rename(engines, "7C", "lớp 7 b")
    submitted = await school.call("POST", f"{path}/submit")
    assert (submitted.status_code, submitted.json()["audience_count"]) == (200, 4)
    approving: dict[str, Any] = {"role": "approver", "json": {"digest": submitted.json()["digest"]}}
    await _rename(engines, "lớp 7 b", "8B")
    refused = await school.call("POST", f"{path}/approve", **approving)
    assert (refused.status_code, refused.json()["code"]) == (422, "audience.class_unknown")
    await _rename(engines, "8B", "7.B")
    assert (await school.call("POST", f"{path}/approve", **approving)).status_code == 200


async def test_a_class_that_is_gone_when_it_is_planned_stops_the_warning_and_says_why(school: Site, engines: Engines) -> None:
    audience = {"classes": ["6A1", "7B"]}
    approved = await school.approved(channels=["sms"], audience=audience)
    await _rename(engines, "7B", "7C")
    async with engines.owner.connect() as conn:
        found = (await conn.execute(text("SELECT id, unit_id FROM broadcasts"))).one()
    with pytest.raises(LoaError, match=r"audience\.class_unknown"):
        await plan(engines.worker, unit_id=found.unit_id, broadcast_id=found.id, now=school.clock())
    async with engines.owner.begin() as conn:  # as the job does
        await conn.execute(text("UPDATE broadcasts SET state = 'paused', pause_reason = 'audience.class_unknown'"))
    path = f"/broadcasts/{approved['id']}"
    shown = (await school.call("GET", path)).json()
    assert "không còn một lớp" in shown["note"]
    refused = await school.call("POST", f"{path}/resume", role="approver", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "audience.class_unknown")
    await _rename(engines, "7C", "7 B")
    assert (await school.call("POST", f"{path}/resume", role="approver", json={})).json()["state"] == "approved"


async def test_a_mother_with_a_number_and_an_email_is_one_person_and_two_messages(
    school: Site, engines: Engines, master: MasterKey
) -> None:
    await add_parents(engines.owner, master, school.world.units[OURS], phones=2, with_emails=1, class_name="8A", first=500)
    await add_parents(engines.owner, master, school.world.units[THEIRS], phones=1, with_emails=1, class_name="8A", first=500)
    asked = {"unit": DEPARTMENT, "channels": ["sms", "email"], "audience": {"classes": ["8A"]}}
    found = (await school.call("POST", "/audiences/count", unit=DEPARTMENT, json=asked)).json()
    assert (found["recipients"], found["people"]) == (3, 2)
