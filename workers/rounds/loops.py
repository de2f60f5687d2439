"""What a worker does again and again, as a table: its name, how often, which round, whether alone, whether sending needs it.

`running` runs what stands here and nothing else; `/metrics` counts the rounds by these names, and docs/watching/README.md shows
the table.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workers.kept.taking_turns import queue_next
from workers.kept.tools import Tools
from workers.rounds.keeping import reseal, retain
from workers.rounds.numbering import keep_numbers
from workers.rounds.polling import poll
from workers.rounds.reconciling import reconcile
from workers.rounds.relaying import listen, relay_committed
from workers.rounds.standing import beat, note_troubles
from workers.rounds.sweeping import clear, drop, receive, sweep, watch


@dataclass(frozen=True, slots=True)
class Loop:
    """A round that is repeated.

    `every`: seconds from the end of a round to the next. `alone`: in one worker of all at a time. `needed`: a round that fails
    ends its worker, since a worker whose sending is broken must not look alive; of any other it is told, and it is tried again
    later. `woken`: what brings the next round on before its time.
    """

    name: str
    every: float
    round: Callable[[Tools], Awaitable[None]]
    alone: bool
    needed: bool
    does: str
    woken: Callable[[Tools], asyncio.Event] | None = None


HEART = "beat"
"""The one that goes on while a worker that was asked to leave waits for its last answers."""

_ALL = (
    Loop(HEART, 2.0, beat, alone=False, needed=True, does="says that the worker lives; its leases are worth nothing without it"),
    # In every worker: a lane must not depend on another's.
    Loop("turns", 1.0, queue_next, alone=False, needed=True, does="queues the chunks whose turn it is in the worker's lane"),
    Loop(
        "relay",
        2.0,
        relay_committed,
        alone=False,
        needed=True,
        does="hands committed commands to the queue, at once where PostgreSQL says that there are some",
        woken=lambda tools: tools.nudged,
    ),
    Loop("listen", 1.0, listen, alone=False, needed=False, does="hears what wakes `relay`, over a connection of its own"),
    Loop("sweep", 1.0, sweep, alone=True, needed=True, does="compares what should exist with what exists, and sets it right"),
    # 1,500,000 of them must not hold up the sweeper.
    Loop("drop", 0.5, drop, alone=True, needed=True, does="ends what waits in cancelled and expired broadcasts"),
    Loop("receive", 0.5, receive, alone=True, needed=True, does="applies receipts, from the inbox to the deliveries"),
    # Nor a provider that hangs on its list.
    Loop("reconcile", 1.0, reconcile, alone=True, needed=True, does="looks for SMS in doubt in their provider's list"),
    # Slow on purpose.
    Loop("poll", 30.0, poll, alone=True, needed=False, does="asks for receipts that never came"),
    Loop("watch", 1.0, watch, alone=True, needed=False, does="rings where a broadcast stands still"),
    Loop("troubles", 0.5, note_troubles, alone=False, needed=False, does="notes by which channels carriers take nothing"),
    Loop("clear", 60.0, clear, alone=True, needed=False, does="clears away what has had its day, makes room for what comes"),
    Loop("retain", 60.0, retain, alone=True, needed=False, does="deletes what is kept no longer, each unit once a day"),
    Loop("reseal", 5.0, reseal, alone=True, needed=False, does="seals anew what retired data keys sealed"),
    # In every worker: not every machine may be left.
    Loop("numbers", 2.0, keep_numbers, alone=False, needed=False, does="keeps the file of numbers ahead of the counter"),
)
LOOPS: Mapping[str, Loop] = MappingProxyType({loop.name: loop for loop in _ALL})
