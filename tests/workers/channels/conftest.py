from collections.abc import AsyncIterator

import pytest

from tests.service.simulators.running import Simulators, running_simulators


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made
