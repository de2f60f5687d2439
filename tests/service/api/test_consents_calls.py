"""Consent through the API: given with a proof, by one or by a class, shown, and taken back."""

from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from tests.conftest import Engines
from tests.factories.listed import put_list
from tests.factories.web import Site

UNIT = "nbk-thcs"
LIST = (
    "STT,Họ và tên,Lớp,SĐT,Email\n1,Nguyễn Văn An,6A1,0912345678,an@example.com\n"
    "2,Lê Bình,6A1,0987654321,\n3,Lê Cường,7B2,0987654321,\n4,Đỗ Dung,8C3,0933333333,\n"
)
MEETING = {
    "channel": "sms",
    "basis": "consent",
    "proof": "meeting",
    "place": "Biên bản họp 6A1, cô Hoa giữ",
    "given_on": "2026-09-05",
}


@pytest.fixture
async def listed(site: Site, engines: Engines, master: MasterKey) -> Site:
    await put_list(site, engines, master, UNIT, LIST)
    return site


async def person(site: Site, phone: str = "0912345678") -> Any:
    return (await site.call("POST", "/contacts/search", json={"unit": UNIT, "phone": phone})).json()["items"][0]


async def consents(site: Site, phone: str = "0912345678") -> list[Any]:
    return [each["consent"] for each in (await person(site, phone))["addresses"]]


async def test_a_consent_is_of_one_channel_and_ends_when_taken_back(listed: Site, engines: Engines) -> None:
    path = f"/contacts/{(await person(listed))['id']}/consents"
    assert (await listed.call("POST", path, json=MEETING)).json() == {"recorded": 1}
    assert (await listed.call("POST", path, json=MEETING)).json() == {"recorded": 0}
    given = {"basis": "consent", "proof": "meeting", "given_on": "2026-09-05"}
    assert await consents(listed) == [given, None]
    async with engines.owner.connect() as conn:
        rows = " ".join((await conn.execute(text("SELECT encode(place_sealed, 'escape') FROM consents"))).scalars())
        trail = " ".join((await conn.execute(text("SELECT details::text FROM audit_events"))).scalars())
    assert rows
    assert "Hoa" not in rows + trail
    assert (await listed.call("POST", f"{path}/withdraw", json={"channel": "sms"})).json() == {"channel": "sms"}
    assert await consents(listed) == [None, None]
    again = await listed.call("POST", f"{path}/withdraw", json={"channel": "sms"})
    assert (again.status_code, again.json()["code"]) == (404, "consent.unknown")


async def test_nothing_is_assumed(listed: Site) -> None:
    path = f"/contacts/{(await person(listed))['id']}/consents"
    for missing in ("channel", "basis", "proof", "given_on"):
        body = {name: value for name, value in MEETING.items() if name != missing}
        refused = await listed.call("POST", path, json=body)
        assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [(missing, "field.missing")]
    ahead = await listed.call("POST", path, json=MEETING | {"given_on": "2026-09-08"})
    assert ahead.json()["errors"][0]["code"] == "consent.in_future"
    assert (await listed.call("POST", path, json=MEETING | {"given_on": "2026-09-07"})).status_code == 200, "today, in Vietnam"
    no_email = f"/contacts/{(await person(listed, '0987654321'))['id']}/consents"
    assert (await listed.call("POST", no_email, json=MEETING | {"channel": "email"})).json()["code"] == "contact.no_such_address"


async def test_a_class_consents_at_its_meeting_and_those_who_had_keep_theirs(listed: Site) -> None:
    own = MEETING | {"proof": "paper_form"}
    await listed.call("POST", f"/contacts/{(await person(listed))['id']}/consents", json=own)
    body = MEETING | {"unit": UNIT, "classes": ["6a1", "7B2"]}
    assert (await listed.call("POST", "/consents", json=body)).json() == {"recorded": 1, "stood": 1}
    assert [each and each["proof"] for each in await consents(listed)] == ["paper_form", None]
    assert [each and each["proof"] for each in await consents(listed, "0987654321")] == ["meeting"]
    assert await consents(listed, "0933333333") == [None], "of another class"
    unknown = await listed.call("POST", "/consents", json=body | {"classes": ["6A1", "9Z9"]})
    assert [(each["field"], each["code"]) for each in unknown.json()["errors"]] == [("classes.1", "contact.class_unknown")]


async def test_a_consent_outlives_the_list_it_was_given_under(listed: Site, engines: Engines, master: MasterKey) -> None:
    await listed.call("POST", "/consents", json=MEETING | {"unit": UNIT, "classes": ["6A1"]})
    await put_list(listed, engines, master, UNIT, "STT,Họ và tên,Lớp,SĐT\n1,Đỗ Dung,8C3,0933333333\n")
    await put_list(listed, engines, master, UNIT, LIST)
    assert [each and each["proof"] for each in await consents(listed)] == ["meeting", None]
