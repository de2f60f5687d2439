from datetime import UTC, datetime

import pytest

from contact_registry.sealing import MasterKey
from service.deliveries import plan
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast


@pytest.fixture
async def approved(engines: Engines, master: MasterKey) -> Approved:
    """Three numbers and two addresses, approved, not planned."""
    return await approve_broadcast(engines, master)


@pytest.fixture
async def planned(approved: Approved) -> Approved:
    """The same, planned: five deliveries in two chunks."""
    await plan(approved.engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    return approved
