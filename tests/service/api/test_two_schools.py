"""Two schools on one system: whatever one asks, nobody at the other is read, counted, guessed or changed.

Every call of the API is made by every person of one school with the other's ids, codes and numbers in it. A call without an
example here fails the first test, so the sweep stays whole.
"""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.accounts import PERMISSIONS
from tests.architecture.test_routes import OPEN, routes
from tests.conftest import Engines, Urls
from tests.factories.listed import put_list, read_list
from tests.factories.web import Site, notice, running_site

OURS, THEIRS = "nbk-thcs", "lqd-th"
ROLES = tuple(PERMISSIONS)
SHARED, ALONE, WRONG = "0912345678", "0987654321", "09123"
THEIR_LIST = (
    "STT,Họ và tên,Lớp,SĐT phụ huynh,Email\n"
    f"1,Lương Thị Riêng Biệt,9Z9,{ALONE},riengbiet@example.com\n2,Trần Văn Chung,9Z9,{SHARED},\n3,Lý Sai Số,9Z9,{WRONG},\n"
)
# What would tell of the other school's people, in any answer.
MARKS = ("@lqd-th.example", "Riêng Biệt", "riengbiet", "9Z9", "987654321", "•321", "Chung", "Sai Số", "rieng-biet")


@dataclass(frozen=True)
class Theirs:
    """What stands at the other school, by the ids the outside knows."""

    applied: str
    checked: str
    draft: str
    pending: str
    digest: str
    contact: str
    account: str
    api_key: str
    takedown: str


@pytest.fixture
async def theirs(site: Site, engines: Engines, master: MasterKey) -> Theirs:
    return await live(site, engines, master)


async def live(site: Site, engines: Engines, master: MasterKey) -> Theirs:
    """The other school's life: a list applied, a list with mistakes waiting, a draft, a warning before its approver, and a parent
    who was looked at, consented and opted out.
    """
    applied = await put_list(site, engines, master, THEIRS, THEIR_LIST)
    checked = await read_list(site, engines, master, THEIRS, THEIR_LIST.replace("Riêng", "Thật Riêng"))
    draft = await site.call("POST", "/broadcasts", unit=THEIRS, json=notice(unit=THEIRS, channels=["sms"]))
    pending = await site.call("POST", "/broadcasts", unit=THEIRS, json=notice(unit=THEIRS, channels=["sms"]))
    submitted = await site.call("POST", f"/broadcasts/{pending.json()['id']}/submit", unit=THEIRS)
    assert submitted.status_code == 200, submitted.text
    found = await site.call("POST", "/contacts/search", unit=THEIRS, json={"unit": THEIRS, "phone": ALONE})
    contact = found.json()["items"][0]["id"]
    consent = {"channel": "sms", "basis": "consent", "proof": "meeting", "given_on": "2026-09-05"}
    for path, body in (
        (f"/contacts/{contact}/reveal", {"reason": "other", "note": "Riêng Biệt hỏi lại số"}),
        (f"/contacts/{contact}/consents", consent),
        ("/suppressions", {"unit": THEIRS, "contact": contact, "reason": "opt_out"}),
    ):
        done = await site.call("POST", path, unit=THEIRS, json=body)
        assert done.status_code == 200, done.text
    async with engines.owner.connect() as conn:
        clerk = {"id": site.world.actor(THEIRS).account_id}
        account = await conn.execute(text("SELECT public_id FROM accounts WHERE id = :id"), clerk)
        api_key = await conn.execute(text("SELECT public_id FROM api_keys WHERE account_id = :id"), clerk)
        people = [str(found.scalar_one()) for found in (account, api_key)]
    stands = {"url": "https://lqd.example/rieng-biet", "checked_on": "2026-09-01", "found": True}
    takedown = await site.call("POST", f"/units/{THEIRS}/takedowns", unit=THEIRS, json=stands)
    assert takedown.status_code == 201, takedown.text
    ids = (draft.json()["id"], pending.json()["id"], submitted.json()["digest"], contact, *people, takedown.json()["id"])
    return Theirs(applied, checked, *ids)


