"""The outbox: typed commands written in the caller's transaction, and the only arq client in service.

A command that was committed is queued sooner or later; one that was rolled back never was. Payloads are ids.
"""

from service.outbox.commands import LANES, Command, DeliverChunk, Lane, PlanBroadcast, ReadImport
from service.outbox.queue import Queue, queue_name
from service.outbox.store import CHANNEL, put, relay
from service.outbox.valkey import open_valkey, queue_state, why_refused

__all__ = [
    "CHANNEL",
    "LANES",
    "Command",
    "DeliverChunk",
    "Lane",
    "PlanBroadcast",
    "Queue",
    "ReadImport",
    "open_valkey",
    "put",
    "queue_name",
    "queue_state",
    "relay",
    "why_refused",
]
