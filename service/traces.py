"""One id from approval to receipt: every process that handles a broadcast derives the same, so no queue,
token or row has to carry it.

Shaped as W3C Trace Context has them: 32 hexadecimal digits for the broadcast, 16 for each of its deliveries. They name nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

import structlog


def trace_of(broadcast_id: int) -> str:
    """Makes the id that a broadcast has in the log lines of all processes, from approval on."""
    return blake2b(b"broadcast %d" % broadcast_id, digest_size=16).hexdigest()


def span_of(broadcast_id: int, number: int) -> str:
    """Makes one delivery's id beside its broadcast's. Begins with a letter: sixteen digits are blanked in logs as somebody's
    number.
    """
    return "d" + blake2b(b"delivery %d %d" % (broadcast_id, number), digest_size=8).hexdigest()[1:]


def follow(broadcast_id: int) -> None:
    """Puts the broadcast's id on every log line from here to the end of the task."""
    structlog.contextvars.bind_contextvars(trace=trace_of(broadcast_id))


def follow_delivery(broadcast_id: int, number: int) -> None:
    """Puts the broadcast's id and one delivery's on every log line from here to the end of the task."""
    structlog.contextvars.bind_contextvars(trace=trace_of(broadcast_id), span=span_of(broadcast_id, number))


@contextmanager
def following(broadcast_id: int) -> Iterator[None]:
    """Puts the broadcast's id on every log line inside the block. For loops that handle one broadcast after the other."""
    with structlog.contextvars.bound_contextvars(trace=trace_of(broadcast_id)):
        yield
