"""The web process in a test: the real application on a test's own database, with a world, a signing key and API keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr

from contact_registry.sealing import MasterKey
from service.accounts import create_api_key
from service.actors import Actor
from service.app import create_app
from service.database import unit_transaction
from service.keyring import make_signing_key
from service.settings import Settings
from tests.conftest import Engines, Urls
from tests.factories.description import description
from tests.factories.world import World, make_world

NOW = datetime(2026, 9, 7, 0, 0, tzinfo=UTC)


@dataclass
class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Site:
    """A running application: its settings, its client, its people's keys, and its clock."""

    app: FastAPI
    client: AsyncClient
    settings: Settings
    world: World
    clock: TestClock
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def auth(self, unit: str = "nbk-thcs", role: str = "clerk") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[unit, role]}"}

    async def call(self, method: str, path: str, *, role: str = "clerk", unit: str = "nbk-thcs", **kwargs: Any) -> Response:
        headers = self.auth(unit, role) | kwargs.pop("headers", {})
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **kwargs)

    async def approved(self, unit: str = "nbk-thcs", **changes: Any) -> dict[str, Any]:
        """A notice that went all the way: drafted by the clerk, submitted, approved by the approver. Sent to nobody."""
        made = await self.call("POST", "/broadcasts", unit=unit, json=notice(unit=unit, **changes))
        assert made.status_code == 201, made.text
        path = f"/broadcasts/{made.json()['id']}"
        submitted = await self.call("POST", f"{path}/submit", unit=unit)
        assert submitted.status_code == 200, submitted.text
        digest = submitted.json()["digest"]
        approved = await self.call("POST", f"{path}/approve", role="approver", unit=unit, json={"digest": digest})
        assert approved.status_code == 200, approved.text
        body: dict[str, Any] = approved.json()
        return body


def notice(**changes: Any) -> dict[str, Any]:
    """A warning that is published and sent to nobody."""
    return {
        "unit": "nbk-thcs",
        "kind": "scam_alert",
        "urgency": "urgent",
        "title": "Kẻ mạo danh báo con cấp cứu",
        "texts": {
            "sms": "Kẻ mạo danh thầy cô, bệnh viện báo con cấp cứu để đòi tiền. KHÔNG chuyển. Gọi số trường đã lưu.",
            "email": {
                "subject": "[Cảnh báo] Kẻ mạo danh báo con cấp cứu",
                "body": "Có người mạo danh thầy cô và bệnh viện báo con cấp cứu để đòi tiền.\n\nGọi số trường đã lưu.",
            },
        },
        "channels": ["notice"],
        "expires_at": (NOW + timedelta(days=14)).isoformat(),
    } | changes


@asynccontextmanager
async def running_site(urls: Urls, engines: Engines, valkey_url: str, master_text: str, **further: Any) -> AsyncIterator[Site]:
    """Starts the application with a world in its database; every person of the world has an API key. `further`: settings."""
    master, clock = MasterKey.parse(master_text), TestClock()
    world = await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        await make_signing_key(conn, master, world.units["sgddt-dongnai"], purpose="record", now=NOW - timedelta(days=1))
    settings = Settings(
        database_url_web=SecretStr(urls.web),
        database_url_lookup=SecretStr(urls.lookup),
        valkey_url=SecretStr(valkey_url),
        master_key=SecretStr(master_text),
        twilio_auth_token=SecretStr("twilio-test-token"),
        _env_file=None,
        **{"public_url": "https://loa.example", **further},
    )
    keys = {who: await _key(engines, actor) for who, actor in world.actors.items()}
    app = create_app(settings, clock=clock)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    hooks = {"response": [description().check]}
    client = AsyncClient(transport=transport, base_url="https://loa.example", event_hooks=hooks)
    async with app.router.lifespan_context(app), client:
        yield Site(app, client, settings, world, clock, keys)


async def _key(engines: Engines, actor: Actor) -> str:
    scopes = sorted(actor.permissions | {"approve:unattended"})
    async with unit_transaction(engines.web, actor.unit_id) as conn:
        return await create_api_key(
            conn, account_id=actor.account_id, unit_id=actor.unit_id, label="test", scopes=scopes, now=NOW
        )
