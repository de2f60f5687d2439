"""What one process counts of its work, for Prometheus. Made at the composition root and passed on, like everything else.

Labels are lanes, channels, providers, states and the names of our own calls:
few, and none of them a person's, a unit's or a number.
"""

import hmac
import platform

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, Summary, generate_latest

VERSION = "0.1.0"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS_OF_A_CALL = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_SECONDS_OF_A_BROADCAST = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 48 * 3600)


class Meters:
    """A process's counters. What a process never does stays without a sample."""

    def __init__(self, process: str) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("loa_build", "What runs here.", registry=registry).info(
            {"version": VERSION, "process": process, "python": platform.python_version()}
        )
        # A worker's.
        self._calls = Counter(
            "loa_provider_calls",
            "Calls of providers by what came of them: accepted, refused (with its class), unknown.",
            ["lane", "channel", "provider", "outcome", "error_class"],
            registry=registry,
        )
        self._call_seconds = Histogram(
            "loa_provider_call_seconds",
            "How long a provider took.",
            ["channel", "provider"],
            buckets=_SECONDS_OF_A_CALL,
            registry=registry,
        )
        self._known_calls: dict[tuple[str, ...], tuple[Counter, Histogram]] = {}
        self.attempts = Counter(
            "loa_attempts",
            "Attempts by what they made of the delivery: accepted, failed, uncertain, or waiting for another.",
            ["lane", "channel", "becomes"],
            registry=registry,
        )
        # Both.
        self.other_senders = Counter(
            "loa_other_senders",
            "Messages that a carrier says it sent under another name than the registered one.",
            registry=registry,
        )
        self.receipts_applied = Counter(
            "loa_receipts_applied",
            "Receipts taken from the inbox by what the delivery became, nothing, or stray: "
            "of a delivery there is not (any more).",
            ["effect"],
            registry=registry,
        )
        self.polls = Counter(
            "loa_receipt_polls", "SMS asked for at their provider, by the answer.", ["answer"], registry=registry
        )
        self.rounds = Counter(
            "loa_loop_rounds",
            "Rounds of a worker's loops by what came of them: "
            "done, elsewhere (another worker is at it), away (the database), failed.",
            ["loop", "outcome"],
            registry=registry,
        )
        self.sweeper = Counter("loa_sweeper_findings", "What the sweeper found and set right.", ["what"], registry=registry)
        self.stalls = Counter("loa_broadcast_stalls", "Broadcasts found standing still.", ["lane"], registry=registry)
        self.broadcast_seconds = Histogram(
            "loa_broadcast_seconds",
            "From when a broadcast might leave (approval, its time, "
            "the end of quiet hours) until its first and until 95% were accepted.",
            ["lane", "reached"],
            buckets=_SECONDS_OF_A_BROADCAST,
            registry=registry,
        )
        # The web process's.
        self.requests = Summary("loa_http_request_seconds", "Requests by call and status.", ["call", "status"], registry=registry)
        self.connections_dropped = Counter(
            "loa_connections_dropped",
            "Connections ended or refused before they brought a request: head_large, head_slow, too_many, too_many_at_once.",
            ["reason"],
            registry=registry,
        )
        self.receipts_taken = Counter("loa_receipts_taken", "Status callbacks stored in the inbox.", registry=registry)
        self.receipts_refused = Counter("loa_receipts_refused", "Status callbacks refused.", registry=registry)

    def called(self, lane: str, channel: str, provider: str, outcome: str, error_class: str, seconds: float) -> None:
        """Counts one call of a provider, and how long it took."""
        labels = (lane, channel, provider, outcome, error_class)
        if (known := self._known_calls.get(labels)) is None:  # finding them costs more than counting
            known = self._known_calls[labels] = (self._calls.labels(*labels), self._call_seconds.labels(channel, provider))
        calls, call_seconds = known
        calls.inc()
        call_seconds.observe(seconds)

    def expect_calls(self, lane: str, channel: str, provider: str) -> None:
        """Shows that a provider may be called, before it is: of a series that begins with its first calls no increase is seen."""
        self._calls.labels(lane, channel, provider, "accepted", "")

    def exposition(self) -> bytes:
        """Writes everything as Prometheus reads it."""
        return generate_latest(self.registry)


def may_read(authorization: str, token: str | None, *, on_this_machine: bool) -> bool:
    """Tells whether somebody may read the figures: whoever has the token;
    where none is set, whoever asks from the same machine.
    """
    if token is None:
        return on_this_machine
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
