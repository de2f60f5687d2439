"""What anybody may ask: look-ups, records, keys, health. And the gateway, which proves itself."""

import asyncio
import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from httpx import Response
from sqlalchemy import event, text

from service.api.open.health import readiness
from service.deliveries import Attempt
from tests.conftest import Engines, Postgres, Urls
from tests.factories.description import description
from tests.factories.waiting import until
from tests.factories.web import Site


@pytest.fixture
async def warning(site: Site) -> dict[str, Any]:
    return await site.approved()


async def test_a_number_is_looked_up(site: Site, warning: dict[str, Any]) -> None:
    answer = await site.client.get(f"/api/v1/lookups/{warning['public_number'].replace(' ', '')}")
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["outcome"], body["copied"]) == ("found", False)
    assert "comparison" not in body
    record = body["record"]
    assert record["issuer"] == {"code": "nbk-thcs", "name": "Trường THCS Nguyễn Bỉnh Khiêm"}
    assert (record["kind"], record["urgency"], record["single_approval"]) == ("scam_alert", "urgent", False)
    assert record["texts"]["sms"]["unicode"].endswith(f"\nSố tra cứu: {warning['public_number']}")
    assert warning["record_url"].endswith(record["id"])


async def test_a_text_is_compared(site: Site, warning: dict[str, Any]) -> None:
    number = warning["public_number"]
    official = (await site.client.get(f"/api/v1/lookups/{number}")).json()["record"]["texts"]["sms"]["unicode"]
    for body in ({"number": number, "text": official}, {"text": official}):
        assert (await site.client.post("/api/v1/lookups", json=body)).json()["comparison"]["verdict"] == "same"
    forged = await site.client.post("/api/v1/lookups", json={"text": official.replace("KHÔNG", "HÃY")})
    comparison = forged.json()["comparison"]
    assert comparison["verdict"] == "different"
    assert any(each["critical"] and "KHÔNG" in each["official"] for each in comparison["differences"])


@pytest.mark.parametrize("number", ["1", "4071/8826/3163", "%20", "abc", "9" * 500, "4071 8826 3164"])
async def test_what_cannot_be_a_number_is_mistyped(site: Site, number: str) -> None:
    answer = await site.client.get(f"/api/v1/lookups/{number}")
    assert (answer.status_code, answer.json()) == (200, {"outcome": "mistyped", "copied": False})


async def test_a_text_over_four_kilobytes_is_refused(site: Site) -> None:
    answer = await site.client.post("/api/v1/lookups", json={"text": "ế" * 1400})
    assert (answer.status_code, answer.json()["code"]) == (413, "lookup.text_too_long")


async def test_an_unknown_field_in_a_question_is_refused(site: Site) -> None:
    answer = await site.client.post("/api/v1/lookups", json={"text": "a", "phone": "0912345678"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.unknown_field")


async def test_records_and_keys_are_public(site: Site, warning: dict[str, Any]) -> None:
    keys = (await site.client.get("/.well-known/jwks.json")).json()
    record = (await site.client.get(warning["record_url"])).json()
    protected = record["signatures"][0]["protected"]
    header = orjson.loads(base64.urlsafe_b64decode(protected + "=="))
    assert keys["keys"][0]["kid"] == header["kid"]
    document = orjson.loads(base64.urlsafe_b64decode(record["payload"] + "=="))
    assert description().wrong("RecordDocument", document) == []
    assert document["public_number"] == warning["public_number"]
    unknown = await site.client.get("/api/v1/records/00000000-0000-4000-8000-000000000000")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "record.unknown")


async def test_health_and_readiness(site: Site, engines: Engines) -> None:
    assert (await site.client.get("/healthz")).json() == {"status": "ok"}
    before = await site.client.get("/readyz")
    assert before.status_code == 503
    checks = before.json()["checks"]
    assert checks.pop("disk") in {"ok", "low"}  # as this machine is
    others = {"database": "ok", "lookup": "ok", "valkey": "ok"}
    assert checks == others | {"workers": "missing: urgent, bulk", "carriers": "none"}
    async with engines.owner.begin() as conn:
        for lane in ("urgent", "bulk"):
            await conn.execute(
                text("INSERT INTO worker_heartbeats VALUES (gen_random_uuid(), :lane, :now, :now)"),
                {"lane": lane, "now": site.clock()},
            )

    async def ready() -> Response | None:
        answer = await site.client.get("/readyz")
        return answer if answer.is_success else None

    after = await until("somebody works", ready, 5)  # the answer before is given again for a second
    assert (after.status_code, after.json()["status"], after.json()["checks"]["carriers"]) == (200, "degraded", "none")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({}, "ready"),
        ({"disk": "low"}, "degraded"),
        ({"disk": "low", "carriers": "none"}, "degraded"),
        ({"valkey": "full"}, "not_ready"),
        ({"lookup": "standby", "disk": "low"}, "not_ready"),
        ({"database": "slow"}, "not_ready"),
        ({"workers": "missing: bulk"}, "not_ready"),
    ],
)
def test_what_parents_are_served_without_takes_nobody_out_of_service(wrong: dict[str, str], status: str) -> None:
    parts = dict.fromkeys(("database", "lookup", "valkey", "workers", "carriers", "disk"), "ok")
    assert readiness(parts | wrong) == status


