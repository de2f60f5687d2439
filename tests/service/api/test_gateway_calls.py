"""Receipts of a described gateway at the door: by GET or POST, with the attempt's token, and its own word where it has one."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from service.carriers import read_gateway
from service.deliveries import Attempt
from service.gateways import Gateway
from tests.conftest import Engines, Urls
from tests.factories.gateways import described, described_toml
from tests.factories.web import Site, running_site

WORD = "LOA_GATEWAY_CALLBACK_FIXED"
FIXED = (
    described_toml()
    .replace('name = "esms"', 'name = "fixed"')
    .replace('# reference = "RequestId"', 'reference = "RequestId"')
    .replace(
        '# secret = { field = "key", value = "${LOA_GATEWAY_CALLBACK_ESMS}" }',
        f'secret = {{ field = "key", value = "${{{WORD}}}" }}',
    )
)


@pytest.fixture
async def site(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    gateways = (Gateway(described(), {}), Gateway(read_gateway(FIXED), {WORD: SecretStr("the-word")}))
    async with running_site(urls, engines, valkey_url, master_text, further_gateways=gateways) as made:
        yield made


def token(site: Site) -> str:
    return str(site.app.state.api_context.tokens.make(Attempt(site.world.units["nbk-thcs"], 7, 11, 1)))


async def stored(engines: Engines) -> list[tuple[str, str, str | None]]:
    async with engines.owner.connect() as conn:
        rows = await conn.execute(text("SELECT provider_id, status, error_code FROM receipts_inbox ORDER BY id"))
        return [(row.provider_id, row.status, row.error_code) for row in rows]


@pytest.mark.parametrize("how", ["query", "form", "json"])
async def test_a_receipt_is_taken_however_it_is_written(site: Site, engines: Engines, how: str) -> None:
    said = {"SMSID": "id-1", "SendStatus": "6", "SendResult": "30005"}
    path = f"/webhooks/gateways/esms/{token(site)}"
    match how:
        case "query":
            answer = await site.client.get(path, params=said)
        case "form":
            answer = await site.client.post(path, data=said)
        case _:
            answer = await site.client.post(path, json=said)
    assert (answer.status_code, answer.text) == (200, "OK")
    assert await stored(engines) == [("id-1", "failed", "gateway.esms.dead_address.30005")]


async def test_a_gateway_that_calls_one_address_brings_our_reference_and_its_word(site: Site, engines: Engines) -> None:
    said = {"SMSID": "id-1", "SendStatus": "5", "RequestId": token(site), "key": "the-word"}
    assert (await site.client.get("/webhooks/gateways/fixed", params=said)).status_code == 200
    assert await stored(engines) == [("id-1", "delivered", None)]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("esms/made-up", {"SMSID": "1", "SendStatus": "5"}),
        ("nobody/{token}", {"SMSID": "1", "SendStatus": "5"}),
        ("esms/{token}", {"SMSID": "1"}),
        ("esms/{token}", {"SMSID": "", "SendStatus": "5"}),
        ("esms", {"SMSID": "1", "SendStatus": "5", "RequestId": "{token}"}),  # it has no such field
        ("fixed", {"SMSID": "1", "SendStatus": "5", "RequestId": "{token}"}),
        ("fixed", {"SMSID": "1", "SendStatus": "5", "RequestId": "{token}", "key": "another"}),
        ("fixed", {"SMSID": "1", "SendStatus": "5", "RequestId": "made-up", "key": "the-word"}),
    ],
)
async def test_whatever_proves_nothing_is_refused_and_changes_nothing(
    site: Site, engines: Engines, path: str, said: dict[str, str]
) -> None:
    filled = {name: value.replace("{token}", token(site)) for name, value in said.items()}
    answer = await site.client.get("/webhooks/gateways/" + path.replace("{token}", token(site)), params=filled)
    assert (answer.status_code, answer.json()["code"]) == (403, "webhook.bad_signature")
    assert await stored(engines) == []


async def test_a_status_that_says_nothing_is_taken_and_kept_nowhere(site: Site, engines: Engines) -> None:
    path = f"/webhooks/gateways/esms/{token(site)}"
    answer = await site.client.get(path, params={"SMSID": "1", "SendStatus": "1"})
    assert (answer.status_code, await stored(engines)) == (200, [])
