"""People through the API: found, masked, seen in full for a reason, put in, corrected, confirmed."""

from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.api.contacts.changes import PersonIn
from service.api.edge.idempotency import request_hash
from tests.conftest import Engines
from tests.factories.listed import put_list
from tests.factories.web import Site

UNIT = "nbk-thcs"
LIST = (
    "STT,Họ và tên,Lớp,SĐT cha,SĐT mẹ,Email\n"
    "1,Nguyễn Văn An,6A1,0912345678,0987654321,an@example.com\n"
    "2,Nguyễn Thị Bình,7B2,0912345678,,\n"
    "3,Đỗ Ánh Ngọc,6A1,,0933333333,\n"
)
STAFF = "STT,Họ và tên,Chức vụ,SĐT,Email\n1,Trần Thị Thu Hà,Giáo viên,0944444444,ha@example.com\n"
CLEAR = ("912345678", "987654321", "933333333", "944444444", "an@example.com", "Nguyễn", "Đỗ", "Bình@")


@pytest.fixture
async def listed(site: Site, engines: Engines, master: MasterKey) -> Site:
    """A school with a list of parents and one of staff."""
    await put_list(site, engines, master, UNIT, LIST)
    await put_list(site, engines, master, UNIT, STAFF, "staff")
    return site


async def search(site: Site, **asked: Any) -> list[dict[str, Any]]:
    answer = await site.call("POST", "/contacts/search", json={"unit": UNIT} | asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def addresses(items: list[dict[str, Any]]) -> list[str]:
    return [item["addresses"][0]["address"] for item in items]


FATHER, MOTHER, OTHER, HA = "+84•••••678", "+84•••••321", "+84•••••333", "+84•••••444"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"phone": "+84 912 345 678"}, [FATHER]),
        ({"phone": "0912.345.678"}, [FATHER]),
        ({"phone": "0999999999"}, []),
        ({"email": "AN@example.com"}, [FATHER]),
        ({"phone": "0912345678", "email": "an@example.com"}, [FATHER]),
        ({"phone": "0987654321", "email": "an@example.com"}, []),
        ({"name": "an nguyen"}, [FATHER, MOTHER]),
        ({"name": "Nguyễn"}, [FATHER, MOTHER]),
        ({"name": "binh"}, [FATHER]),
        ({"name": "do anh"}, [OTHER]),
        ({"name": "ĐỖ NGỌC"}, [OTHER]),
        ({"name": "uyen"}, []),
        ({"name": "!"}, []),
        ({"name": "ha thu"}, [HA]),
        ({"class": "6a1"}, [FATHER, MOTHER, OTHER]),
        ({"class": "6A1", "name": "binh"}, []),
        ({"grade": "7"}, [FATHER]),
        ({"audience": "staff"}, [HA]),
        ({"audience": "parents", "name": "ha"}, []),
        ({}, [FATHER, MOTHER, OTHER, HA]),
    ],
)
async def test_people_are_found_by_any_spelling_of_a_number_and_any_order_of_a_name(
    listed: Site, asked: dict[str, str], found: list[str]
) -> None:
    assert addresses(await search(listed, **asked)) == found


async def test_what_is_found_is_masked_and_says_what_an_office_needs(listed: Site) -> None:
    (father,) = await search(listed, phone="0912345678")
    assert father["pupils"] == [
        {"name": "N. V. An", "class": "6A1", "grade": "6"},
        {"name": "N. T. Bình", "class": "7B2", "grade": "7"},
    ]
    assert father["addresses"] == [
        {"channel": "sms", "address": FATHER, "suppressed": [], "consent": None},
        {"channel": "email", "address": "a•••@example.com", "suppressed": [], "consent": None},
    ]
    assert (father["audience"], father["role"], father["language"], father["school_year"], father["name"]) == (
        "parents",
        "father",
        "vi",
        "2026-2027",
        None,
    )
    (ha,) = await search(listed, audience="staff")
    assert (ha["name"], ha["pupils"]) == ("T. T. T. Hà", [])
    one = await listed.call("GET", f"/contacts/{father['id']}")
    assert one.json() == father
    for answer in (one.text, (await listed.call("POST", "/contacts/search", json={"unit": UNIT})).text):
        assert [mark for mark in CLEAR if mark in answer] == []