async def test_readiness_asks_the_look_ups_login_and_metrics_do(site: Site, postgres: Postgres) -> None:
    own = site.app.state.api_context.engine_lookup
    await own.dispose()
    postgres.run("ALTER ROLE loa_lookup NOLOGIN")
    try:
        answer = await site.client.get("/readyz")
        assert answer.status_code == 503
        assert (answer.json()["checks"]["database"], answer.json()["checks"]["lookup"]) == ("ok", "unreachable")
    finally:
        postgres.run("ALTER ROLE loa_lookup LOGIN")


async def test_at_a_standby_nothing_is_unknown_and_readiness_says_so(
    site: Site, warning: dict[str, Any], engines: Engines, postgres: Postgres
) -> None:
    """A server that only follows another, for the look-up's login: whatever it asks whether it is one, it is told so."""
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql("CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql RETURN true")
        database = (await conn.exec_driver_sql("SELECT current_database()")).scalar_one()
    postgres.run(f"ALTER ROLE loa_lookup IN DATABASE {database} SET search_path = public, pg_catalog")
    await site.app.state.api_context.engine_lookup.dispose()
    assert (await site.client.get("/readyz")).json()["checks"]["lookup"] == "standby"
    strange = site.app.state.api_context.numbers.written(5_000_000_000)
    answer = await site.client.get(f"/api/v1/lookups/{strange}")
    assert (answer.status_code, answer.json()["code"]) == (503, "lookup.unavailable")
    known = await site.client.get(f"/api/v1/lookups/{warning['public_number']}")
    assert known.json()["outcome"] == "found"


