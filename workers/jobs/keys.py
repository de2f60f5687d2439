"""The schools' data keys, the latest few: unwrapped once, not once a chunk."""

from collections import OrderedDict
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import DataKey, MasterKey, data_keys

_KEPT = 1_000  # as many schools as a province has


class Keys:
    """Data keys by id. A key's id never comes to mean another key."""

    def __init__(self, master: MasterKey) -> None:
        self._master = master
        self._kept: OrderedDict[int, DataKey] = OrderedDict()

    def kept(self, ids: Collection[int]) -> dict[int, DataKey] | None:
        """All of these, or None where one is to be asked for."""
        if any(each not in self._kept for each in ids):
            return None
        for each in ids:
            self._kept.move_to_end(each)
        return {each: self._kept[each] for each in ids}

    async def of(self, conn: AsyncConnection, ids: Collection[int]) -> dict[int, DataKey]:
        """These, as far as the transaction's scope shows them."""
        found = await data_keys(conn, self._master, ids)
        self._kept.update(found)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found