def requests(their: Theirs) -> dict[tuple[str, str], list[tuple[str, dict[str, Any]]]]:
    """For every call: paths and bodies that name what is the other school's."""
    file = {"file": ("list.csv", THEIR_LIST.encode())}
    imports = [their.applied, their.checked]
    broadcasts = [their.draft, their.pending]
    per_import: dict[tuple[str, str], dict[str, Any]] = {
        ("GET", ""): {},
        ("POST", "/apply"): {},
        ("POST", "/undo"): {},
        ("GET", "/columns"): {},
        ("PUT", "/columns"): {"json": {"columns": [{"heading": "Email", "field": "ignored"}]}},
        ("GET", "/rows"): {"params": {"only": "all"}},
        ("GET", "/rows-to-fix"): {},
        ("GET", "/problems"): {},
        ("POST", "/corrections"): {"files": file},
        ("GET", "/difference"): {},
    }
    per_broadcast: dict[tuple[str, str], dict[str, Any]] = {
        ("GET", ""): {},
        ("PATCH", ""): {"json": {"title": "Khác"}},
        ("POST", "/submit"): {},
        ("POST", "/return"): {"json": {"reason": "Sửa lại"}},
        ("POST", "/approve"): {"json": {"digest": their.digest}},
        ("POST", "/pause"): {},
        ("POST", "/resume"): {"json": {"audience_count": 9}},
        ("POST", "/cancel"): {"json": {"reason": "Nhầm"}},
        ("POST", "/retry-failed"): {},
        ("POST", "/repeat-uncertain"): {"json": {"channel": "email", "reason": "may_come_twice"}},
        ("GET", "/deliveries"): {},
        ("GET", "/events"): {},
        ("GET", "/not-reached"): {"params": {"class": "9Z9"}},
        ("GET", "/not-reached/print"): {"params": {"class": "9Z9"}},
    }
    card = {
        "phone": "0251 3822 123",
        "hours": "x",
        "out_of_hours_phone": ALONE,
        "tested_on": "2026-09-01",
        "statements": [],
    }
    per_unit: dict[tuple[str, str], dict[str, Any]] = {
        ("GET", "/readiness"): {},
        ("PUT", "/data-rule"): {"json": {"number": "1", "dated": "2026-09-01", "sha256": "ab" * 32}},
        ("PUT", "/data-protection-lead"): {"json": {"email": "riengbiet@example.com"}},
        ("POST", "/data-protection-lead/accept"): {},
        ("PUT", "/verification-card"): {"json": card},
        ("GET", "/takedowns"): {},
        ("POST", "/takedowns"): {"json": {"url": "https://x.example/", "checked_on": "2026-09-01", "found": True}},
        ("POST", "/takedowns/statement"): {},
        ("GET", "/test-contacts"): {},
        ("PUT", "/test-contacts"): {"json": {"contacts": [their.contact]}},
    }
    filed = {"name": "a", "template": "{number}", "status": "approved", "dated": "2026-09-01"}
    count = {"unit": THEIRS, "channels": ["sms", "email"], "urgency": "urgent"}
    consent = {"channel": "sms", "basis": "consent", "proof": "meeting", "given_on": "2026-09-05"}
    off = {"reason": "opt_out"}
    person = {"audience": "parents", "role": "mother", "class": "9Z9", "phone": SHARED}
    per_contact: dict[tuple[str, str], dict[str, Any]] = {
        ("GET", ""): {},
        ("PATCH", ""): {"json": {"role": "mother"}},
        ("POST", "/reveal"): {"json": {"reason": "called_us"}},
        ("POST", "/erase"): {"json": {"reason": "mistake"}},
        ("POST", "/consents"): {"json": consent},
        ("POST", "/consents/withdraw"): {"json": {"channel": "sms"}},
    }
    return {
        ("POST", "/contacts/search"): [
            ("/contacts/search", {"json": {"unit": THEIRS}}),
            ("/contacts/search", {"json": {"unit": OURS, "phone": ALONE}}),
            ("/contacts/search", {"json": {"unit": OURS, "name": "riêng biệt"}}),
        ],
        ("POST", "/contacts"): [
            ("/contacts", {"json": person | {"unit": THEIRS}}),
            ("/contacts", {"json": person | {"unit": OURS, "class": "6A1"}}),
        ],
        ("POST", "/contacts/confirm"): [("/contacts/confirm", {"json": {"unit": THEIRS, "audience": "parents"}})],
        ("PUT", "/contacts/{contact_id}/addresses/{channel}"): [
            (f"/contacts/{their.contact}/addresses/sms", {"json": {"address": "0933333333"}}),
        ],
        ("POST", "/consents"): [("/consents", {"json": consent | {"unit": THEIRS, "classes": ["9Z9"]}})],
        ("GET", "/contact-looks"): [("/contact-looks", {"params": {"unit": THEIRS, "contact": their.contact}})],
        ("GET", "/suppressions"): [("/suppressions", {"params": {"unit": THEIRS}})],
        ("POST", "/suppressions"): [
            ("/suppressions", {"json": off | {"unit": THEIRS, "phone": ALONE}}),
            ("/suppressions", {"json": off | {"unit": OURS, "phone": ALONE}}),
        ],
        ("POST", "/suppressions/lift"): [
            ("/suppressions/lift", {"json": off | {"unit": THEIRS, "phone": ALONE, "why": "mistake"}}),
        ],
        **{(m, f"/contacts/{{contact_id}}{p}"): [(f"/contacts/{their.contact}{p}", b)] for (m, p), b in per_contact.items()},
        ("GET", "/units"): [("/units", {})],
        ("POST", "/units"): [
            ("/units", {"json": {"code": "moi", "name": "Trường mới", "level": "school", "parent": THEIRS}}),
            ("/units", {"json": {"code": THEIRS, "name": "Trường trùng mã", "level": "school", "parent": OURS}}),
        ],
        ("PATCH", "/units/{code}"): [(f"/units/{THEIRS}", {"json": {"name": "Đổi tên"}})],
        ("GET", "/accounts"): [("/accounts", {"params": {"unit": THEIRS}})],
        ("POST", "/accounts"): [
            ("/accounts", {"json": {"unit": THEIRS, "email": "moi@lqd-th.edu.vn", "name": "Mới", "roles": ["clerk"]}}),
        ],
        ("PATCH", "/accounts/{account_id}"): [(f"/accounts/{their.account}", {"json": {"disabled": True}})],
        ("POST", "/accounts/{account_id}/invitation"): [(f"/accounts/{their.account}/invitation", {})],
        ("POST", "/bulk/units"): [
            ("/bulk/units", {"files": {"file": ("x", f"code,name,level,parent\nmoi,Mới,school,{THEIRS}\n".encode())}}),
            ("/bulk/units", {"files": {"file": ("x", f"code,name,level,parent\n{THEIRS},Mới,school,{OURS}\n".encode())}}),
        ],
        ("POST", "/bulk/accounts"): [
            ("/bulk/accounts", {"files": {"file": ("x", f"unit,name,email,roles\n{THEIRS},Mới,m@x.vn,clerk\n".encode())}}),
        ],
        ("GET", "/bulk/units/template.xlsx"): [("/bulk/units/template.xlsx", {})],
        ("GET", "/bulk/accounts/template.xlsx"): [("/bulk/accounts/template.xlsx", {})],
        ("GET", "/api-keys"): [("/api-keys", {"params": {"account": their.account}})],
        ("POST", "/api-keys"): [("/api-keys", {"json": {"label": "Khóa khác", "scopes": ["units:read"]}})],
        ("DELETE", "/api-keys/{key_id}"): [(f"/api-keys/{their.api_key}", {})],
        ("POST", "/imports"): [("/imports", {"files": file, "data": {"unit": THEIRS}})],
        ("GET", "/imports"): [("/imports", {"params": {"unit": THEIRS}})],
        ("PATCH", "/imports/{import_id}/rows/{position}"): [
            (f"/imports/{their.checked}/rows/2", {"json": {"cells": {"Lớp": "1A"}}}),
        ],
        ("GET", "/statements"): [("/statements", {})],
        ("GET", "/coverage"): [("/coverage", {"params": {"unit": THEIRS}})],
        ("PATCH", "/units/{code}/takedowns/{takedown_id}"): [
            (f"/units/{unit}/takedowns/{their.takedown}", {"json": {"removed_on": "2026-09-06"}}) for unit in (OURS, THEIRS)
        ],
        ("POST", "/previews"): [("/previews", {"json": {"unit": THEIRS, "texts": {"sms": "x"}, "channels": ["sms"]}})],
        ("POST", "/audiences/count"): [
            ("/audiences/count", {"json": count}),
            ("/audiences/count", {"json": count | {"unit": OURS, "audience": {"units": [THEIRS]}}}),
            ("/audiences/count", {"json": count | {"unit": OURS, "audience": {"classes": ["9z 9"]}}}),
        ],
        ("POST", "/audiences/left-out"): [
            ("/audiences/left-out", {"json": count}),
            ("/audiences/left-out", {"json": count | {"unit": OURS, "audience": {"units": [THEIRS]}}}),
            ("/audiences/left-out", {"json": count | {"unit": OURS, "audience": {"classes": ["9z 9"]}}}),
        ],
        ("GET", "/registered-texts"): [("/registered-texts", {"params": {"unit": THEIRS}})],
        ("PUT", "/registered-texts"): [("/registered-texts", {"json": filed | {"unit": THEIRS}})],
        ("POST", "/registered-texts/withdraw"): [("/registered-texts/withdraw", {"json": {"unit": THEIRS, "name": "a"}})],
        ("PUT", "/registered-texts/rule"): [("/registered-texts/rule", {"json": {"unit": THEIRS, "unregistered": "forbid"}})],
        ("PUT", "/registered-texts/script"): [("/registered-texts/script", {"json": {"unit": THEIRS, "sms_script": "ascii"}})],
        ("GET", "/retention-runs"): [("/retention-runs", {"params": {"unit": THEIRS}})],
        ("GET", "/retention-runs/next"): [("/retention-runs/next", {"params": {"unit": THEIRS}})],
        ("GET", "/broadcasts"): [("/broadcasts", {})],
        ("GET", "/broadcasts/received"): [("/broadcasts/received", {"params": {"unit": THEIRS}})],
        ("POST", "/broadcasts"): [
            ("/broadcasts", {"json": notice(unit=THEIRS)}),
            ("/broadcasts", {"json": notice(audience={"units": [THEIRS]}, channels=["sms"])}),
        ],
        **{(m, f"/units/{{code}}{p}"): [(f"/units/{THEIRS}{p}", b)] for (m, p), b in per_unit.items()},
        **{(m, f"/imports/{{import_id}}{p}"): [(f"/imports/{i}{p}", b) for i in imports] for (m, p), b in per_import.items()},
        **{
            (m, f"/broadcasts/{{broadcast_id}}{p}"): [(f"/broadcasts/{i}{p}", b) for i in broadcasts]
            for (m, p), b in per_broadcast.items()
        },
    }


