"""What a data protection lead reads about retention."""

from datetime import datetime, timedelta
from typing import Any

from service.clock import LOCAL
from service.retention import run_unit
from tests.conftest import Engines
from tests.factories.web import Site
from tests.service.retention.conftest import Place


async def test_a_lead_sees_what_will_be_deleted_and_then_what_was(site: Site, engines: Engines) -> None:
    place = Place(engines, site.world, site.world.units["nbk-thcs"])
    await place.point(await place.contact("2026-2027", site.clock()))
    site.clock.at = datetime(2027, 10, 28, 9, tzinfo=LOCAL)
    asked: dict[str, Any] = {"params": {"unit": "nbk-thcs"}, "role": "data_protection_lead"}

    coming = (await site.call("GET", "/retention-runs/next", **asked)).json()
    assert coming["items"] == [{"on": "2027-11-01", "rule": "contacts", "counts": {"contacts": 1, "addresses": 1}}]
    assert {rule["name"] for rule in coming["rules"]} >= {"contacts", "deliveries"}
    assert all(rule["keeps"] and rule["why"] for rule in coming["rules"])
    assert (await site.call("GET", "/retention-runs", **asked)).json() == {"checked_at": None, "items": [], "next": None}

    site.clock.forward(timedelta(days=4))
    assert (await site.call("GET", "/retention-runs/next", **asked)).json()["items"][0]["on"] == "2027-11-01", (
        "today, by a late run"
    )
    await run_unit(engines.worker, place.unit, now=site.clock())
    told = (await site.call("GET", "/retention-runs", **asked)).json()
    assert [(run["rule"], run["counts"]["contacts"]) for run in told["items"]] == [("contacts", 1)]
    assert told["checked_at"] == told["items"][0]["ended_at"]
    assert (await site.call("GET", "/retention-runs/next", **asked)).json()["items"] == []


async def test_runs_are_paged(site: Site, engines: Engines) -> None:
    place = Place(engines, site.world, site.world.units["nbk-thcs"])
    for _ in range(3):
        await place.run(
            "INSERT INTO retention_runs (unit_id, rule, began_at, ended_at, counts) VALUES (:unit, 'ended', now(), now(), '{}')"
        )
    seen, cursor = [], None
    while True:
        params = {"unit": "nbk-thcs", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await site.call("GET", "/retention-runs", role="officer", params=params)).json()
        seen += [run["id"] for run in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 3
    assert seen == sorted(seen, reverse=True)


async def test_a_clerk_may_not_read_them(site: Site) -> None:
    refused = await site.call("GET", "/retention-runs", params={"unit": "nbk-thcs"})
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope")
