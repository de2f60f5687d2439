"""Parents on a unit's list, as many as asked for, sealed and hashed as an import would leave them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey, address_hash, current_data_key
from service.keyring.deployment import deployment_key

_POINT = text(
    "INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id)"
    " VALUES (:unit, :contact, :channel, :hash, :sealed, :key)"
)


async def add_parents(
    owner: AsyncEngine,
    master: MasterKey,
    unit_id: int,
    *,
    phones: int = 0,
    emails: int = 0,
    class_name: str = "6A1",
    first: int = 0,
    with_emails: int = 0,
) -> None:
    """`phones` parents with a mobile number and `emails` with an address, in one class of grade 6. `first` shifts the addresses.

    `with_emails`: so many of those with a number have an address, too.
    """
    addresses = [("sms", f"+849{first + n:08}") for n in range(phones)] + [
        ("email", f"parent{first + n}@example.com") for n in range(emails)
    ]
    async with owner.begin() as conn:
        key = await current_data_key(conn, master, unit_id)
        index = await deployment_key(conn, master, "address_index")
        contacts = (
            (
                await conn.execute(
                    text(
                        "INSERT INTO contacts (unit_id, role) SELECT :unit, 'parent' FROM generate_series(1, :many) RETURNING id"
                    ),
                    {"unit": unit_id, "many": len(addresses)},
                )
            )
            .scalars()
            .all()
        )
        rows = [
            {
                "unit": unit_id,
                "contact": contact,
                "channel": channel,
                "hash": address_hash(index, channel, address),
                "sealed": key.seal(address, channel),
                "key": key.id,
                "class": class_name,
            }
            for contact, (channel, address) in zip(contacts, addresses, strict=True)
        ]
        await conn.execute(_POINT, rows)
        if with_emails:
            further = [(contact, f"parent{first + n}@example.com") for n, contact in enumerate(contacts[:with_emails])]
            await conn.execute(
                _POINT,
                [
                    rows[0]
                    | {
                        "contact": contact,
                        "channel": "email",
                        "hash": address_hash(index, "email", address),
                        "sealed": key.seal(address, "email"),
                    }
                    for contact, address in further
                ],
            )
        await conn.execute(
            text(
                "INSERT INTO enrolments (unit_id, contact_id, school_year, grade, class_name)"
                " VALUES (:unit, :contact, '2026-2027', '6', :class)"
            ),
            rows,
        )
