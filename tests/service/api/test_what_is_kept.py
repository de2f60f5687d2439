"""What anybody may ask costs little, and what is about people is kept by nobody on the way."""

import asyncio
import time
from typing import Any

import pytest

from service.signing.comparison import compare
from service.text_rules import cleaned
from tests.factories.web import Site, notice


async def test_the_reference_and_the_description_are_made_once(site: Site) -> None:
    for path in ("/api/docs", "/api/openapi.json"):
        first = await site.client.get(path)
        site.app.openapi_schema = {"paths": {}}
        assert (await site.client.get(path)).content == first.content
    assert (await site.client.get("/api/openapi.json")).headers["content-type"] == "application/json"


async def test_answers_about_people_are_kept_by_nobody(site: Site) -> None:
    broadcast = await site.approved()
    for path in (
        "/units",
        "/units/nbk-thcs/readiness",
        "/takedowns?unit=nbk-thcs",
        "/imports?unit=nbk-thcs",
        f"/broadcasts/{broadcast['id']}",
        f"/broadcasts/{broadcast['id']}/deliveries",
        "/api-keys",
        "/nothing",
    ):
        assert (await site.call("GET", path)).headers["cache-control"] == "no-store", path
    assert (await site.call("GET", "/accounts", role="administrator")).headers["cache-control"] == "no-store"


async def test_whatever_stands_in_the_place_of_a_number_is_mistyped(site: Site) -> None:
    for number in ("%0a", "4071%0a8826", "1%0d%0a2", "%00", ""):
        answer = await site.client.get(f"/api/v1/lookups/{number}")
        assert (answer.status_code, answer.json()) == (200, {"outcome": "mistyped", "copied": False})


@pytest.mark.parametrize("clean", [cleaned, lambda text: compare(text, ["Tin khác"], "")])
def test_marks_without_end_cost_no_more_than_letters(clean: Any) -> None:
    """Composing them takes time that grows with their square: half a minute for so many."""
    text = "a" + "\u0316\u0301" * 40_000
    began = time.perf_counter()
    clean(text)
    assert time.perf_counter() - began < 2


async def test_findings_are_told_up_to_a_hundred(site: Site) -> None:
    texts = {"sms": "x", "email": {"subject": "Tin", "body": "a@b.vn " * 1400}}
    answer = await site.call("POST", "/previews", json={"unit": "nbk-thcs", "texts": texts, "channels": ["email"]})
    assert 1 <= len(answer.json()["findings"]) <= 100


async def test_a_form_of_many_fields_is_not_read(site: Site) -> None:
    body = "&".join(f"f{n}=x" for n in range(2000))
    answer = await site.client.post("/", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400


async def key_of(site: Site, with_key: str, *scopes: str) -> tuple[str, str]:
    made = await site.client.post(
        "/api/v1/api-keys", json={"label": "x", "scopes": list(scopes)}, headers={"Authorization": f"Bearer {with_key}"}
    )
    assert made.status_code == 201, made.text
    return made.json()["id"], made.json()["api_key"]


async def alive(site: Site, key: str) -> bool:
    return (await site.client.get("/api/v1/units", headers={"Authorization": f"Bearer {key}"})).status_code == 200


async def test_a_key_that_is_revoked_leaves_no_heir(site: Site) -> None:
    own = site.keys["nbk-thcs", "clerk"]
    first_id, first = await key_of(site, own, "units:read", "imports:read")
    _, second = await key_of(site, first, "units:read")
    _, third = await key_of(site, second, "units:read")
    _, beside = await key_of(site, own, "units:read")
    assert (await site.call("DELETE", f"/api-keys/{first_id}")).status_code == 200
    assert [await alive(site, key) for key in (first, second, third, beside, own)] == [False, False, False, True, True]


async def test_a_small_key_neither_sees_nor_ends_a_larger_one(site: Site) -> None:
    own = site.keys["nbk-thcs", "clerk"]
    small_id, small = await key_of(site, own, "units:read")
    larger_id, larger = await key_of(site, own, "units:read", "imports:read")
    headers = {"Authorization": f"Bearer {small}"}
    listed = (await site.client.get("/api/v1/api-keys", headers=headers)).json()["items"]
    assert [each["id"] for each in listed] == [small_id]
    refused = await site.client.delete(f"/api/v1/api-keys/{larger_id}", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope")
    assert await alive(site, larger)
    assert (await site.client.delete(f"/api/v1/api-keys/{small_id}", headers=headers)).status_code == 200
    assert not await alive(site, small)


async def test_streams_asked_for_at_once_are_counted_before_they_begin(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    asked = [asyncio.create_task(site.call("GET", f"/broadcasts/{made['id']}/events")) for _ in range(40)]
    done: set[Any] = set()
    async with asyncio.timeout(20):
        while len(done) < 20:
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=0.1)
    assert [task.result().status_code for task in done] == [429] * 20
    assert site.app.state.event_streams.total() == 20
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
