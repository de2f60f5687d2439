"""What a broadcast that nobody has approved would be: how much its carriers would have to hand over,
and what stands in its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts.audiences.counting import count_messages
from service.broadcasts.lifecycle import UNAPPROVED
from service.broadcasts.queries import BroadcastView
from service.broadcasts.texts.inspection import published_texts, with_example
from service.broadcasts.timing import Carrying, Times, too_slow, untimely
from service.clock import QuietHours
from service.errors import Conflict, FieldError, Invalid, NotFound
from service.rendering import final_sms, sms_segments


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`work`: segments and letters, by channel. `hinders`: the first thing it would be refused for,
    or that would be lost of it.
    """

    work: Mapping[str, int] = field(default_factory=dict)
    hinders: FieldError | None = None


def times_of(view: BroadcastView) -> Times:
    """Returns what decides when it leaves and how long it holds."""
    return Times(view.kind, view.urgency, view.channels, view.send_at, view.expires_at)


def work_of(view: BroadcastView, counts: Mapping[str, int], *, sender: str, digits: int) -> dict[str, int]:
    """Counts what its carriers would have to hand over: SMS segments, and letters. `counts`: its messages by channel."""
    sms = published_texts(view).sms
    written = sms and final_sms(kind=view.kind, sender=sender, text=sms, script=view.sms_script)
    segments = sms_segments(with_example(written, digits)).segments if written else 1
    return {channel: many * (segments if channel == "sms" else 1) for channel, many in counts.items()}


async def foresee(
    conn: AsyncConnection, view: BroadcastView, *, carrying: Carrying, sender: str, digits: int, now: datetime
) -> Foreseen:
    """Foresees how a broadcast that was not planned yet would go. Refuses nothing. The transaction acts for its unit, and does
    so again afterwards.
    """
    unapproved = view.state in UNAPPROVED
    if unapproved and (wrong := next(untimely(times_of(view), carrying.quiet, now), None)):
        return Foreseen(hinders=wrong)
    try:
        counts = await count_messages(conn, view, now=now)
    except (Invalid, NotFound) as refused:  # a class, grade or unit is gone
        return Foreseen(hinders=FieldError("audience", refused.code, refused.values))
    work = work_of(view, counts, sender=sender, digits=digits)
    slow = next(too_slow(times_of(view), carrying, work, now), None) if unapproved else None
    return Foreseen(work, slow)


def refusal_of_times(view: BroadcastView, quiet: QuietHours | None, now: datetime) -> Conflict | None:
    """Returns `Conflict` with `broadcast.overdue`, `broadcast.expires_before_it_may_leave` or whatever else is wrong with its
    times.
    """
    wrong = tuple(untimely(times_of(view), quiet, now))
    return Conflict(wrong[0].code, fields=wrong, **(wrong[0].values or {})) if wrong else None


def require_pace(view: BroadcastView, carrying: Carrying, work: Mapping[str, int], now: datetime) -> None:
    """Returns nothing, or raises `Conflict("broadcast.expires_before_all_left")` where its carriers
    are too slow for its expiry.
    """
    if wrong := tuple(too_slow(times_of(view), carrying, work, now)):
        raise Conflict(wrong[0].code, fields=wrong, **(wrong[0].values or {}))
