"""The shapes of control: what is said when a send is stopped, resumed or repeated, and what is answered."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api.broadcasts.models import BroadcastOut, ProgressOut
from service.broadcasts import LONGEST
from service.deliveries import RepeatReason
from service.errors import FieldError, Invalid, NotFound
from service.signing.lookup_numbers import LookupNumbers, Mistyped


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CancelIn(_Asked):
    """Why, for colleagues to read."""

    reason: Annotated[str, Field(max_length=LONGEST["reason"])] | None = None


class ResumeIn(_Asked):
    """`audience_count`: yes to so many messages, for a broadcast that was paused because its audience had grown.
    `after_restore`: yes to going on though the system was restored from a backup, and some people may get it twice.
    """

    audience_count: Annotated[int, Field(ge=0, le=10**9)] | None = None
    after_restore: bool = False


class RepeatIn(_Asked):
    """All of one `channel`, or the one message with this look-up `number`. `reason`: the recipient says nothing came; the
    provider's own log has nothing; it matters more than a double.
    """

    channel: Literal["sms", "email"] | None = None
    number: Annotated[str, Field(max_length=40)] | None = None
    reason: RepeatReason

    def delivery(self, numbers: LookupNumbers) -> int | None:
        """Reads the delivery's own number. Raises `Invalid("request.invalid")`, `NotFound("delivery.unknown")`."""
        if (self.channel is None) == (self.number is None):
            raise Invalid("request.invalid", fields=(FieldError("channel", "broadcast.channel_or_number"),))
        try:
            return None if self.number is None else numbers.number(self.number)
        except Mistyped:
            raise NotFound("delivery.unknown") from None


class Stopped(BaseModel):
    """An honest count at the moment of the stop. `left`: accepted by a carrier, or delivered. `in_hand`: being handed over, or
    nobody knows whether it was taken; cannot be called back. `unsent`: does not leave. `failed`: was refused. Together all that
    was planned.
    """

    left: int
    in_hand: int
    unsent: int
    failed: int

    @classmethod
    def of(cls, progress: ProgressOut) -> "Stopped":
        return cls(
            left=progress.accepted + progress.delivered,
            in_hand=progress.sending + progress.uncertain,
            unsent=progress.waiting + progress.not_sent,
            failed=progress.failed,
        )


class StoppedOut(BroadcastOut):
    """The broadcast, and what had left when it stopped."""

    stopped: Stopped

    @classmethod
    def after(cls, broadcast: BroadcastOut) -> "StoppedOut":
        return cls(**dict(broadcast), stopped=Stopped.of(broadcast.progress))
