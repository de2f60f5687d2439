"""An address as somebody typed it in a request, read by the registry's rules and hashed.
A refusal names the field, never the value.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import read_address
from contact_registry.errors import AddressRefused
from contact_registry.sealing import MasterKey, address_hash
from service.errors import FieldError, Invalid
from service.keyring.deployment import deployment_key

FIELDS = {"phone": "sms", "email": "email"}
"""Channel by the field an address is typed in."""


async def read_typed(conn: AsyncConnection, master: MasterKey, typed: Mapping[str, str | None]) -> dict[str, tuple[str, bytes]]:
    """Reads every field of `typed` that is not None; returns, by channel, the address and its keyed hash. `typed`: by field, see
    `FIELDS`.

    Raises `Invalid("request.invalid")` with a problem code of the contract (`phone.landline`) for every field that is no address.
    """
    read: dict[str, str] = {}
    wrong: list[FieldError] = []
    for name, written in typed.items():
        if written is None:
            continue
        try:
            read[FIELDS[name]] = read_address(FIELDS[name], written)
        except AddressRefused as refused:
            wrong.append(FieldError(name, refused.code))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    if not read:
        return {}
    index_key = await deployment_key(conn, master, "address_index")
    return {channel: (address, address_hash(index_key, channel, address)) for channel, address in read.items()}