# Asked for one's own unit these may answer; the answer must hold nothing of the other school. All else must be refused.
MAY_ANSWER = {
    ("GET", "/units"),
    ("GET", "/statements"),
    ("GET", "/broadcasts"),
    ("POST", "/audiences/count"),
    ("POST", "/broadcasts"),
    ("POST", "/contacts/search"),
    ("POST", "/contacts"),
    ("POST", "/suppressions"),
    ("POST", "/api-keys"),
    ("POST", "/audiences/left-out"),
    ("GET", "/bulk/units/template.xlsx"),
    ("GET", "/bulk/accounts/template.xlsx"),
}


async def fingerprint(engines: Engines, unit: int) -> dict[str, str]:
    """A digest of every row of a unit, table by table."""
    found = {}
    async with engines.owner.connect() as conn:
        tables = await conn.execute(
            text("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'unit_id'")
        )
        for table in tables.scalars().all():
            rows = await conn.execute(text(f"SELECT t::text FROM {table} t WHERE unit_id = :unit ORDER BY 1"), {"unit": unit})
            found[table] = hashlib.sha256("\n".join(rows.scalars()).encode()).hexdigest()
    return found


async def sweep(site: Site, engines: Engines, their: Theirs) -> list[str]:
    """Every leak, in words."""
    before = await fingerprint(engines, site.world.units[THEIRS])
    leaks = []
    for (method, template), asked in requests(their).items():
        for path, options in asked:
            for role in ROLES:
                try:
                    answer = await asyncio.wait_for(site.call(method, path, unit=OURS, role=role, **options), 5)
                except TimeoutError:  # a stream that was opened for them
                    leaks.append(f"{role}: {method} {path}: goes on answering")
                    continue
                leaks += [f"{role}: {method} {path}: {why}" for why in _leaks(method, template, answer)]
    after = await fingerprint(engines, site.world.units[THEIRS])
    return leaks + [f"changed: {table}" for table in before if before[table] != after.get(table)]


