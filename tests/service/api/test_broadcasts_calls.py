"""`/broadcasts` over HTTP: the way of a warning, and who may take which step."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from httpx import AsyncClient
from sqlalchemy import event

from tests.conftest import Engines
from tests.factories.description import description
from tests.factories.served import served
from tests.factories.waiting import stays, until
from tests.factories.web import NOW, Site, notice


async def test_the_whole_way(site: Site) -> None:
    done = await site.approved()
    assert done["state"] == "approved"
    assert len(done["public_number"]) == 14
    assert done["record_url"].startswith("https://loa.example/api/v1/records/")
    progress = done["progress"]
    assert sum(value for part, value in progress.items() if part != "total") == progress["total"] == 0
    record = await site.client.get(done["record_url"])
    assert record.headers["content-type"] == "application/jose+json"
    assert record.json().keys() == {"payload", "signatures"}


async def test_an_approval_finds_the_broadcast_locks_it_and_changes_it_and_reads_it_no_second_time(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    path = f"/broadcasts/{made['id']}"
    digest = (await site.call("POST", f"{path}/submit")).json()["digest"]
    statements: list[str] = []

    def hear(*heard: Any) -> None:
        statements.append(heard[2])

    engine = site.app.state.api_context.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    approved = await site.call("POST", f"{path}/approve", role="approver", json={"digest": digest})
    event.remove(engine, "before_cursor_execute", hear)
    assert approved.json()["state"] == "approved"
    of_it = [each for each in statements if re.search(r"\b(?:FROM|UPDATE) broadcasts\b(?!.*delivery_chunks)", each, re.DOTALL)]
    assert [("UPDATE" in each, "FOR UPDATE" in each) for each in of_it] == [(False, False), (True, True), (True, False)]


async def test_an_author_may_not_approve_their_own(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", role="officer", json=notice())).json()
    path = f"/broadcasts/{made['id']}"
    digest = (await site.call("POST", f"{path}/submit", role="officer")).json()["digest"]
    refused = await site.call("POST", f"{path}/approve", role="officer", json={"digest": digest})
    assert (refused.status_code, refused.json()["code"]) == (403, "approval.by_author")


async def test_a_clerk_may_not_approve(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    refused = await site.call("POST", f"/broadcasts/{made['id']}/approve", json={"digest": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope")


async def test_an_edit_voids_the_digest(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    path = f"/broadcasts/{made['id']}"
    digest = (await site.call("POST", f"{path}/submit")).json()["digest"]
    edited = (await site.call("PATCH", path, json={"title": "Khác"})).json()
    assert (edited["state"], edited["digest"], edited["title"]) == ("draft", None, "Khác")
    early = await site.call("POST", f"{path}/approve", role="approver", json={"digest": digest})
    assert (early.status_code, early.json()["code"]) == (409, "broadcast.not_allowed_in_state")
    await site.call("POST", f"{path}/submit")
    stale = await site.call("POST", f"{path}/approve", role="approver", json={"digest": digest})
    assert (stale.status_code, stale.json()["code"]) == (409, "approval.digest_changed")


async def test_an_approved_broadcast_is_not_edited(site: Site) -> None:
    done = await site.approved()
    refused = await site.call("PATCH", f"/broadcasts/{done['id']}", json={"title": "Khác"})
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.not_allowed_in_state")


async def test_returned_with_a_reason(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    path = f"/broadcasts/{made['id']}"
    await site.call("POST", f"{path}/submit")
    returned = (await site.call("POST", f"{path}/return", role="approver", json={"reason": "Viết rõ hơn"})).json()
    assert (returned["state"], returned["return_reason"]) == ("returned", "Viết rõ hơn")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Xem tai https://truong.example/canh-bao", "content.link"),
        ("Nop 500.000 dong cho co giao", "content.amount"),
        ("Hay doc ma OTP cho co giao", "content.code_request"),
    ],
)
async def test_forbidden_content_is_refused_with_its_code(site: Site, text: str, code: str) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice(texts={"sms": text}))).json()
    refused = await site.call("POST", f"/broadcasts/{made['id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await site.call("GET", f"/broadcasts/{made['id']}")).json()["state"] == "draft"


async def test_nobody_to_write_to(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice(channels=["sms"]))).json()
    refused = await site.call("POST", f"/broadcasts/{made['id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.audience_empty")


async def test_an_expiry_that_is_past(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice(expires_at=(NOW + timedelta(hours=1)).isoformat()))).json()
    site.clock.forward(timedelta(hours=1))
    refused = await site.call("POST", f"/broadcasts/{made['id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.overdue")


async def test_another_school_s_broadcast_does_not_exist(site: Site) -> None:
    done = await site.approved()
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/submit", None),
        ("PATCH", "", {"title": "x"}),
        ("GET", "/deliveries", None),
    ):
        answer = await site.call(method, f"/broadcasts/{done['id']}{path}", unit="lqd-th", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "broadcast.unknown")
    assert (await site.call("GET", "/broadcasts", unit="lqd-th")).json()["items"] == []
    refused = await site.call("POST", "/broadcasts", unit="lqd-th", json=notice(unit="nbk-thcs"))
    assert (refused.status_code, refused.json()["code"]) == (404, "unit.unknown")


async def test_an_officer_sees_the_broadcasts_below(site: Site) -> None:
    done = await site.approved()
    who = {"unit": "sgddt-dongnai", "role": "officer"}
    listed = (await site.call("GET", "/broadcasts", **who)).json()
    assert [each["id"] for each in listed["items"]] == [done["id"]]
    assert (await site.call("GET", f"/broadcasts/{done['id']}", **who)).json()["unit"] == "nbk-thcs"


async def test_the_list_is_newest_first_in_pages(site: Site) -> None:
    made = [(await site.call("POST", "/broadcasts", json=notice(title=f"Tin {n}"))).json()["id"] for n in range(3)]
    first = (await site.call("GET", "/broadcasts?limit=2")).json()
    second = (await site.call("GET", f"/broadcasts?limit=2&cursor={first['next']}")).json()
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None


async def test_two_approvals_at_once_make_one_record(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    path = f"/broadcasts/{made['id']}"
    digest = (await site.call("POST", f"{path}/submit")).json()["digest"]
    answers = await asyncio.gather(
        *(site.call("POST", f"{path}/approve", role="approver", json={"digest": digest}) for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [200, 200, 200], "the same person, the same words"
    assert len({answer.json()["record_url"] for answer in answers}) == 1


async def test_a_preview_shows_what_would_be_sent_and_what_is_wrong(site: Site) -> None:
    written = "KHÔNG bấm vào bit.ly/abc"
    body = {"unit": "nbk-thcs", "texts": {"sms": written}, "channels": ["sms"]}
    shown = (await site.call("POST", "/previews", json=body)).json()
    assert [each["variant"] for each in shown["sms"]] == ["ascii", "unicode"]
    assert shown["sms"][0]["encoding"] == "GSM-7"
    assert shown["sms"][0]["text"].startswith("SGDDTDNAI: KHONG bam vao")
    finding = next(each for each in shown["findings"] if each["code"] == "content.link")
    assert written[slice(*finding["span"])] == "bit.ly/abc"
    assert finding["severity"] == "error"


async def test_an_audience_is_counted(site: Site) -> None:
    counted = await site.call("POST", "/audiences/count", json={"unit": "nbk-thcs", "channels": ["sms", "email"]})
    assert counted.json() == {
        "recipients": 0,
        "people": 0,
        "by_channel": {"sms": 0, "email": 0},
        "not_sent": [],
        "lacking": [],
        "fallbacks": None,
        "segments": None,
        "cost_estimate": None,
    }


async def test_progress_comes_as_events_until_the_end(site: Site, engines: Engines) -> None:
    done = await site.approved()
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql("UPDATE broadcasts SET state = 'completed', planned_at = now(), completed_at = now()")
    stream = await site.call("GET", f"/broadcasts/{done['id']}/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    kind, _, data = stream.text.partition("\ndata: ")
    assert kind == "event: progress"
    told = orjson.loads(data)
    assert description().wrong("ProgressEvent", told) == []
    assert (told["id"], told["state"], told["moves"]) == (done["id"], "completed", [])
    refused = await site.call("GET", f"/broadcasts/{done['id']}/events", unit="lqd-th")
    assert refused.status_code == 404


def _streams(site: Site) -> int:
    """How many are followed in this process."""
    return sum(getattr(site.app.state, "event_streams", {}).values())


async def test_events_end_when_the_key_is_revoked(site: Site, engines: Engines) -> None:
    running = await site.approved()
    path = f"/api/v1/broadcasts/{running['id']}/events"
    async with (
        served(site.app) as port,
        AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=site.auth(), timeout=30) as client,
        client.stream("GET", path) as stream,
    ):
        lines = stream.aiter_lines()
        assert (stream.status_code, await anext(lines)) == (200, "event: progress")
        async with engines.owner.begin() as conn:
            await conn.exec_driver_sql("UPDATE api_keys SET revoked_at = now()")
        site.clock.forward(timedelta(seconds=29))
        reading = asyncio.create_task(_all(lines))
        await stays("asked about every 30 seconds, not at every look", lambda: not reading.done(), 1.2)
        site.clock.forward(timedelta(seconds=2))
        assert "event: progress" not in await asyncio.wait_for(reading, 20)


async def _all(lines: AsyncIterator[str]) -> list[str]:
    return [line async for line in lines]


async def test_an_account_follows_so_many_at_once_and_the_next_when_one_has_ended(site: Site, engines: Engines) -> None:
    running = await site.approved()
    path = f"/broadcasts/{running['id']}/events"
    streams = [asyncio.create_task(site.call("GET", path)) for _ in range(20)]
    await until("all have begun", lambda: _streams(site) == 20)
    refused = await site.call("GET", path)
    assert (refused.status_code, refused.json()["code"]) == (429, "request.too_many_streams")
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql("UPDATE broadcasts SET state = 'completed', planned_at = now(), completed_at = now()")
    assert {(await stream).status_code for stream in streams} == {200}
    assert (await site.call("GET", path)).status_code == 200


READY = {"ngay": "24/11", "truong": "Nguyễn Bỉnh Khiêm"}


def from_template(**changes: Any) -> dict[str, Any]:
    body = notice(template="T13", slots=READY) | changes
    del body["texts"], body["title"]
    return body


async def test_a_broadcast_is_made_from_a_ready_text(site: Site) -> None:
    made = await site.call("POST", "/broadcasts", json=from_template())
    assert made.status_code == 201
    assert made.json()["title"] == "Ngày 24/11 có kẻ mạo danh Nguyễn Bỉnh Khiêm"
    assert made.json()["texts"]["sms"].startswith("24/11: kẻ mạo danh Nguyễn Bỉnh Khiêm")
    assert (await site.call("POST", f"/broadcasts/{made.json()['id']}/submit")).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "field", "code"),
    [
        (from_template(slots={"ngay": "24/11"}), 422, "slots.truong", "field.missing"),
        (from_template(slots=READY | {"lop": "6A"}), 422, "slots", "field.choice"),
        (from_template(slots=READY | {"ngay": "hôm nay"}), 422, "slots.ngay", "template.slot_date"),
        (from_template(slots=READY | {"ngay": "31/02"}), 422, "slots.ngay", "template.slot_date"),
        (from_template(slots=READY | {"truong": "x" * 61}), 422, "slots.truong", "template.slot_size"),
        (notice(template="T13", slots=READY), 422, "texts", "broadcast.texts_or_template"),
        (notice(slots=READY), 422, "texts", "broadcast.texts_or_template"),
        ({k: v for k, v in notice().items() if k != "texts"}, 422, "texts", "broadcast.texts_or_template"),
        ({k: v for k, v in notice().items() if k != "title"}, 422, "title", "field.missing"),
    ],
)
async def test_texts_or_a_template_with_all_its_slots(
    site: Site, body: dict[str, Any], status: int, field: str, code: str
) -> None:
    refused = await site.call("POST", "/broadcasts", json=body)
    assert refused.status_code == status
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [(field, code)]
    assert "…" not in refused.text


@pytest.mark.parametrize(
    ("written", "stands"),
    [
        ("24/11", "24/11"),
        ("5/9", "5/9"),
        ("24-11-2026", "24/11/2026"),
        ("24.11", "24/11"),
        ("2026-11-24", "24/11/2026"),
        ("29/02", "29/02"),
    ],
)
async def test_a_day_is_taken_however_it_is_written_and_in_small_letters_the_code(site: Site, written: str, stands: str) -> None:
    made = await site.call("POST", "/broadcasts", json=from_template(template="t13", slots=READY | {"ngay": written}))
    assert made.json()["texts"]["sms"].startswith(f"{stands}: kẻ mạo danh")


async def test_a_day_that_is_none_is_refused_with_an_example(site: Site) -> None:
    refused = await site.call("POST", "/broadcasts", json=from_template(slots=READY | {"ngay": "hôm nay"}))
    assert refused.json()["errors"][0]["message"] == "Chỗ này cần một ngày viết bằng số, ví dụ 24/11."


async def test_a_statement_that_is_missing_is_told_in_the_sentence_itself(site: Site) -> None:
    refused = (await site.call("POST", "/broadcasts", json=from_template(template="T02", slots={}))).json()
    assert refused["code"] == "content.statement_missing"
    assert "tài khoản riêng của giáo viên" in refused["detail"]


async def test_approving_twice_is_approving_once(site: Site, engines: Engines) -> None:
    done = await site.approved()
    path = f"/broadcasts/{done['id']}"
    again = await site.call("POST", f"{path}/approve", role="approver", json={"digest": done["digest"]})
    assert (again.status_code, again.json()["record_url"]) == (200, done["record_url"])
    async with engines.owner.connect() as conn:
        marks = await conn.exec_driver_sql("SELECT count(*) FROM audit_events WHERE action = 'broadcast.approved'")
        assert marks.scalar_one() == 1
    for role, digest in (("officer", done["digest"]), ("approver", "0" * 64)):
        other = await site.call("POST", f"{path}/approve", role=role, json={"digest": digest})
        assert (other.status_code, other.json()["code"]) == (409, "broadcast.not_allowed_in_state")


async def test_an_unknown_template_is_not_found(site: Site) -> None:
    refused = await site.call("POST", "/broadcasts", json=from_template(template="T99"))
    assert (refused.status_code, refused.json()["code"]) == (404, "template.unknown")


async def test_what_parents_get_is_shown_to_the_approver_and_is_what_is_signed(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    assert made["rendered"] is None
    path = f"/broadcasts/{made['id']}"
    submitted = (await site.call("POST", f"{path}/submit")).json()
    sms, email = submitted["rendered"]["sms"], submitted["rendered"]["email"]
    assert sms["text"].startswith("SGDDTDNAI: Kẻ mạo danh")
    assert sms["text"].endswith("Số tra cứu: {number}")
    assert (sms["variant"], sms["encoding"], sms["segments"]) == ("unicode", "UCS-2", 2)
    assert email["subject"] == "[Cảnh báo] Kẻ mạo danh báo con cấp cứu"
    assert "Trường THCS Nguyễn Bỉnh Khiêm" in email["text"]
    assert (await site.call("GET", path)).json()["rendered"] == submitted["rendered"]
    await site.call("POST", f"{path}/approve", role="approver", json={"digest": submitted["digest"]})
    approved = (await site.call("GET", path)).json()
    assert approved["rendered"] == submitted["rendered"] | {"findings": []}, "what an approver should know is known"
    looked_up = (await site.client.get(f"/api/v1/lookups/{approved['public_number']}")).json()
    assert looked_up["record"]["texts"]["sms"]["unicode"] == sms["text"].replace("{number}", approved["public_number"])
    edited = await site.call("PATCH", f"/broadcasts/{made['id']}", json={"title": "x"})
    assert edited.status_code == 409


async def test_a_mark_that_falls_away_when_sent_hides_nothing(site: Site) -> None:
    for hidden in (
        "vietcombank.c\u0331om/dangnhap",
        "\u0331".join("0912345678"),
        "0912\u2013345\u2013678",
        "9704\u20091234\u20095678",
    ):
        made = (await site.call("POST", "/broadcasts", json=notice(texts={"sms": f"Xem {hidden} ngay"}))).json()
        refused = await site.call("POST", f"/broadcasts/{made['id']}/submit")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "texts.sms")


async def test_characters_nobody_sees_are_taken_out_or_refused_and_never_an_error_of_ours(site: Site) -> None:
    made = await site.call("POST", "/broadcasts", json=notice(title="Kẻ\u0000 mạo\u202e danh"))
    assert (made.status_code, made.json()["title"]) == (201, "Kẻ mạo danh")
    for audience in ({"classes": ["6A\u0000"]}, {"grades": ["\u202e6"]}, {"units": ["nbk\u0000"]}):
        for path, body in (
            ("/broadcasts", notice(audience=audience)),
            ("/audiences/count", {"unit": "nbk-thcs", "channels": ["sms"], "audience": audience}),
        ):
            refused = await site.call("POST", path, json=body)
            assert refused.status_code == 422
            assert [each["field"] for each in refused.json()["errors"]] == [f"audience.{next(iter(audience))}.0"]
            assert not {"\u0000", "\u202e"} & set(refused.json()["detail"])
    unit = await site.call("POST", "/broadcasts", json=notice(unit="a\u0000b"))
    assert (unit.status_code, unit.json()["code"]) == (404, "unit.unknown")
    await site.call("POST", f"/broadcasts/{made.json()['id']}/submit")
    returned = await site.call(
        "POST", f"/broadcasts/{made.json()['id']}/return", role="approver", json={"reason": "Viết\u0000 lại"}
    )
    assert returned.json()["return_reason"] == "Viết lại"


@pytest.mark.parametrize("field", ["send_at", "expires_at"])
async def test_no_time_is_one_that_no_calendar_has(site: Site, field: str) -> None:
    for moment in ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-07:00", "3000-01-01T00:00:00Z", "0012-01-01T00:00:00Z"):
        refused = await site.call("POST", "/broadcasts", json=notice(**{field: moment}))
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "field.years")
