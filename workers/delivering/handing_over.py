"""One delivery handed to its carrier, and what its answer means for it.
Everything that is the same for all was prepared before.
"""

import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import idna
import structlog

from contact_registry.errors import Unsealable
from contact_registry.sealing import DataKey
from service.carriers import Abilities, fault_of
from service.deliveries import Attempt
from service.deliveries.answers.senders import OTHER_SENDER
from service.deliveries.rounds.claiming import Result
from service.deliveries.rounds.claims import Claimed, Waiting
from service.rendering import SmsSize, sms_segments
from service.signing.records import SLOT
from workers.carriers import NOT_SET_UP, Calls, Route, Turn
from workers.channels.base import Accepted, EmailChannel, Outcome, Refused, Slots, SmsChannel, Unknown
from workers.kept.contents import Content
from workers.kept.stopping import is_other_sender
from workers.kept.tools import Tools
from workers.retries import asks_to_slow_down, decide

_log = structlog.get_logger()
_NO_TEXT = "content.missing"
_NOT_CARRIED = "content.not_carried"


def _carries(can: Abilities, size: SmsSize) -> bool:
    return (can.parts is None or size.segments <= can.parts) and (can.unicode or size.encoding == "GSM-7")


@dataclass(slots=True)
class HandingOver:
    """What a chunk's deliveries are sent with. `stop`: the code of why nobody takes the broadcast any more."""

    tools: Tools
    claimed: Claimed
    content: Content
    keys: dict[int, DataKey]
    chance: random.Random = field(default_factory=random.Random)
    stop: str | None = None
    without: frozenset[str] = field(init=False)  # carriers that cannot carry this text: of too many parts, or beyond GSM-7
    cost: int = field(init=False)  # of each message at its provider: segments of an SMS with its number, one for an email

    def __post_init__(self) -> None:
        text = self.content.sms if self.claimed.channel == "sms" else None
        size = sms_segments(text.replace(SLOT, self.tools.numbers.written(1))) if text else None
        self.cost = size.segments if size else 1
        self.without = frozenset(each.name for each in self._route.providers if size and not _carries(each.can, size))

    def turn(self, wanted: int) -> Turn[Any] | None:
        """Decides whom to call next, and for how many. None: nobody now; the chunk is given back until `rests_until`."""
        if not self._route.providers:
            self.stop = NOT_SET_UP
        elif (self.content.sms if self.claimed.channel == "sms" else self.content.email) is None:
            self.stop = _NO_TEXT
        elif all(each.name in self.without for each in self._route.providers):
            self.stop = _NOT_CARRIED
        return None if self.stop else self._route.turn(self.claimed.broadcast_id, wanted, without=self.without)

    def rests_until(self) -> datetime | None:
        """Returns when the first circuit that is open now may be tried; None if one is closed."""
        wait = self._route.wait(self.claimed.broadcast_id, without=self.without)
        return self.tools.clock() + timedelta(seconds=wait) if wait > 0 else None

    async def send(self, each: Waiting, attempt: int, calls: Calls[Any]) -> Outcome:
        """Calls the provider. Its intent is committed, in the provider's name."""
        try:
            address = self.keys[each.data_key_id].unseal(each.address_sealed, self.claimed.channel)
        except (KeyError, Unsealable):
            calls.withdraw()
            return Refused("address.unreadable", "number")
        number = self.tools.numbers.written(each.number)
        outcome: Outcome = Unknown("channel.raised")
        began = time.perf_counter()
        try:
            if self.claimed.channel == "sms":
                token = self.tools.tokens.make(Attempt(self.claimed.unit_id, self.claimed.broadcast_id, each.number, attempt))
                callback = calls.provider.callback(self.tools.settings.public_base, token)
                outcome = await self._send_sms(calls.provider.channel, address, number, callback)
            else:
                outcome = await self._send_email(calls.provider.channel, address, number)
        finally:
            self._route.heard(self.claimed.broadcast_id, calls, outcome)
            self._count(calls, outcome, time.perf_counter() - began)
        return outcome

    def result(self, number: int, attempt: int, returned: int, calls: Calls[Any], outcome: Outcome | BaseException) -> Result:
        """Decides what becomes of the delivery. `returned`: how often it was refused for reasons of its own before.

        An exception of the channel's is a mistake of ours: nobody knows whether it was taken.
        """
        match outcome:
            case Accepted(provider_id, sender):
                if self.claimed.channel == "sms" and is_other_sender(self.tools, calls.provider.name, sender):
                    self.stop = OTHER_SENDER
                return Result(number, attempt, "accepted", provider_id=provider_id)
            case Unknown(reason):
                return Result(number, attempt, "uncertain", reason=reason)
            case Refused() as refused:
                if asks_to_slow_down(refused):
                    self.tools.pacing.slow_down(calls.provider.name)
                stops = self._route.stops(self.claimed.broadcast_id, calls, refused)
                if stops and not self._route.takes(self.claimed.broadcast_id, without=self.without):
                    self.stop = refused.code
                now, expires_at = self.tools.clock(), self.content.expires_at
                works = calls.provider.circuit.state == 0
                decision = decide(
                    refused, attempt, returned, stops=stops, works=works, now=now, expires_at=expires_at, chance=self.chance
                )
                becomes, retry_at, own = decision.becomes, decision.retry_at, decision.own
                return Result(number, attempt, becomes, reason=refused.code, retry_at=retry_at, own=own, fault=fault_of(refused))
            case error:
                _log.error("deliver.channel_raised", channel=self.claimed.channel, error=type(error).__name__)
                return Result(number, attempt, "uncertain", reason="channel.raised")

    def _count(self, calls: Calls[Any], outcome: Outcome, seconds: float) -> None:
        error_class = outcome.error_class if isinstance(outcome, Refused) else ""
        kind = type(outcome).__name__.lower()
        self.tools.meters.called(self.tools.lane, self.claimed.channel, calls.provider.name, kind, error_class, seconds)

    def stopped(self) -> None:
        """Notes that the broadcast is paused: whoever resumes it has set something right."""
        self._route.forget(self.claimed.broadcast_id)

    @property
    def _route(self) -> Route[Any]:
        return self.tools.sms if self.claimed.channel == "sms" else self.tools.email

    async def _send_sms(self, channel: SmsChannel, address: str, number: str, callback: str) -> Outcome:
        if self.content.sms is None:
            raise AssertionError("turn() gives none for a channel without a text")
        valid_for = (self.content.expires_at - self.tools.clock()).total_seconds()
        text = self.content.sms.replace(SLOT, number)
        return await channel.send(address, text, callback, valid_for)

    async def _send_email(self, channel: EmailChannel, address: str, number: str) -> Outcome:
        if self.content.email is None:
            raise AssertionError("turn() gives none for a channel without a text")
        # The same delivery, the same Message-ID, whatever the attempt: a person's choice to repeat it is mostly harmless.
        host = self.tools.settings.smtp_from.rpartition("@")[2]
        message_id = f"{self.claimed.broadcast_id}.{number.replace(' ', '')}@{host}"
        way_out = self.tools.ways_out.of(self.claimed.unit_id, address) if self.content.one_click else ""
        to = wire_address(address)
        return await channel.send(to, self.content.email.fill(Slots(to, number, message_id, way_out)))


def wire_address(address: str) -> str:
    """Writes an address with its host in ASCII (IDNA 2008), if the name before it is ASCII, too. Else as it is: only SMTPUTF8
    carries such a name.
    """
    name, at, host = address.rpartition("@")
    if host.isascii() or not name.isascii():
        return address
    try:
        return name + at + idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:  # no host at all: the relay says so
        return address
