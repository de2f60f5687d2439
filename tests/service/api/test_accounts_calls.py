"""`/accounts`, `/invitations`, `/api-keys` over HTTP: who makes whom, who sees whom, and what is shown once."""

from typing import Any
from uuid import uuid4

from httpx import Response
from sqlalchemy import text

from tests.conftest import Engines
from tests.factories.web import Site

DEPARTMENT, OFFICE, SCHOOL = "sgddt-dongnai", "vhxh-an-phuoc", "nbk-thcs"
PERSON = {"unit": SCHOOL, "email": "lan@nbk-thcs.edu.vn", "name": "Nguyễn Thị Lan", "roles": ["clerk"]}
PASSWORD = "một mật khẩu dài"


async def administrators(site: Site, method: str, path: str, unit: str = DEPARTMENT, **more: Any) -> Response:
    return await site.call(method, path, unit=unit, role="administrator", **more)


async def redeem(site: Site, token: str, **more: Any) -> Response:
    body = {"token": token, "password": PASSWORD} | more
    return await site.client.post("/api/v1/invitations/redeem", json=body)


async def made(site: Site, **changes: Any) -> dict[str, Any]:
    answer = await administrators(site, "POST", "/accounts", json=PERSON | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def account_of(engines: Engines, site: Site, unit: str, role: str) -> str:
    async with engines.owner.connect() as conn:
        mine = {"id": site.world.actor(unit, role).account_id}
        return str((await conn.execute(text("SELECT public_id FROM accounts WHERE id = :id"), mine)).scalar_one())


async def test_an_administrator_makes_an_account_and_its_person_comes_in(site: Site) -> None:
    account = await made(site)
    assert account["state"] == "invited"
    assert account["invitation_expires_at"] == "2026-09-21T00:00:00Z"
    assert not [personal for personal in ("Lan", "lan@") if personal in str(account)]

    came = await redeem(site, account["invitation"])

    assert came.status_code == 201
    assert came.headers["cache-control"] == "no-store"
    assert (came.json()["account"], came.json()["unit"], came.json()["roles"]) == (account["id"], SCHOOL, ["clerk"])
    auth = {"Authorization": f"Bearer {came.json()['api_key']}"}
    assert (await site.client.get("/api/v1/imports", params={"unit": SCHOOL}, headers=auth)).status_code == 200
    assert (await site.client.post("/api/v1/accounts", json=PERSON, headers=auth)).status_code == 403
    again = await redeem(site, account["invitation"])
    assert (again.status_code, again.json()["code"]) == (404, "invitation.unknown")


async def test_names_are_shown_in_full_and_emails_in_part_to_those_who_answer_for_people(site: Site) -> None:
    await made(site)
    for role in ("administrator", "officer", "data_protection_lead"):
        listed = await site.call("GET", "/accounts", role=role, params={"unit": SCHOOL})
        (lan,) = [each for each in listed.json()["items"] if each["name"] == "Nguyễn Thị Lan"]
        assert lan["email"] == "l•••@nbk-thcs.edu.vn"
        assert lan["state"] == "invited"
    for role in ("clerk", "approver"):
        assert (await site.call("GET", "/accounts", role=role, params={"unit": SCHOOL})).status_code == 403


async def test_the_list_is_ones_own_tree_page_by_page(site: Site) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": "7"} | ({"cursor": cursor} if cursor else {})
        page = (await administrators(site, "GET", "/accounts", unit=OFFICE, params=params)).json()
        seen += [each["id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 15
    school = await administrators(site, "GET", "/accounts", unit=SCHOOL)
    assert {each["unit"] for each in school.json()["items"]} == {SCHOOL}
    wrong = await administrators(site, "GET", "/accounts", params={"cursor": "YWJj"})
    assert wrong.json()["code"] == "request.cursor"


async def test_nobody_reaches_beside_or_above_themselves(site: Site, engines: Engines) -> None:
    for unit in (DEPARTMENT, OFFICE, "lqd-th"):
        beyond = await administrators(site, "POST", "/accounts", unit=SCHOOL, json=PERSON | {"unit": unit})
        assert (beyond.status_code, beyond.json()["code"]) == (404, "unit.unknown")
        account = await account_of(engines, site, unit, "clerk")
        for method, path, body in (
            ("PATCH", f"/accounts/{account}", {"roles": ["officer"]}),
            ("POST", f"/accounts/{account}/invitation", None),
            ("GET", f"/api-keys?account={account}", None),
        ):
            refused = await administrators(site, method, path, unit=SCHOOL, json=body)
            assert (refused.status_code, refused.json()["code"]) == (404, "account.unknown")


async def test_an_administrator_gives_themselves_nothing(site: Site, engines: Engines) -> None:
    oneself = await account_of(engines, site, DEPARTMENT, "administrator")
    refused = await administrators(site, "PATCH", f"/accounts/{oneself}", json={"roles": ["administrator", "officer"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "account.oneself")


async def test_what_a_role_is_and_what_may_be_sent_is_checked(site: Site) -> None:
    for wrong, field in (({"roles": ["king"]}, "roles"), ({"email": "lan@"}, "email"), ({"name": " \u200b"}, "name")):
        refused = await administrators(site, "POST", "/accounts", json=PERSON | wrong)
        assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, [field])
    unknown = await administrators(site, "POST", "/accounts", json=PERSON | {"password": PASSWORD})
    assert unknown.json()["code"] == "request.unknown_field"


async def test_a_disabled_accounts_keys_stop_at_once(site: Site) -> None:
    account = await made(site)
    key = (await redeem(site, account["invitation"])).json()["api_key"]
    auth = {"Authorization": f"Bearer {key}"}
    assert (await site.client.get("/api/v1/units", headers=auth)).status_code == 200

    changed = await administrators(site, "PATCH", f"/accounts/{account['id']}", json={"disabled": True})

    assert changed.json()["state"] == "disabled"
    assert (await site.client.get("/api/v1/units", headers=auth)).status_code == 401
    refused = await administrators(site, "POST", f"/accounts/{account['id']}/invitation")
    assert (refused.status_code, refused.json()["code"]) == (409, "account.disabled")


async def test_tokens_are_shown_once_and_a_repeat_finds_none(site: Site, engines: Engines) -> None:
    key = {"Idempotency-Key": "lan"}
    first = await administrators(site, "POST", "/accounts", json=PERSON, headers=key)
    second = await administrators(site, "POST", "/accounts", json=PERSON, headers=key)
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json() == first.json() | {"invitation": None}
    assert first.headers["cache-control"] == "no-store"
    own = {"label": "báo cáo", "scopes": ["units:read"]}
    one = await site.call("POST", "/api-keys", json=own, headers=key)
    two = await site.call("POST", "/api-keys", json=own, headers=key)
    assert two.json() == one.json() | {"api_key": None}
    async with engines.owner.connect() as conn:
        kept = str((await conn.execute(text("SELECT response::text FROM idempotency_keys"))).all())
    assert first.json()["invitation"] not in kept
    assert one.json()["api_key"] not in kept


async def test_an_email_in_use_elsewhere_is_said_without_where_and_stays_in_the_trail(site: Site, engines: Engines) -> None:
    await made(site, unit="lqd-th")
    refused = await administrators(site, "POST", "/accounts", unit=SCHOOL, json=PERSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "account.email_taken")
    assert "lqd" not in refused.text
    async with engines.owner.connect() as conn:
        trail = await conn.execute(
            text("SELECT unit_id, account_id FROM audit_events WHERE action = 'account.emails_told_taken'")
        )
        assert tuple(trail.one()) == (site.world.units[SCHOOL], site.world.actor(SCHOOL, "administrator").account_id)


async def test_everybody_makes_lists_and_ends_their_own_keys(site: Site) -> None:
    made_key = (await site.call("POST", "/api-keys", json={"label": "báo cáo", "scopes": ["units:read"]})).json()
    auth = {"Authorization": f"Bearer {made_key['api_key']}"}
    assert (await site.client.get("/api/v1/units", headers=auth)).status_code == 200
    assert (await site.client.get("/api/v1/broadcasts", headers=auth)).status_code == 403
    wider = await site.client.post("/api/v1/api-keys", json={"label": "x", "scopes": ["broadcasts:read"]}, headers=auth)
    assert [each["field"] for each in wider.json()["errors"]] == ["scopes"]
    past = await site.call(
        "POST", "/api-keys", json={"label": "x", "scopes": ["units:read"], "expires_at": "2026-09-06T00:00:00Z"}
    )
    assert [each["code"] for each in past.json()["errors"]] == ["field.past"]
    listed = (await site.call("GET", "/api-keys")).json()["items"]
    assert [each["label"] for each in listed] == ["báo cáo", "test"]

    for _ in range(2):
        ended = await site.call("DELETE", f"/api-keys/{made_key['id']}", headers={"Idempotency-Key": "end"})
        assert ended.json()["revoked_at"] == "2026-09-07T00:00:00Z"
    assert (await site.client.get("/api/v1/units", headers=auth)).status_code == 401


async def test_only_an_administrator_ends_anothers_key_and_only_in_the_tree(site: Site) -> None:
    (key,) = (await site.call("GET", "/api-keys")).json()["items"]
    for unit, role in ((SCHOOL, "approver"), (DEPARTMENT, "officer"), ("lqd-th", "administrator")):
        refused = await site.call("DELETE", f"/api-keys/{key['id']}", unit=unit, role=role)
        assert (refused.status_code, refused.json()["code"]) == (404, "api_key.unknown")
    assert (await administrators(site, "DELETE", f"/api-keys/{key['id']}")).status_code == 200
    assert (await site.call("GET", "/units")).status_code == 401
    assert (await administrators(site, "DELETE", f"/api-keys/{uuid4()}")).status_code == 404
