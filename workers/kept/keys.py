"""The schools' data keys, the latest few, for a minute: unwrapped once, not once a chunk."""

import time
from collections import OrderedDict
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import DataKey, MasterKey, data_keys

_KEPT = 1_000  # as many schools as a province has
_SECONDS = 60.0
"""Less than it takes to recover a database to an earlier moment, where a key's id may come to mean another key."""


class Keys:
    """Data keys by id."""

    def __init__(self, master: MasterKey) -> None:
        self._master = master
        self._kept: OrderedDict[int, tuple[DataKey, float]] = OrderedDict()  # the oldest first, and until when each is good

    def kept(self, ids: Collection[int]) -> dict[int, DataKey] | None:
        """Returns all of these, or None where one is to be asked for."""
        now = time.monotonic()
        found = {each: kept[0] for each in ids if (kept := self._kept.get(each)) and kept[1] > now}
        return found if len(found) == len(ids) else None

    async def of(self, conn: AsyncConnection, ids: Collection[int]) -> dict[int, DataKey]:
        """Returns these, as far as the transaction's scope shows them."""
        found = await data_keys(conn, self._master, ids)
        for key_id, key in found.items():
            self._kept[key_id] = (key, time.monotonic() + _SECONDS)
            self._kept.move_to_end(key_id)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found