async def test_a_list_is_paged_in_its_order(listed: Site) -> None:
    everybody = addresses(await search(listed))
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        answer = await listed.call("POST", "/contacts/search", json={"unit": UNIT, "limit": 1, "cursor": cursor})
        seen += addresses(answer.json()["items"])
        cursor = answer.json()["next"]
    assert (seen, cursor) == (everybody, None)
    for wrong in ("x", "MTIz", "\u00e9"):
        refused = await listed.call("POST", "/contacts/search", json={"unit": UNIT, "cursor": wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, "request.cursor")


async def test_a_number_that_is_none_is_refused_by_its_code_and_not_repeated(listed: Site) -> None:
    answer = await listed.call("POST", "/contacts/search", json={"unit": UNIT, "phone": "02513 822 222", "email": "not one"})
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [
        ("phone", "phone.landline"),
        ("email", "email.invalid"),
    ]
    assert "822" not in answer.text


async def test_one_person_is_seen_in_full_for_a_reason_and_the_look_is_on_record(listed: Site, engines: Engines) -> None:
    (father,) = await search(listed, phone="0912345678")
    path = f"/contacts/{father['id']}/reveal"
    seen = await listed.call("POST", path, json={"reason": "called_us"}, headers={"Idempotency-Key": "k"})
    assert seen.headers["cache-control"] == "no-store"
    assert [each["address"] for each in seen.json()["addresses"]] == ["+84912345678", "an@example.com"]
    assert [each["name"] for each in seen.json()["pupils"]] == ["Nguyễn Văn An", "Nguyễn Thị Bình"]
    assert (await listed.call("POST", path, json={"reason": "other"})).json()["errors"][0]["code"] == "contact.note_needed"
    note = {"reason": "other", "note": "Công an phường hỏi"}
    assert (await listed.call("POST", path, json=note, role="approver")).status_code == 200

    looks = await listed.call("GET", "/contact-looks", params={"unit": UNIT}, role="data_protection_lead")
    assert [(each["by"], each["api_key"], each["contact"], each["reason"], each["note"]) for each in looks.json()["items"]] == [
        ("Approver", "test", father["id"], "other", "Công an phường hỏi"),
        ("Clerk", "test", father["id"], "called_us", None),
    ]
    async with engines.owner.connect() as conn:
        kept = (
            await conn.execute(text("SELECT count(*) FROM idempotency_keys WHERE response::text LIKE '%12345678%'"))
        ).scalar_one()
        audited = (await conn.execute(text("SELECT details::text FROM audit_events WHERE action = 'contact.revealed'"))).scalars()
        assert (kept, sorted(audited)) == (0, ['{"reason": "called_us"}', '{"reason": "other"}'])


async def test_looks_are_told_by_contact_by_account_and_by_page(listed: Site) -> None:
    ids = [each["id"] for each in await search(listed, **{"class": "6A1"})]
    for each in ids:
        await listed.call("POST", f"/contacts/{each}/reveal", json={"reason": "call_back"})
    await listed.call("POST", f"/contacts/{ids[0]}/reveal", json={"reason": "call_back"}, role="approver")

    async def looks(**asked: Any) -> Any:
        answer = await listed.call("GET", "/contact-looks", params={"unit": UNIT} | asked, role="data_protection_lead")
        return answer.json()

    assert [each["contact"] for each in (await looks())["items"]] == [ids[0], *reversed(ids)]
    assert [each["by"] for each in (await looks(contact=ids[0]))["items"]] == ["Approver", "Clerk"]
    by_approver = (await looks())["items"][0]["account"]
    assert [each["contact"] for each in (await looks(account=by_approver))["items"]] == [ids[0]]
    first = await looks(limit=2)
    second = await looks(limit=2, cursor=first["next"])
    assert [each["contact"] for each in first["items"] + second["items"]] == [ids[0], *reversed(ids)]
    assert second["next"] is None


@pytest.mark.parametrize("unit", ["sgddt-dongnai", "vhxh-an-phuoc"])
@pytest.mark.parametrize("role", ["officer", "approver", "clerk", "data_protection_lead", "administrator"])
async def test_nobody_above_a_school_sees_one_of_its_people_in_full(listed: Site, unit: str, role: str) -> None:
    (father,) = await search(listed, phone="0912345678")
    answer = await listed.call("POST", f"/contacts/{father['id']}/reveal", json={"reason": "authority"}, unit=unit, role=role)
    assert answer.status_code in (403, 404)
    assert "912345678" not in answer.text
    looks = await listed.call("GET", "/contact-looks", params={"unit": UNIT}, role="data_protection_lead")
    assert looks.json()["items"] == []


async def test_an_officer_above_finds_them_masked(listed: Site) -> None:
    asked = {"unit": UNIT, "phone": "0912345678"}
    answer = await listed.call("POST", "/contacts/search", json=asked, unit="sgddt-dongnai", role="officer")
    assert addresses(answer.json()["items"]) == [FATHER]


async def add(site: Site, **person: Any) -> Any:
    return await site.call("POST", "/contacts", json={"unit": UNIT, "audience": "parents", "role": "guardian"} | person)


async def test_a_person_put_in_by_hand_is_on_the_list(listed: Site) -> None:
    made = await add(listed, **{"class": "6A1", "pupil": "Lý Thị Mai", "phone": "0955555555", "language": "sti"})
    assert (made.status_code, made.json()["new"]) == (201, True)
    (found,) = await search(listed, name="mai ly")
    assert found["id"] == made.json()["id"]
    assert (found["role"], found["language"], found["school_year"]) == ("guardian", "sti", "2026-2027")
    assert found["pupils"] == [{"name": "L. T. Mai", "class": "6A1", "grade": "6"}]
    staff = await add(listed, audience="staff", role="staff", name="Phan Văn Tú", email="tu@example.com")
    assert staff.status_code == 201
    assert [each["name"] for each in await search(listed, audience="staff", name="tu")] == ["P. V. Tú"]


async def test_a_second_child_by_hand_stands_beside_the_same_contact(listed: Site) -> None:
    before = await search(listed)
    for _ in range(2):
        made = await add(
            listed, **{"class": "8C1", "pupil": "Nguyễn Văn Cường", "phone": "0933333333", "email": "moi@example.com"}
        )
        assert (made.status_code, made.json()["new"]) == (200, False)
    (found,) = await search(listed, phone="0933333333")
    assert [each["name"] for each in found["pupils"]] == ["Đ. Á. Ngọc", "N. V. Cường"]
    assert [each["address"] for each in found["addresses"]] == [OTHER, "m•••@example.com"]
    assert len(await search(listed)) == len(before)


async def test_a_pupil_who_had_nobody_is_not_told_twice(site: Site, engines: Engines, master: MasterKey) -> None:
    await put_list(site, engines, master, UNIT, LIST + "4,Võ Minh Khôi,6A1,,,\n")
    await add(site, **{"class": "6A1", "pupil": "võ minh khôi", "phone": "0955555555"})
    async with engines.owner.connect() as conn:
        nobody = await conn.execute(text("SELECT count(*) FROM enrolments WHERE contact_id IS NULL AND ended_by IS NULL"))
        assert nobody.scalar_one() == 0


@pytest.mark.parametrize(
    ("person", "field", "code"),
    [
        ({"class": "6A1"}, "phone", "contact.address_needed"),
        ({"phone": "0955555555"}, "class", "field.missing"),
        ({"phone": "0955555555", "class": "6A1 mẹ 0955 555 555"}, "class", "field.invalid"),
        ({"class": "6A1", "phone": "0955555555", "role": "staff"}, "role", "contact.role_of_audience"),
        ({"class": "6A1", "phone": "123"}, "phone", "phone.too_short"),
        ({"class": "6A1", "phone": "0955555555; 0966666666"}, "phone", "phone.several"),
        ({"class": "6A1", "phone": "0955555555", "language": "fr"}, "language", "field.choice"),
    ],
)
async def test_a_person_who_cannot_be_put_in_is_refused_field_by_field(
    listed: Site, person: dict[str, str], field: str, code: str
) -> None:
    refused = await add(listed, **person)
    assert refused.status_code == 422
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [(field, code)]


async def test_two_peoples_addresses_do_not_make_one_person(listed: Site) -> None:
    refused = await add(listed, **{"class": "6A1", "phone": "0933333333", "email": "an@example.com"})
    assert (refused.status_code, refused.json()["code"]) == (409, "contact.address_taken")


async def correct(site: Site, contact: str, channel: str, **body: str) -> Any:
    return await site.call("PUT", f"/contacts/{contact}/addresses/{channel}", json=body)


async def test_a_corrected_number_replaces_the_wrong_one_which_is_kept_nowhere(listed: Site, engines: Engines) -> None:
    (mother,) = await search(listed, phone="0987654321")
    assert (await correct(listed, mother["id"], "sms", address="0987 654 322")).status_code == 200
    assert await search(listed, phone="0987654321") == []
    assert [each["id"] for each in await search(listed, phone="0987654322")] == [mother["id"]]
    assert (await correct(listed, mother["id"], "email", address="me@example.com")).status_code == 200
    (again,) = await search(listed, phone="0987654322")
    assert [each["address"] for each in again["addresses"]] == ["+84•••••322", "m•••@example.com"]
    async with engines.owner.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM contact_points"))).scalar_one() == 7
    taken = await correct(listed, mother["id"], "sms", address="0912345678")
    assert (taken.status_code, taken.json()["code"]) == (409, "contact.address_taken")
    wrong = await correct(listed, mother["id"], "sms", address="0251 3822222")
    assert [(each["field"], each["code"]) for each in wrong.json()["errors"]] == [("address", "phone.landline")]


async def test_of_several_emails_the_wrong_one_is_named(listed: Site) -> None:
    await add(listed, **{"class": "6A1", "phone": "0912345678", "email": "hai@example.com"})
    (father,) = await search(listed, phone="0912345678")
    assert (await correct(listed, father["id"], "email", address="ba@example.com")).json()["code"] == "contact.several_addresses"
    other = await correct(listed, father["id"], "email", address="ba@example.com", was="la@example.com")
    assert other.json()["code"] == "contact.no_such_address"
    assert (await correct(listed, father["id"], "email", address="ba@example.com", was="hai@example.com")).status_code == 200
    assert addresses(await search(listed, email="ba@example.com")) == [FATHER]
    assert await search(listed, email="hai@example.com") == []
    assert addresses(await search(listed, email="an@example.com")) == [FATHER]


async def test_role_and_language_change_and_nothing_else_does(listed: Site) -> None:
    (mother,) = await search(listed, phone="0987654321")
    changed = await listed.call("PATCH", f"/contacts/{mother['id']}", json={"role": "guardian", "language": "km"})
    assert changed.status_code == 200
    assert await search(listed, phone="0987654321") == [mother | {"role": "guardian", "language": "km"}]
    wrong = await listed.call("PATCH", f"/contacts/{mother['id']}", json={"role": "staff"})
    assert wrong.json()["errors"][0]["code"] == "contact.role_of_audience"


async def test_present_contacts_are_confirmed_for_the_new_school_year(listed: Site, engines: Engines) -> None:
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE contacts SET school_year = '2025-2026'"))

    async def years() -> list[str]:
        return [each["school_year"][:4] for each in await search(listed)]

    async def confirm(**asked: Any) -> Any:
        return await listed.call("POST", "/contacts/confirm", json={"unit": UNIT, "audience": "parents"} | asked)

    assert (await confirm(classes=["7b2"])).json() == {"contacts": 1}
    assert await years() == ["2026", "2025", "2025", "2025"]
    assert (await confirm()).json() == {"contacts": 3}
    assert await years() == ["2026", "2026", "2026", "2025"]
    assert (await confirm(audience="staff")).json() == {"contacts": 1}
    unknown = await confirm(classes=["6A1", "9Z9"])
    assert [(each["field"], each["code"]) for each in unknown.json()["errors"]] == [("classes.1", "contact.class_unknown")]


async def test_neither_a_key_nor_what_it_is_bound_to_gives_a_number_away(listed: Site, engines: Engines) -> None:
    """A plain digest of a request with a number in it is as good as the number: there are not that many."""
    asked = {"unit": UNIT, "audience": "parents", "role": "parent", "class": "6A1", "phone": "0955555555"}
    for _ in range(2):
        made = await listed.call("POST", "/contacts", json=asked, headers={"Idempotency-Key": "add 0955555555"})
        assert made.status_code == 201
    other = await listed.call(
        "POST", "/contacts", json=asked | {"phone": "0955555556"}, headers={"Idempotency-Key": "add 0955555555"}
    )
    assert other.json()["code"] == "request.idempotency_reused"
    async with engines.owner.connect() as conn:
        kept = (await conn.execute(text("SELECT key, request_hash FROM idempotency_keys"))).one()
    assert bytes(kept.request_hash) != request_hash("contacts.add", PersonIn.model_validate(asked))
    assert "955555555" not in kept.key


async def test_erasing_asked_twice_with_its_key_has_one_effect_and_one_answer(listed: Site) -> None:
    (mother,) = await search(listed, phone="0987654321")
    path, body, key = f"/contacts/{mother['id']}/erase", {"reason": "rights_request"}, {"Idempotency-Key": "e"}
    for role in ("clerk", "approver", "officer", "administrator"):
        assert (await listed.call("POST", path, json=body, role=role)).status_code == 403
    lead: dict[str, Any] = {"role": "data_protection_lead", "json": body}
    first = await listed.call("POST", path, headers=key, **lead)
    assert first.json() == {"contacts": 1, "addresses": 1, "pupils": 1, "consents": 0}
    again = await listed.call("POST", path, headers=key, **lead)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert (await listed.call("POST", path, **lead)).json()["code"] == "contact.unknown"
    assert await search(listed, phone="0987654321") == []
    back = await add(listed, **{"class": "6A1", "phone": "0987654321"})
    assert back.status_code == 201
    assert [each["suppressed"] for each in (await search(listed, phone="0987654321"))[0]["addresses"]] == [["wrong_person"]]
