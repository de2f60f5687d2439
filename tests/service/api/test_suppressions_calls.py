"""Taking off and putting back through the API; what is off outlives lists, undoing and people."""

from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from tests.conftest import Engines
from tests.factories.listed import put_list
from tests.factories.web import Site

UNIT, OTHER = "nbk-thcs", "lqd-th"
LIST = "STT,Họ và tên,Lớp,SĐT,Email\n1,Nguyễn Văn An,6A1,0912345678,an@example.com\n2,Lê Bình,6A1,0987654321,\n"


@pytest.fixture
async def listed(site: Site, engines: Engines, master: MasterKey) -> Site:
    await put_list(site, engines, master, UNIT, LIST)
    await put_list(site, engines, master, OTHER, LIST.replace("0987654321", "0999999999"))
    return site


async def off(site: Site, **asked: Any) -> Any:
    return await site.call("POST", "/suppressions", json={"unit": UNIT, "reason": "wrong_person"} | asked)


async def all_off(site: Site, **params: Any) -> Any:
    answer = await site.call("GET", "/suppressions", params={"unit": UNIT} | params)
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def reasons(site: Site, phone: str = "0912345678") -> list[list[str]]:
    found = await site.call("POST", "/contacts/search", json={"unit": UNIT, "phone": phone})
    return [each["suppressed"] for each in found.json()["items"][0]["addresses"]]


@pytest.mark.parametrize("phone", ["0912345678", "0999999999", "0933333333"], ids=["ours", "another school's", "nobody's"])
async def test_the_answer_is_the_same_whoever_has_the_number(listed: Site, phone: str) -> None:
    answer = await off(listed, phone=phone)
    assert (answer.status_code, answer.json()) == (200, {"reason": "wrong_person", "channels": ["sms"]})


async def test_what_is_off_is_listed_with_the_present_contact_if_there_is_one(listed: Site) -> None:
    await off(listed, phone="0933333333", reason="opt_out")
    await off(listed, phone="0912345678")
    await off(listed, email="AN@example.com", reason="opt_out")
    (found,) = (await listed.call("POST", "/contacts/search", json={"unit": UNIT, "phone": "0912345678"})).json()["items"]
    since = listed.clock().isoformat().replace("+00:00", "Z")
    items = (await all_off(listed))["items"]
    assert sorted(items, key=str) == sorted(
        [
            {"channel": "sms", "reason": "opt_out", "since": since, "contact": None, "address": None},
            {"channel": "sms", "reason": "wrong_person", "since": since, "contact": found["id"], "address": "+84•••••678"},
            {"channel": "email", "reason": "opt_out", "since": since, "contact": found["id"], "address": "a•••@example.com"},
        ],
        key=str,
    )
    assert await reasons(listed) == [["wrong_person"], ["opt_out"]]
    assert [each["suppressed"] for each in found["addresses"]] == [["wrong_person"], ["opt_out"]]


async def test_they_are_paged_the_newest_first(listed: Site) -> None:
    for n in range(5):
        await off(listed, phone=f"093333333{n}")
    pages: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = await all_off(listed, limit=2, **cursor)
        pages.append(page)
        cursor = {"cursor": page["next"]}
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert pages[-1]["next"] is None
    refused = await listed.call("GET", "/suppressions", params={"unit": UNIT, "cursor": "MjAyNg"})
    assert (refused.status_code, refused.json()["code"]) == (422, "request.cursor")


async def test_a_contact_is_taken_off_on_all_channels_or_on_one(listed: Site) -> None:
    (found,) = (await listed.call("POST", "/contacts/search", json={"unit": UNIT, "phone": "0912345678"})).json()["items"]
    one = await off(listed, contact=found["id"], channel="email", reason="opt_out")
    assert one.json() == {"reason": "opt_out", "channels": ["email"]}
    both = await off(listed, contact=found["id"])
    assert both.json() == {"reason": "wrong_person", "channels": ["email", "sms"]}
    assert await reasons(listed) == [["wrong_person"], ["opt_out", "wrong_person"]]


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({}, "phone", "contact.one_target"),
        ({"phone": "0912345678", "email": "an@example.com"}, "email", "contact.one_target"),
        ({"phone": "0251 3822 222"}, "phone", "phone.landline"),
        ({"email": "an"}, "email", "email.invalid"),
    ],
)
async def test_whom_it_is_about_must_be_clear(listed: Site, asked: dict[str, str], field: str, code: str) -> None:
    refused = await off(listed, **asked)
    assert refused.status_code == 422
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [(field, code)]


async def test_only_a_person_lifts_one_and_says_why(listed: Site, engines: Engines) -> None:
    await off(listed, phone="0912345678")

    async def lift(**asked: str) -> Any:
        why = {"unit": UNIT, "phone": "0912345678", "reason": "wrong_person", "why": "mistake"}
        return await listed.call("POST", "/suppressions/lift", json=why | asked)

    assert (await lift(reason="opt_out")).json()["code"] == "suppression.unknown"
    assert (await lift()).json() == {"reason": "wrong_person", "channels": ["sms"]}
    assert await reasons(listed) == [[], []]
    assert (await lift()).status_code == 404
    async with engines.owner.connect() as conn:
        events = (await conn.execute(text("SELECT * FROM audit_events WHERE action LIKE 'suppression.%' ORDER BY id"))).all()
    assert [(e.action, e.account_id, e.details) for e in events] == [
        ("suppression.added", listed.world.actor().account_id, {"reason": "wrong_person", "sms": 1}),
        ("suppression.lifted", listed.world.actor().account_id, {"reason": "wrong_person", "why": "mistake", "sms": 1}),
    ]


async def test_no_list_and_no_undoing_lifts_one(listed: Site, engines: Engines, master: MasterKey) -> None:
    await off(listed, phone="0912345678")
    await off(listed, phone="0987654321", reason="opt_out")
    again = await put_list(listed, engines, master, UNIT, LIST)
    assert await reasons(listed) == [["wrong_person"], []]
    await put_list(listed, engines, master, UNIT, "STT,Họ và tên,Lớp,SĐT\n1,Lê Bình,6A1,0987654321\n")
    await put_list(listed, engines, master, UNIT, LIST)
    assert await reasons(listed) == [["wrong_person"], []]
    assert again
    latest = (await listed.call("GET", "/imports", params={"unit": UNIT})).json()["items"][0]["id"]
    assert (await listed.call("POST", f"/imports/{latest}/undo")).status_code == 200
    assert await reasons(listed, "0987654321") == [["opt_out"]]
    assert len((await all_off(listed))["items"]) == 2
