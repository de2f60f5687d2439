"""A school with a queue and a provider of its own; whoever sends from it starts the workers."""

from collections.abc import AsyncIterator

import pytest

from contact_registry.sealing import MasterKey
from tests.conftest import Engines, Urls
from tests.service.simulators.running import Simulators, running_simulators
from tests.workers.sending import School, wipe


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made


@pytest.fixture
async def school(
    engines: Engines, urls: Urls, master: MasterKey, master_text: str, valkey_url: str, simulators: Simulators
) -> AsyncIterator[School]:
    made = School(engines, urls, master, master_text, valkey_url, simulators)
    await wipe(valkey_url)
    yield made
    await made.stop()
