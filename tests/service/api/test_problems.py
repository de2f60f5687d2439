"""Refusals over HTTP: problem+json, a code, the caller's language, nothing of what was sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.api.edge.limits import BodyLimits
from tests.conftest import Engines
from tests.factories.web import Site, notice


async def test_without_a_key_nobody_gets_in(site: Site) -> None:
    for headers in ({}, {"Authorization": "Bearer loa_nonsense"}, {"Authorization": "Basic YTpi"}):
        answer = await site.client.get("/api/v1/units", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.missing")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_problem_says_what_it_is(site: Site) -> None:
    answer = await site.call("POST", "/units", json={"code": "x1", "name": "X", "level": "school", "parent": "nbk-thcs"})
    assert answer.json() == {
        "type": "urn:loa:problem:auth.scope",
        "title": "Không được phép",
        "status": 403,
        "detail": "Tài khoản hoặc khóa này không có quyền làm việc này.",
        "code": "auth.scope",
        "errors": [],
    }


async def test_english_on_request(site: Site) -> None:
    answer = await site.client.get("/api/v1/units", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert answer.headers["content-language"] == "en"
    assert answer.json()["title"] == "Not signed in"


async def test_an_unknown_field_is_refused_and_named(site: Site) -> None:
    answer = await site.call("POST", "/broadcasts", json=notice(texts={"sms": "a", "mms": "b"}, colour="red"))
    assert (answer.status_code, answer.json()["code"]) == (422, "request.unknown_field")
    named = {(each["field"], each["code"]) for each in answer.json()["errors"]}
    assert named == {("texts.mms", "request.unknown_field"), ("colour", "request.unknown_field")}


async def test_a_refusal_never_repeats_what_was_sent(site: Site) -> None:
    answer = await site.call("POST", "/broadcasts", json=notice(kind="0912345678", expires_at="phuhuynh@example.com"))
    assert answer.status_code == 422
    assert "0912345678" not in answer.text
    assert "phuhuynh" not in answer.text


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1,2"])
async def test_a_body_that_is_no_json_is_malformed(site: Site, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await site.call("POST", "/broadcasts", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")


async def test_a_body_over_the_limit_is_refused_before_it_is_read(site: Site) -> None:
    stated = await site.call("POST", "/broadcasts", content=b" " * 300_000, headers={"Content-Type": "application/json"})
    assert (stated.status_code, stated.json()["code"]) == (413, "request.too_large")

    async def unstated() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b" " * 1000

    arriving = await site.call("POST", "/broadcasts", content=unstated(), headers={"Content-Type": "application/json"})
    assert (arriving.status_code, arriving.json()["code"]) == (413, "request.too_large")


async def test_a_body_that_never_ends_is_given_up_and_whoever_listens_behind_one_is_not() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        with suppress(TimeoutError):
            await asyncio.wait_for(receive(), 0.5)  # as a stream of events asks whether it is still there
        await Response("read")(scope, receive, send)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    transport = ASGITransport(BodyLimits(app, seconds=0.1))
    async with asyncio.timeout(5), AsyncClient(transport=transport, base_url="http://x") as client:
        slow = await client.post("/webhooks/twilio/status/x", content=stalled())
        assert (slow.status_code, slow.json()["code"]) == (408, "request.too_slow")
        assert (await client.post("/", content=b"{}")).text == "read"


async def test_wrong_method_and_wrong_address(site: Site) -> None:
    assert (await site.client.delete("/api/v1/units")).json()["code"] == "request.method_not_allowed"
    assert (await site.client.get("/api/v1/nothing")).json()["code"] == "request.not_found"


async def test_every_answer_carries_its_security_headers(site: Site) -> None:
    for path in ("/", "/healthz", "/api/v1/units", "/nothing", "/static/loa.svg"):
        answer = await site.client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["strict-transport-security"]


async def test_an_id_that_is_none_is_refused_not_an_error(site: Site) -> None:
    assert (await site.call("GET", "/broadcasts/not-an-id")).status_code == 422
    assert (await site.call("GET", "/imports/not-an-id")).status_code == 422
    assert (await site.call("GET", "/broadcasts?cursor=!!!")).json()["code"] == "request.cursor"


async def test_the_allowed_values_are_named_in_the_readers_language_only(site: Site) -> None:
    answer = await site.call("POST", "/broadcasts", json=notice(urgency="now"))
    (named,) = answer.json()["errors"]
    assert named["message"] == "Không phải một trong các giá trị cho phép: emergency, urgent, advisory."


@pytest.mark.parametrize("value", ["6A1\x00", "\udc00"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/contacts/search", {"unit": "nbk-thcs", "class": "…"}),
        ("/invitations/redeem", {"token": "…", "password": "a long password …"}),
        ("/broadcasts", notice(audience={"classes": ["…"]})),
    ],
)
async def test_what_no_column_can_hold_is_refused_or_cleaned_but_breaks_nothing(
    site: Site, path: str, body: dict[str, Any], value: str
) -> None:
    written = json.dumps(body).replace(json.dumps("…")[1:-1], json.dumps(value)[1:-1])
    answer = await site.call("POST", path, content=written, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, answer.text


async def test_a_full_disk_is_no_matter_of_seconds_and_says_who_helps(site: Site, engines: Engines) -> None:
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; "
            "END$$"
        )
        await conn.exec_driver_sql("CREATE TRIGGER no_room BEFORE INSERT ON broadcasts EXECUTE FUNCTION no_room()")
    answer = await site.call("POST", "/broadcasts", json=notice())
    assert (answer.status_code, answer.json()["code"]) == (503, "server.disk_full")
    assert "hết chỗ" in answer.json()["detail"]
    assert "giây" not in answer.json()["detail"]
