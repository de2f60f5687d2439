"""`/units` over HTTP: who sees what, and the idempotency of a write."""

from typing import Any

import pytest

from tests.factories.web import Site

NEW = {"code": "tvo-thcs", "name": "Trường THCS Trần Văn Ơn", "level": "school", "parent": "vhxh-an-phuoc"}


async def codes(site: Site, **who: str) -> list[str]:
    return [each["code"] for each in (await site.call("GET", "/units", **who)).json()["items"]]


async def test_a_school_sees_itself_and_an_officer_what_is_below(site: Site) -> None:
    assert await codes(site) == ["nbk-thcs"]
    assert await codes(site, unit="vhxh-an-phuoc", role="officer") == ["lqd-th", "nbk-thcs", "vhxh-an-phuoc"]
    assert len(await codes(site, unit="sgddt-dongnai", role="officer")) == 4


async def test_pages_follow_each_other(site: Site) -> None:
    who: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer"}
    seen, path = [], "/units?limit=3"
    while path:
        page = (await site.call("GET", path, **who)).json()
        seen += [each["code"] for each in page["items"]]
        path = f"/units?limit=3&cursor={page['next']}" if page["next"] else ""
    assert seen == ["lqd-th", "nbk-thcs", "sgddt-dongnai", "vhxh-an-phuoc"]


async def test_an_officer_makes_and_renames_a_unit(site: Site) -> None:
    who: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer"}
    made = await site.call("POST", "/units", json=NEW, **who)
    assert made.status_code == 201
    assert made.json() == NEW | {"valid_from": "2026-09-07", "valid_to": None}
    renamed = await site.call("PATCH", "/units/tvo-thcs", json={"name": "Trường Trần Văn Ơn"}, **who)
    assert renamed.json()["name"] == "Trường Trần Văn Ơn"
    unknown = await site.call("PATCH", "/units/nowhere", json={"name": "X"}, **who)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unit.unknown")


async def test_the_same_key_gives_the_same_answer_and_one_unit(site: Site) -> None:
    who: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer", "headers": {"Idempotency-Key": "abc"}}
    first = await site.call("POST", "/units", json=NEW, **who)
    second = await site.call("POST", "/units", json=NEW, **who)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = await site.call("POST", "/units", json=NEW | {"code": "other"}, **who)
    assert (other.status_code, other.json()["code"]) == (409, "request.idempotency_reused")


async def test_null_is_not_the_same_request_as_nothing(site: Site) -> None:
    who: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer"}
    await site.call("POST", "/units", json=NEW, **who)
    headers = {"Idempotency-Key": "ends"}
    first = await site.call("PATCH", "/units/tvo-thcs", json={"name": "Trần Văn Ơn"}, headers=headers, **who)
    assert first.status_code == 200
    other = await site.call("PATCH", "/units/tvo-thcs", json={"name": "Trần Văn Ơn", "valid_to": None}, headers=headers, **who)
    assert (other.status_code, other.json()["code"]) == (409, "request.idempotency_reused")


async def test_a_key_whose_request_failed_may_be_used_again(site: Site) -> None:
    who: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer", "headers": {"Idempotency-Key": "again"}}
    failed = await site.call("POST", "/units", json=NEW | {"parent": "nowhere"}, **who)
    assert failed.status_code == 404
    assert (await site.call("POST", "/units", json=NEW, **who)).status_code == 201


@pytest.mark.parametrize(
    "name", ["Vào vietcombank.com", "Trường gọi 0912345678", "Trường {number}", "Nộp 500.000 đồng", "0912\u2013345\u2013678"]
)
async def test_a_name_that_would_carry_a_link_or_a_number_into_every_email_is_refused(site: Site, name: str) -> None:
    who: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer"}
    for method, path, body in (("POST", "/units", NEW | {"name": name}), ("PATCH", "/units/nbk-thcs", {"name": name})):
        refused = await site.call(method, path, json=body, **who)
        assert refused.status_code == 422
        assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [("name", "unit.name_forbidden")]


async def test_the_levels_there_are_stand_in_the_refusal(site: Site) -> None:
    refused = await site.call("POST", "/units", json=NEW | {"level": "ministry"}, unit="sgddt-dongnai", role="officer")
    assert "department, commune_office, school" in refused.json()["errors"][0]["message"]


async def test_the_people_of_a_unit_that_has_ended_act_for_nobody(site: Site) -> None:
    office: dict[str, Any] = {"unit": "vhxh-an-phuoc", "role": "officer"}
    assert (await site.call("GET", "/units", **office)).status_code == 200
    ended = await site.call(
        "PATCH",
        "/units/vhxh-an-phuoc",
        json={"valid_from": "2026-09-07", "valid_to": "2026-09-08"},
        unit="sgddt-dongnai",
        role="officer",
    )
    assert ended.status_code == 200, ended.text
    refused = await site.call("GET", "/units", **office)
    assert (refused.status_code, refused.json()["code"]) == (401, "auth.missing")
