"""Real workers, and the gateway of docs/carriers.md: a file and a line of set-up is all it takes.
Its receipts come in over HTTP.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings
from tests.factories.gateways import KEY, set_up, written
from tests.factories.ports import free_port
from tests.service.simulators.running import TOKEN, running
from tests.workers.sending import School

pytestmark = pytest.mark.acceptance


@asynccontextmanager
async def sending(school: School, folder: Path) -> AsyncIterator[None]:
    """A worker that sends through the gateway, and a web process that takes its receipts."""
    port = free_port()
    settings = Settings(
        web_port=port,
        database_url_web=SecretStr(school.urls.web),
        database_url_lookup=SecretStr(school.urls.lookup),
        valkey_url=SecretStr(school.valkey),
        master_key=SecretStr(school.master_text),
    ).model_copy(update={"further_gateways": (set_up(school.simulators.url, TOKEN),)})
    file = str(written(folder, school.simulators.url))
    told = {"LOA_PUBLIC_URL": settings.public_base, "LOA_SMS_GATEWAYS": file, KEY: TOKEN, "LOA_TWILIO_ACCOUNT_SID": ""}
    async with running(create_app(settings), port):
        await school.start("urgent", segments_per_second=100_000, **told)
        yield


async def test_a_hundred_sms_are_delivered_once_and_known_to_be(school: School, tmp_path: Path) -> None:
    broadcast = await school.approved(phones=100, emails=0)
    await school.simulators.fault("sms", duplicate_callbacks=0.3)
    async with sending(school, tmp_path):
        progress = await school.until(broadcast, lambda told: told.delivered == 100, 40)
    assert (progress.total, progress.uncertain, progress.failed) == (100, 0, 0)
    assert len(await school.arrived()) == 100
    assert set((await school.arrived()).values()) == {1}
    rows = await school.rows("SELECT DISTINCT provider, length(provider_id) AS letters, fault FROM deliveries")
    assert [tuple(row) for row in rows] == [("esms", 32, None)]


async def test_a_receipt_that_says_dead_writes_to_the_number_no_more(school: School, tmp_path: Path) -> None:
    broadcast = await school.approved(phones=10, emails=0)
    await school.simulators.fault("sms", twilio_code=30005)
    async with sending(school, tmp_path):
        await school.until(broadcast, lambda told: told.failed == 10, 40)
    rows = await school.rows("SELECT DISTINCT reason, fault FROM deliveries")
    assert [tuple(row) for row in rows] == [("gateway.esms.dead_address.30005", "dead_address")]
    assert len(await school.rows("SELECT FROM suppressions WHERE reason = 'invalid'")) == 10


async def test_what_is_in_doubt_is_left_to_a_person_and_the_warning_completes(school: School, tmp_path: Path) -> None:
    broadcast = await school.approved(phones=60, emails=0)
    await school.simulators.fault("sms", lose_after_accept=0.2, drop_callbacks=True)
    async with sending(school, tmp_path):
        progress = await school.until_completed(broadcast, 60)
    assert progress.uncertain > 0
    assert progress.uncertain + progress.accepted == 60
    assert set((await school.arrived()).values()) == {1}, "what may have been heard is never repeated"
    assert len(await school.arrived()) == 60
    rows = await school.rows("SELECT DISTINCT reason, listed_at::text AS listed FROM deliveries WHERE state = 'uncertain'")
    assert [tuple(row) for row in rows] == [("http.502", "infinity")]
