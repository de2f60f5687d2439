"""Whether a warning can arrive while it holds: its times held against each other, the quiet hours and the pace of its carriers.

Said at the draft, by field, before anybody approves what would expire unsent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from service.broadcasts.audiences.chosen import SENDABLE
from service.broadcasts.waiting import waits_until
from service.clock import QuietHours, on_screen
from service.errors import FieldError

LONGEST_LIFE = {"scam_alert": 90, "safety_advice": 366, "verification_instructions": 366}
"""Days that a warning may hold at most, by kind, from the hour at which it is sent:
news of a fraud grows old, advice lasts a school year.
"""
LONGEST_AHEAD = 366
"""Days that `send_at` may lie ahead."""


@dataclass(frozen=True, slots=True)
class Carrying:
    """When messages may leave, and how fast. `paces`: SMS segments or letters a second, by channel;
    one that is absent is not known.
    """

    quiet: QuietHours | None = None
    paces: Mapping[str, float] = field(default_factory=dict)

    def lasts(self, work: Mapping[str, int]) -> timedelta | None:
        """Estimates how long the carriers need at least for so many segments and letters, by channel; None where nobody knows."""
        wanted = {channel: amount for channel, amount in work.items() if amount}
        if not wanted.keys() <= self.paces.keys():
            return None
        return timedelta(seconds=max((amount / self.paces[channel] for channel, amount in wanted.items()), default=0.0))


@dataclass(frozen=True, slots=True)
class Times:
    """What decides when a warning leaves and how long it holds."""

    kind: str
    urgency: str
    channels: tuple[str, ...]
    send_at: datetime | None
    expires_at: datetime

    @property
    def sent(self) -> bool:
        """Whether anything of it leaves; a notice is only published."""
        return bool(set(self.channels) & set(SENDABLE))

    def leaves(self, quiet: QuietHours | None, now: datetime) -> datetime:
        """Returns the moment before which nothing of it leaves."""
        return (waits_until(self.urgency, self.send_at, quiet, now) if self.sent else None) or max(now, self.send_at or now)


def untimely(times: Times, quiet: QuietHours | None, now: datetime) -> Iterator[FieldError]:
    """Finds what is wrong with its times, field by field. The first of the codes is the refusal's."""
    if times.expires_at <= now:
        yield FieldError("expires_at", "broadcast.overdue")
        return
    if times.send_at is not None and times.send_at > now + timedelta(days=LONGEST_AHEAD):
        yield FieldError("send_at", "broadcast.sent_too_late", {"days": LONGEST_AHEAD})
        return
    if times.send_at is not None and times.expires_at <= times.send_at:
        at = {"sends": on_screen(times.send_at), "expires": on_screen(times.expires_at)}
        yield FieldError("expires_at", "broadcast.expires_before_it_may_leave", {"leaves": at["sends"], "expires": at["expires"]})
        yield FieldError("send_at", "broadcast.sends_after_expiry", at)
        return
    leaves = times.leaves(quiet, now)
    if times.expires_at <= leaves:
        at = {"leaves": on_screen(leaves), "expires": on_screen(times.expires_at)}
        yield FieldError("expires_at", "broadcast.expires_before_it_may_leave", at)
        yield FieldError("urgency", "broadcast.quiet_until", at)
        return
    days = LONGEST_LIFE[times.kind]
    latest = max(now, times.send_at or now) + timedelta(days=days)
    if times.expires_at > latest:
        yield FieldError("expires_at", "broadcast.expires_too_late", {"days": days, "latest": on_screen(latest)})


def too_slow(times: Times, carrying: Carrying, work: Mapping[str, int], now: datetime) -> Iterator[FieldError]:
    """Finds whether its carriers could not hand over all of it, so many segments and letters by channel, before it expires,
    alone as it may be.
    """
    leaves, lasts = times.leaves(carrying.quiet, now), carrying.lasts(work)
    if lasts is not None and times.sent and leaves + lasts > times.expires_at:
        needed = on_screen(leaves + lasts + timedelta(minutes=1))
        values = {"minutes": ceil(lasts.total_seconds() / 60), "done": needed}
        yield FieldError("expires_at", "broadcast.expires_before_all_left", values)
