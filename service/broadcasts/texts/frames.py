"""What stands around an author's words: who sends them, for which unit, and what they are held against."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.clock import LOCAL
from service.readiness import Card, standing_card
from service.registered_texts import Registrations, registrations
from service.units import Unit, unit_by_id


@dataclass(frozen=True, slots=True)
class Frame:
    """The deployment's and the unit's part in a message.

    `sender`: an SMS's. `card`: the unit's standing one. `registered`: what carriers have approved; None where nobody asks.
    `digits`: of a look-up number.
    """

    unit: Unit
    sender: str
    card: Card = field(default_factory=Card)
    registered: Registrations | None = None
    digits: int = 12


async def load_frame(
    conn: AsyncConnection, unit_id: int, *, sender: str, providers: tuple[str, ...], digits: int, now: datetime
) -> Frame:
    """Loads the frame of the unit's messages on this day. `providers`: those an SMS may go by. The transaction acts for the
    unit.

    Raises `NotFound("unit.unknown")`.
    """
    return Frame(
        unit=await unit_by_id(conn, unit_id, now.astimezone(LOCAL).date()),
        sender=sender,
        card=await standing_card(conn, unit_id, now=now),
        registered=await registrations(conn, providers),
        digits=digits,
    )
