"""One id from approval to receipt: every process that handles a broadcast derives the same, so no queue, token or row has to carry it.

Shaped as W3C Trace Context has them: 32 hexadecimal digits for the broadcast, 16 for each of its deliveries. They name nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

import structlog


def trace_of(broadcast_id: int) -> str:
    """The broadcast's id in the log lines of all processes, from approval on."""
    return blake2b(b"broadcast %d" % broadcast_id, digest_size=16).hexdigest()


def span_of(broadcast_id: int, number: int) -> str:
    """One delivery's id beside its broadcast's. Begins with a letter: sixteen digits are blanked in logs as somebody's number."""
    return "d" + blake2b(b"delivery %d %d" % (broadcast_id, number), digest_size=8).hexdigest()[1:]


def follow(broadcast_id: int) -> None:
    """Every line from here to the end of the task has the broadcast's id."""
    structlog.contextvars.bind_contextvars(trace=trace_of(broadcast_id))


def follow_delivery(broadcast_id: int, number: int) -> None:
    """The same, with one delivery's id beside it."""
    structlog.contextvars.bind_contextvars(trace=trace_of(broadcast_id), span=span_of(broadcast_id, number))


@contextmanager
def following(broadcast_id: int) -> Iterator[None]:
    """Every line inside has the broadcast's id. For loops that handle one broadcast after the other."""
    with structlog.contextvars.bound_contextvars(trace=trace_of(broadcast_id)):
        yield
