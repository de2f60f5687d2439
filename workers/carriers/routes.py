"""The way of a channel's messages: the first of its providers that works and takes this broadcast.

What one provider surely did not take goes to the next: by the next attempt, whose intent names it before it is called. What
nobody can know of goes to none.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from service.carriers import Abilities, meaning_of, twilio, twilio_callbacks
from workers.carriers.circuits import Circuit
from workers.channels.base import Outcome, Refused

NOT_SET_UP = "channel.not_set_up"
FEW = 5
"""So many messages must have met a code before a share of them says something."""
_KEPT = 64  # broadcasts

Channel = TypeVar("Channel")


@dataclass(frozen=True, slots=True)
class Provider(Generic[Channel]):
    """One account at one carrier. `name`: what deliveries, logs and metrics call it. `room`: how many of so many calls it has a
    line for.
    `account`: a fingerprint of whose it is; the name stays when somebody puts another into the settings.
    `can`: what it can. `callback`: the address at which it tells of an attempt, from our public one and the attempt's token.
    """

    name: str
    channel: Channel
    circuit: Circuit
    room: Callable[[int], int] = lambda wanted: wanted
    account: str = ""
    can: Abilities = twilio.CAN
    callback: Callable[[str, str], str] = twilio_callbacks.callback_url


@dataclass(frozen=True, slots=True)
class Calls(Generic[Channel]):
    """Some calls under way to one provider. `era`: of its circuit, when they began."""

    provider: Provider[Channel]
    era: int

    def withdraw(self) -> None:
        """Takes the calls back: they are not made."""
        self.provider.circuit.withdraw(self.era)


@dataclass(frozen=True, slots=True)
class Turn(Generic[Channel]):
    """Leave for some calls of one broadcast: to this provider, at most `count`. None: its lines are busy, and free by and by."""

    provider: Provider[Channel]
    count: int

    @property
    def is_trial(self) -> bool:
        """Whether what is called shows if the provider works again."""
        return self.provider.circuit.state != 0

    def begin(self) -> Calls[Channel]:
        """Takes it, before anybody else asks: nothing is awaited between."""
        return Calls(self.provider, self.provider.circuit.begin())


@dataclass(slots=True)
class _Met:
    """What a broadcast met at one provider."""

    answers: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    barred: bool = False


class Route(Generic[Channel]):
    """Providers in order of preference; none where the channel is not set up. For one event loop."""

    def __init__(self, providers: Sequence[Provider[Channel]]) -> None:
        self.providers = tuple(providers)
        self._met: OrderedDict[int, dict[str, _Met]] = OrderedDict()

    @property
    def channels(self) -> list[Channel]:
        return [each.channel for each in self.providers]

    def turn(self, broadcast_id: int, wanted: int, *, without: Container[str] = ()) -> Turn[Channel] | None:
        """Gives leave to call for so many of the broadcast's messages or fewer; None: not now, see `wait`, or not at all, see
        `takes`.

        One that works and has no line free gives way to the next; where there is none, its lines are waited for.
        """
        busy: Turn[Channel] | None = None
        for provider in self._taking(broadcast_id):
            if provider.name not in without and (count := provider.circuit.room(wanted)) > 0:
                if (lines := provider.room(count)) > 0:
                    return Turn(provider, lines)
                busy = busy or Turn(provider, 0)
        return busy

    def takes(self, broadcast_id: int, *, without: Container[str] = ()) -> bool:
        """Tells whether there is a provider that nobody has to set right first."""
        return any(not each.circuit.broken for each in self._taking(broadcast_id) if each.name not in without)

    def wait(self, broadcast_id: int, *, without: Container[str] = ()) -> float:
        """Returns the seconds until some provider may be called again."""
        waits = (each.circuit.wait() for each in self._taking(broadcast_id) if each.name not in without)
        return min(waits, default=0.0)

    def rests(self) -> float | None:
        """Returns the seconds until some provider may be called at all, whatever the broadcast; None where one may now, or where
        there is none.
        """
        if not self.providers or any(each.circuit.state == 0 for each in self.providers):
            return None
        return min(each.circuit.wait() for each in self.providers) or None

    def heard(self, broadcast_id: int, calls: Calls[Channel], outcome: Outcome) -> None:
        """Takes note of what a provider answered to one of these calls."""
        calls.provider.circuit.heard(calls.era, outcome)
        all_met = self._of(broadcast_id)
        if (met := all_met.get(calls.provider.name)) is None:
            met = all_met[calls.provider.name] = _Met()
        if isinstance(outcome, Refused) and outcome.error_class == "temporary":
            return  # the message is tried again: each counts once
        met.answers += 1
        if not isinstance(outcome, Refused):
            return
        means = meaning_of(outcome.code, outcome.error_class)
        if means.stops and not means.of_account:
            met.codes[outcome.code] += 1
            seen = met.codes[outcome.code]
            met.barred |= not means.bears or (seen >= FEW and seen > means.bears * met.answers)

    def stops(self, broadcast_id: int, calls: Calls[Channel], refused: Refused) -> bool:
        """Tells whether this refusal is no longer one delivery's matter: the provider takes nothing more of this broadcast."""
        means = meaning_of(refused.code, refused.error_class)
        return means.stops and (not means.bears or self._of(broadcast_id).get(calls.provider.name, _Met()).barred)

    def forget(self, broadcast_id: int) -> None:
        """Forgets the broadcast, which is stopped: whoever resumes it has set something right, and it is tried afresh."""
        self._met.pop(broadcast_id, None)

    def named(self, name: str | None) -> Sequence[Provider[Channel]]:
        """Returns the provider of that name; all of them where nobody can say which it was."""
        return [each for each in self.providers if each.name == name] or self.providers

    def _taking(self, broadcast_id: int) -> Sequence[Provider[Channel]]:
        met = self._met.get(broadcast_id, {})
        return [each for each in self.providers if each.name not in met or not met[each.name].barred]

    def _of(self, broadcast_id: int) -> dict[str, _Met]:
        met = self._met.setdefault(broadcast_id, {})
        self._met.move_to_end(broadcast_id)
        while len(self._met) > _KEPT:
            self._met.popitem(last=False)
        return met
