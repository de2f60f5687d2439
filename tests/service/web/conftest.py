from collections.abc import AsyncIterator

import pytest

from tests.conftest import Engines, Urls
from tests.factories.web import Site, running_site


@pytest.fixture
async def site(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    async with running_site(urls, engines, valkey_url, master_text) as made:
        yield made
