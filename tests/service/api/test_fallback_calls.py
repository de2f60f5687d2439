"""`fallback` over HTTP: asked for in a draft, bound by what is approved, counted before and after."""

from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.deliveries import fall_back, plan
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.web import Site, notice

OURS = "nbk-thcs"
ASKED: dict[str, Any] = {"channels": ["sms"], "fallback": "email"}


@pytest.fixture
async def parents(site: Site, engines: Engines, master: MasterKey) -> None:
    """Four numbers, three of whose holders have an address, and one who has nothing else."""
    await add_parents(engines.owner, master, site.world.units[OURS], phones=4, with_emails=3)
    await add_parents(engines.owner, master, site.world.units[OURS], emails=1, first=50)


async def _refused(site: Site, **asked: Any) -> list[tuple[str, str]]:
    answer = await site.call("POST", "/broadcasts", json=notice(**asked))
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize("channels", [["email"], ["notice"], ["sms", "email"]])
async def test_it_is_for_what_goes_by_sms_and_not_by_email(site: Site, channels: list[str]) -> None:
    assert await _refused(site, channels=channels, fallback="email") == [("fallback", "fallback.from_sms_only")]


async def test_the_words_of_the_email_must_be_written(site: Site) -> None:
    assert await _refused(site, **ASKED, texts={"sms": "Co tin gia."}) == [("texts.email", "content.email_missing")]


@pytest.mark.usefixtures("parents")
async def test_they_are_held_to_the_rules_and_stand_before_the_approver(site: Site) -> None:
    texts = notice()["texts"]
    spoiled = texts | {"email": {"subject": "x", "body": "Xem https://truong.example"}}
    made = (await site.call("POST", "/broadcasts", json=notice(**ASKED, texts=spoiled))).json()
    refused = await site.call("POST", f"/broadcasts/{made['id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (422, "content.link")
    approved = await site.approved(**ASKED)
    assert texts["email"]["body"] in approved["rendered"]["email"]["text"]


@pytest.mark.usefixtures("parents")
async def test_taking_it_away_changes_the_digest(site: Site) -> None:
    path = f"/broadcasts/{(await site.call('POST', '/broadcasts', json=notice(**ASKED))).json()['id']}"
    was = (await site.call("POST", f"{path}/submit")).json()
    assert was["fallback"] == "email"
    edited = (await site.call("PATCH", path, json={"fallback": None})).json()
    assert (edited["fallback"], edited["state"]) == (None, "draft")
    now = (await site.call("POST", f"{path}/submit")).json()
    assert now["digest"] != was["digest"]
    assert now["rendered"]["email"] is None


@pytest.mark.usefixtures("parents")
async def test_how_many_could_fall_back_is_told_before(site: Site, engines: Engines) -> None:
    asked = {"unit": OURS, "channels": ["sms"], "fallback": "email"}
    told = (await site.call("POST", "/audiences/count", json=asked)).json()
    assert (told["recipients"], told["fallbacks"]) == (4, 3)
    assert (await site.call("POST", "/audiences/count", json=asked | {"fallback": None})).json()["fallbacks"] is None
    refused = await site.call("POST", "/audiences/count", json=asked | {"channels": ["sms", "email"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "fallback")
    async with engines.owner.begin() as conn:
        await conn.execute(
            text(
                "INSERT INTO suppressions (unit_id, channel, address_hash, reason)"
                " SELECT unit_id, channel, address_hash, 'hard_bounce' FROM contact_points WHERE channel = 'email' ORDER BY id"
                " LIMIT 1"
            )
        )
    assert (await site.call("POST", "/audiences/count", json=asked)).json()["fallbacks"] == 2


@pytest.mark.usefixtures("parents")
async def test_and_how_many_have_afterwards(site: Site, engines: Engines) -> None:
    made = await site.approved(**ASKED)
    async with engines.owner.connect() as conn:
        broadcast = (await conn.execute(text("SELECT id FROM broadcasts"))).scalar_one()
    await plan(engines.worker, unit_id=site.world.units[OURS], broadcast_id=broadcast, now=site.clock())
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE deliveries SET state = 'calling'"))
        await conn.execute(text("UPDATE deliveries SET state = 'failed', reason = 'twilio.21211', fault = 'dead_address'"))
    await fall_back(engines.worker, now=site.clock())
    told = (await site.call("GET", f"/broadcasts/{made['id']}")).json()
    assert (told["fallbacks"], told["progress"]["total"], told["progress"]["waiting"], told["progress"]["failed"]) == (3, 7, 3, 4)
    listed = (await site.call("GET", "/broadcasts")).json()["items"][0]
    assert listed["fallbacks"] == 3

    reached = await _not_reached(site, made["id"])
    assert (reached["under_way"], reached["total"]) == (3, 2), "one has no address, one no number"
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE deliveries SET state = 'calling' WHERE channel = 'email'"))
        await conn.execute(text("UPDATE deliveries SET state = 'accepted' WHERE channel = 'email'"))
    reached = await _not_reached(site, made["id"])
    assert (reached["under_way"], reached["total"]) == (0, 2)


async def _not_reached(site: Site, broadcast: str) -> dict[str, Any]:
    answer = await site.call("GET", f"/broadcasts/{broadcast}/not-reached", params={"class": "6A1"})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
