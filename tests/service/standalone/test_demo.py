import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.accounts import authenticate
from service.audit import Action, Subject, note_event
from service.broadcasts import ready_texts
from service.database import act_for
from service.keyring import make_deployment_keys
from service.readiness import coverage
from service.registered_texts import registrations
from service.rendering.messages import final_sms
from service.settings import Settings
from service.standalone.demo.seeding import DemoFileLost, seed
from service.standalone.home import Home
from service.units import find_unit
from tests.conftest import Engines

NOW = datetime(2026, 9, 7, tzinfo=UTC)


async def seeded(engines: Engines, home: Home, master: MasterKey) -> dict[str, object]:
    home.prepare()
    async with engines.owner.begin() as conn:
        await make_deployment_keys(conn, master)
    await seed(engines.owner, home, Settings(web_port=8123, simulators_port=8124), master, now=NOW)
    demo: dict[str, object] = json.loads(home.demo_file.read_text(encoding="utf-8"))
    return demo


async def test_the_demos_world_is_made_once(engines: Engines, home: Home, master: MasterKey) -> None:
    demo = await seeded(engines, home, master)
    again = await seeded(engines, home, master)

    assert again == demo
    assert demo["api_url"] == "http://127.0.0.1:8123/api/v1"
    assert demo["inbox_url"] == "http://127.0.0.1:8124/"
    async with engines.owner.connect() as conn:
        units = await conn.execute(text("SELECT code FROM units ORDER BY code"))
        assert list(units.scalars()) == ["lqd-th", "nbk-thcs", "sgddt-dongnai", "vhxh-an-phuoc"]


async def test_a_restored_home_sends_nothing_by_itself_until_somebody_drafts_again(
    engines: Engines, home: Home, master: MasterKey
) -> None:
    await seeded(engines, home, master)
    settings = Settings()
    assert not (await seed(engines.owner, home, settings, master, now=NOW)).restored
    unit = await _unit_id(engines, "nbk-thcs")
    async with engines.owner.begin() as conn:
        await act_for(conn, unit)
        await note_event(conn, None, Subject(unit, "backup", "x"), Action.BACKUP_RESTORED, NOW)
    assert (await seed(engines.owner, home, settings, master, now=NOW)).restored
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO broadcasts (unit_id, kind, title, texts, audience, channels, urgency, expires_at, author_id, created_at)"
            " SELECT %s, 'scam_alert', 'x', '{}', '{}', '{sms}', 'urgent', now(), min(id), %s FROM accounts",
            (unit, NOW + timedelta(seconds=1)),
        )
    assert not (await seed(engines.owner, home, settings, master, now=NOW)).restored


async def test_the_demos_keys_act_for_their_units(engines: Engines, home: Home, master: MasterKey) -> None:
    demo = await seeded(engines, home, master)
    keys = demo["api_keys"]
    assert isinstance(keys, dict)

    clerk, approver, officer = [await authenticate(engines.web, keys[name]) for name in ("clerk", "approver", "officer")]

    assert (clerk.unit_code, approver.unit_code, officer.unit_code) == ("nbk-thcs", "nbk-thcs", "sgddt-dongnai")
    assert "approve:unattended" in approver.permissions
    assert "approve:unattended" not in clerk.permissions | officer.permissions
    assert clerk.account_id != approver.account_id
    assert officer.subtree


async def test_a_home_of_an_earlier_version_gets_whom_it_lacks(engines: Engines, home: Home, master: MasterKey) -> None:
    demo = await seeded(engines, home, master)
    assert isinstance(demo["accounts"], list)
    assert isinstance(demo["api_keys"], dict)
    email = "administrator@sgddt-dongnai.example"
    async with engines.owner.begin() as conn:  # as it was before there was an administrator
        for table in ("audit_events", "api_keys", "accounts"):
            of = "id" if table == "accounts" else "account_id"
            await conn.execute(
                text(f"DELETE FROM {table} WHERE {of} IN (SELECT id FROM accounts WHERE 'administrator' = ANY(roles))")
            )
    earlier = {
        **demo,
        "accounts": [each for each in demo["accounts"] if each["email"] != email],
        "api_keys": {name: key for name, key in demo["api_keys"].items() if name != "administrator"},
    }
    home.demo_file.write_text(json.dumps(earlier))

    now = await seeded(engines, home, master)

    assert isinstance(now["api_keys"], dict)
    administrator = await authenticate(engines.web, now["api_keys"]["administrator"])
    assert administrator.subtree
    assert "accounts:write" in administrator.permissions
    assert {name: key for name, key in now["api_keys"].items() if name != "administrator"} == earlier["api_keys"]


async def test_every_unit_of_the_demo_is_ready_and_stays_so(engines: Engines, home: Home, master: MasterKey) -> None:
    demo = await seeded(engines, home, master)
    assert isinstance(demo["api_keys"], dict)
    lead = await authenticate(engines.web, demo["api_keys"]["lead"])
    assert (lead.unit_code, "readiness:accept" in lead.permissions) == ("nbk-thcs", True)
    lapsed = NOW.replace(year=2027, month=11)
    for now in (NOW, lapsed):
        await seed(engines.owner, home, Settings(), master, now=now)
        async with engines.owner.connect() as conn:
            department = await find_unit(conn, "sgddt-dongnai", now.date())
            assert [(each.code, each.readiness.ready) for each in await coverage(conn, department.id, now=now)] == [
                ("lqd-th", True),
                ("nbk-thcs", True),
                ("sgddt-dongnai", True),
                ("vhxh-an-phuoc", True),
            ]


async def test_the_demos_carrier_has_every_ready_text_on_file(engines: Engines, home: Home, master: MasterKey) -> None:
    await seeded(engines, home, master)
    await seeded(engines, home, master)
    values = {"truong": "THCS Nguyễn Bỉnh Khiêm", "ngay": "05/09", "chu_de": "học phí"}
    async with engines.web.connect() as conn:
        school = await _unit_id(engines, "nbk-thcs")
        await act_for(conn, school)
        on_file = await registrations(conn, ("twilio",))
    for ready in ready_texts().values():
        _, texts = ready.filled({name: values[name] for name in ready.slots})
        for script in ("ascii", "unicode"):
            sent = final_sms(kind=ready.kind, sender="SGDDTDNAI", text=texts.cleaned().sms or "", script=script)
            assert on_file.lacking(sent) == (), (ready.code, script)
            assert on_file.lacking(sent.replace("SGDDTDNAI", "ANOTHER")) == ("twilio",)


async def _unit_id(engines: Engines, code: str) -> int:
    async with engines.owner.connect() as conn:
        return int((await conn.execute(text("SELECT id FROM units WHERE code = :code"), {"code": code})).scalar_one())


@pytest.mark.parametrize("left", [None, "", '{"accounts": [', "[]", '{"accounts": []}', '{"accounts": {}, "api_keys": 7}', '"x"'])
async def test_a_lost_or_damaged_demo_file_is_said_with_what_to_do(
    engines: Engines, home: Home, master: MasterKey, left: str | None
) -> None:
    await seeded(engines, home, master)
    home.demo_file.unlink()
    if left is not None:
        home.demo_file.write_text(left)

    with pytest.raises(DemoFileLost, match=r"demo\.json cannot be read.*Restore it, or set LOA_HOME"):
        await seeded(engines, home, master)

    assert (home.demo_file.read_text() if left is not None else None) == left
