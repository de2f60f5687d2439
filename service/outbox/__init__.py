"""Typed commands from the service to its workers, written in the caller's transaction and queued afterwards."""

from service.outbox.commands import COMMANDS, Command, DeliverChunk, PlanBroadcast, ReadImport, load_command
from service.outbox.queue import QUEUES, Queue, QueueError, queue_settings, read_job, write_job
from service.outbox.relaying import CHANNEL, relay
from service.outbox.writing import put

__all__ = [
    "CHANNEL",
    "COMMANDS",
    "QUEUES",
    "Command",
    "DeliverChunk",
    "PlanBroadcast",
    "Queue",
    "QueueError",
    "ReadImport",
    "load_command",
    "put",
    "queue_settings",
    "read_job",
    "relay",
    "write_job",
]
