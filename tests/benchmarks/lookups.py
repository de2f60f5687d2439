"""Look-ups per second over HTTP, beside an empty FastAPI + Jinja route under the same load."""

import json
from urllib.parse import urlsplit

from tests.acceptance.system import System
from tests.benchmarks.limits import empty_route
from tests.benchmarks.load import requests_per_second
from tests.benchmarks.rows import Row
from tests.factories.ports import free_port


def _numbers(system: System, how_many: int) -> list[str]:
    """Look-up numbers as they stand in messages that arrived, as often as needed."""
    arrived = [message["text"].rpartition(": ")[2].strip() for message in system.outbox() if "do sms" in message["text"]]
    digits = [written.replace(" ", "") for written in arrived]
    assert digits
    return [digits[n % len(digits)] for n in range(how_many)]


async def measure(system: System, how_many: int) -> list[Row]:
    """The API and the parents' page, every answer checked to be `found`."""
    port = urlsplit(system.demo["api_url"]).port or 80
    numbers = _numbers(system, how_many)
    with empty_route(limit_port := free_port()):
        limit = await requests_per_second(limit_port, ["/"] * how_many, lambda body: b"Loa" in body)
    api = await requests_per_second(
        port, [f"/api/v1/lookups/{number}" for number in numbers], lambda body: json.loads(body)["outcome"] == "found"
    )
    page = await requests_per_second(port, [f"/?so={number}" for number in numbers], lambda body: b"SGDDTDNAI" in body)
    return [
        Row("look-ups, API", "requests/s", api, "empty FastAPI + Jinja route", limit, "every answer `found`"),
        Row(
            "look-ups, parents' page",
            "requests/s",
            page,
            "empty FastAPI + Jinja route",
            limit,
            "every page with the official text",
        ),
    ]
