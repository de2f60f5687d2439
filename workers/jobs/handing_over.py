"""One delivery handed to its carrier, and what its answer means for it. Everything that is the same for all was prepared before."""

import random
from dataclasses import dataclass, field

import structlog

from contact_registry import DataKey, Unsealable
from service.deliveries import Attempt
from service.deliveries.claims import Claimed, Waiting
from service.deliveries.rounds import Result
from service.rendering import sms_segments
from service.signing.records import SLOT
from workers.channels.base import Accepted, Outcome, Refused, Slots, Unknown
from workers.jobs.contents import Content
from workers.jobs.tools import Tools
from workers.pacing import asks_to_slow_down
from workers.retries import decide

_log = structlog.get_logger()
_NO_CARRIER = Refused("channel.not_set_up", "config")
_NO_TEXT = Refused("content.missing", "content")


@dataclass(frozen=True, slots=True)
class HandingOver:
    """What a chunk's deliveries are sent with."""

    tools: Tools
    claimed: Claimed
    content: Content
    keys: dict[int, DataKey]
    chance: random.Random = field(default_factory=random.Random)
    cost: int = field(init=False)  # of each message at its provider: segments of an SMS with its number, one for an email

    def __post_init__(self) -> None:
        text = self.content.sms if self.claimed.channel == "sms" else None
        object.__setattr__(self, "cost", sms_segments(text.replace(SLOT, self.tools.numbers.written(1))).segments if text else 1)

    async def send(self, each: Waiting, attempt: int) -> Outcome:
        """Calls the carrier. Its intent is committed."""
        try:
            address = self.keys[each.data_key_id].unseal(each.address_sealed, self.claimed.channel)
        except (KeyError, Unsealable):
            return Refused("address.unreadable", "number")
        number = self.tools.numbers.written(each.number)
        if self.claimed.channel == "sms":
            token = self.tools.tokens.make(Attempt(self.claimed.unit_id, self.claimed.broadcast_id, each.number, attempt))
            return await self._send_sms(address, number, token)
        return await self._send_email(address, number)

    def result(self, number: int, attempt: int, outcome: Outcome | BaseException) -> Result:
        """What becomes of the delivery. An exception of the channel's is a mistake of ours: nobody knows whether it was taken."""
        match outcome:
            case Accepted(provider_id):
                return Result(number, attempt, "accepted", provider_id=provider_id)
            case Unknown(reason):
                return Result(number, attempt, "uncertain", reason=reason)
            case Refused(code, error_class):
                if asks_to_slow_down(code):
                    self.tools.pacing.slow_down(self.claimed.channel)
                decision = decide(error_class, attempt, now=self.tools.clock(), chance=self.chance)
                return Result(number, attempt, decision.becomes, reason=code, retry_at=decision.retry_at)
            case error:
                _log.error("deliver.channel_raised", channel=self.claimed.channel, error=type(error).__name__)
                return Result(number, attempt, "uncertain", reason="channel.raised")

    async def _send_sms(self, address: str, number: str, token: str) -> Outcome:
        if self.tools.sms is None:
            return _NO_CARRIER
        if self.content.sms is None:
            return _NO_TEXT
        valid_for = (self.content.expires_at - self.tools.clock()).total_seconds()
        text = self.content.sms.replace(SLOT, number)
        return await self.tools.sms.send(address, text, self.tools.callback_url(token), valid_for)

    async def _send_email(self, address: str, number: str) -> Outcome:
        if self.tools.email is None:
            return _NO_CARRIER
        if self.content.email is None:
            return _NO_TEXT
        # The same delivery, the same Message-ID, whatever the attempt: a person's choice to repeat it is mostly harmless.
        host = self.tools.settings.smtp_from.rpartition("@")[2]
        message_id = f"{self.claimed.broadcast_id}.{number.replace(' ', '')}@{host}"
        return await self.tools.email.send(
            address, self.content.email.fill(Slots(to=address, number=number, message_id=message_id))
        )