async def test_readiness_is_asked_once_however_many_ask(site: Site) -> None:
    asked: list[str] = []

    @event.listens_for(site.app.state.api_context.engine.sync_engine, "before_cursor_execute")
    def _seen(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    answers = await asyncio.gather(*(site.client.get("/readyz") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {503}
    assert len([each for each in asked if "door_workers_seen" in each]) == 1


async def test_without_the_database_a_look_up_is_unavailable_and_never_unknown(
    site: Site, warning: dict[str, Any], postgres: Postgres, urls: Urls
) -> None:
    number, database = warning["public_number"], urls.owner.split("?")[0].rsplit("/", 1)[1]
    postgres.run(
        f"ALTER DATABASE {database} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'",
    )
    for asked in (
        site.client.get(f"/api/v1/lookups/{number}"),
        site.client.post("/api/v1/lookups", json={"text": f"Chuyen tien. So tra cuu: {number}"}),
        site.client.get(f"/api/v1/records/{warning['record_url'].rsplit('/', 1)[1]}"),
    ):
        answer = await asked
        assert (answer.status_code, answer.json()["code"]) == (503, "lookup.unavailable")
        assert answer.headers["retry-after"] == "30"
    page = await site.client.get("/", params={"so": number})
    assert page.status_code == 503
    assert "Lúc này chưa tra cứu được." in page.text


async def test_numbers_by_the_thousand_hold_nobody_up(site: Site) -> None:
    numbers = site.app.state.api_context.numbers
    strange = " ".join(numbers.written(5_000_000_000 + n).replace(" ", "") for n in range(310))
    began = time.perf_counter()
    answer = await site.client.post("/api/v1/lookups", json={"text": strange})
    assert answer.json()["outcome"] == "unknown"
    many = {"number": "4071 8826 3163 " * 2_000, "text": "x"}
    assert (await site.client.post("/api/v1/lookups", json=many)).json() == {"outcome": "mistyped", "copied": False}
    assert time.perf_counter() - began < 1


def signed(site: Site, path: str, form: list[tuple[str, str]]) -> dict[str, str]:
    told = f"https://loa.example{path}" + "".join(name + value for name, value in sorted(form))
    mac = hmac.new(b"twilio-test-token", told.encode(), hashlib.sha1).digest()
    return {"X-Twilio-Signature": base64.b64encode(mac).decode(), "Content-Type": "application/x-www-form-urlencoded"}


async def test_a_signed_callback_is_stored(site: Site, engines: Engines) -> None:
    unit = site.world.units["nbk-thcs"]
    path = f"/webhooks/twilio/status/{site.app.state.api_context.tokens.make(Attempt(unit, 7, 11, 1))}"
    form = [("MessageSid", "SM1"), ("MessageStatus", "delivered"), ("NewParameter", ""), ("To", "+84912345678")]
    answer = await site.client.post(path, content=urlencode(form), headers=signed(site, path, form))
    assert answer.status_code == 204
    async with engines.owner.connect() as conn:
        stored = (await conn.execute(text("SELECT broadcast_id, number, attempt, status FROM receipts_inbox"))).one()
    assert tuple(stored) == (7, 11, 1, "delivered")


async def test_a_callback_is_stored_though_others_have_all_the_connections_there_are(site: Site) -> None:
    context = site.app.state.api_context
    path = f"/webhooks/twilio/status/{context.tokens.make(Attempt(site.world.units['nbk-thcs'], 7, 11, 1))}"
    form = [("MessageSid", "SM1"), ("MessageStatus", "delivered")]
    taken = await asyncio.gather(*(context.engine.connect() for _ in range(20)))
    async with asyncio.timeout(5):
        answer = await site.client.post(path, content=urlencode(form), headers=signed(site, path, form))
    assert answer.status_code == 204
    await asyncio.gather(*(each.close() for each in taken))


async def test_a_forged_callback_changes_nothing(site: Site, engines: Engines) -> None:
    token = site.app.state.api_context.tokens.make(Attempt(site.world.units["nbk-thcs"], 7, 11, 1))
    form = [("MessageSid", "SM1"), ("MessageStatus", "delivered")]
    for path, headers, sent in (
        (f"/webhooks/twilio/status/{token}", {}, form),
        (f"/webhooks/twilio/status/{token}", signed(site, "/elsewhere", form), form),
        (f"/webhooks/twilio/status/{token}", signed(site, f"/webhooks/twilio/status/{token}", form), [*form, ("x", "y")]),
        ("/webhooks/twilio/status/made-up", signed(site, "/webhooks/twilio/status/made-up", form), form),
    ):
        answer = await site.client.post(path, content=urlencode(sent), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "webhook.bad_signature")
    async with engines.owner.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM receipts_inbox"))).scalar_one() == 0


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"x" * 300_000, "application/x-www-form-urlencoded", 413),
        (b'{"MessageSid": "SM1", "MessageStatus": "delivered"}', "application/json", 403),
        (b"\xff\xfe\x00", "application/octet-stream", 403),
        (b"", "text/plain", 403),
        (b"&".join(b"MessageStatus=delivered" for _ in range(10_000)), "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=%d" % n for n in range(2_000)), "application/x-www-form-urlencoded", 403),
    ],
)
async def test_what_is_no_callback_is_refused_whatever_it_is(
    site: Site, engines: Engines, content: bytes, kind: str, status: int
) -> None:
    path = f"/webhooks/twilio/status/{site.app.state.api_context.tokens.make(Attempt(site.world.units['nbk-thcs'], 7, 11, 1))}"
    for sign in ({}, signed(site, path, [])):
        answer = await site.client.post(path, content=content, headers={"Content-Type": kind} | sign)
        assert answer.status_code == status
    async with engines.owner.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM receipts_inbox"))).scalar_one() == 0


async def test_a_callback_is_taken_by_its_signature_also_with_a_query_and_another_content_type(
    site: Site, engines: Engines
) -> None:
    token = site.app.state.api_context.tokens.make(Attempt(site.world.units["nbk-thcs"], 7, 11, 1))
    path = f"/webhooks/twilio/status/{token}?a=%20b&a="
    form = [("MessageSid", "SM1"), ("MessageStatus", "delivered")]
    headers = signed(site, path, form) | {"Content-Type": "text/plain"}
    assert (await site.client.post(path, content=urlencode(form), headers=headers)).status_code == 204
    async with engines.owner.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM receipts_inbox"))).scalar_one() == 1


async def test_the_reference_page_lists_every_call(site: Site) -> None:
    page = await site.client.get("/api/docs")
    for path in (await site.client.get("/api/openapi.json")).json()["paths"]:
        assert path in page.text.replace("<wbr>", "")
    assert '<span class="hint">Nothing more leaves until it is resumed</span></summary>' in page.text
    assert "<script" not in page.text