def _leaks(method: str, template: str, answer: Response) -> list[str]:
    found = [f"shows {mark}" for mark in MARKS if mark in answer.text]
    if answer.is_success and (method, template) not in MAY_ANSWER:
        found.append(f"answers {answer.status_code}")
    if answer.status_code >= 500:
        found.append(f"fails with {answer.status_code}")
    if (method, template) == ("POST", "/audiences/count") and answer.is_success and answer.json()["recipients"]:
        found.append("counts them")
    return found


async def test_every_call_is_in_the_sweep(site: Site, theirs: Theirs) -> None:
    prefix = "/api/v1"
    found = {(method, path.removeprefix(prefix)) for method, path, _ in routes(site.app) if (method, path) not in OPEN}
    assert set(requests(theirs)) == found


async def test_no_person_of_one_school_reaches_anybody_of_another(site: Site, engines: Engines, theirs: Theirs) -> None:
    assert await sweep(site, engines, theirs) == []


@pytest.mark.parametrize(
    "mistake",
    [
        "CREATE POLICY too_wide ON imports FOR SELECT TO loa_web USING (true)",
        "ALTER TABLE broadcasts DISABLE ROW LEVEL SECURITY",
        "INSERT INTO unit_closure SELECT a.id, b.id, 1 FROM units a, units b WHERE a.code = 'nbk-thcs' AND b.code = 'lqd-th'",
    ],
)
async def test_the_sweep_notices_a_planted_mistake(site: Site, engines: Engines, theirs: Theirs, mistake: str) -> None:
    async with engines.owner.begin() as conn:
        await conn.execute(text(mistake))
    assert await sweep(site, engines, theirs) != []


async def test_the_sweep_notices_a_wrong_login(
    urls: Urls, engines: Engines, valkey_url: str, master_text: str, master: MasterKey
) -> None:
    """The owner's, to whom no policy applies."""
    async with running_site(replace(urls, web=urls.owner), engines, valkey_url, master_text) as site:
        assert await sweep(site, engines, await live(site, engines, master)) != []
