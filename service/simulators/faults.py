"""What a carrier may do wrong, switched on per channel with `POST /faults` and off with `DELETE /faults`."""

import random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Rate = Field(0.0, ge=0, le=1)  # a share of the messages; JSON's true means every one

# What Twilio answers with its own codes, where it is not plain 400.
_HTTP_OF_CODE = {20003: 401, 20429: 429, 20500: 500, 20503: 503}
_AFTER_ACCEPTING = 30000  # codes from here on are about delivery: Twilio takes the message and reports them later


class Faults(BaseModel):
    """The faults of one channel. `error_rate` is 1 unless given, as soon as an error is named;
    a bare rate means HTTP 500 or SMTP 451.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Literal["sms", "email"]
    latency_ms: float = Field(0, ge=0, le=600_000)
    error_rate: float | None = Field(None, ge=0, le=1)
    http_status: int | None = Field(None, ge=400, le=599)
    twilio_code: int | None = Field(None, ge=10000, le=99999)
    smtp_reply: str | None = Field(None, pattern=r"^[45]\d\d [\x20-\x7e]+$", max_length=200)
    segments_per_second: float | None = Field(None, gt=0)
    hang_after_accept: float = Rate
    lose_after_accept: float = Rate
    list_lag_ms: float = Field(0, ge=0, le=86_400_000)
    callbacks_after_ms: float = Field(0, ge=0, le=86_400_000)
    drop_callbacks: float = Rate
    duplicate_callbacks: float = Rate
    reorder_callbacks: float = Rate

    @property
    def names_an_error(self) -> bool:
        return any(value is not None for value in (self.http_status, self.twilio_code, self.smtp_reply))

    def strikes(self, dice: random.Random) -> bool:
        """Tells whether this message meets the error."""
        rate = self.error_rate if self.error_rate is not None else float(self.names_an_error)
        return rate > 0 and dice.random() < rate

    @property
    def fails_after_accepting(self) -> bool:
        """Whether the named error is one that Twilio reports later, in a status callback."""
        return self.http_status is None and self.twilio_code is not None and self.twilio_code >= _AFTER_ACCEPTING

    @property
    def twilio_refusal(self) -> tuple[int, int]:
        """HTTP status and Twilio code of a request that is refused."""
        if self.twilio_code is None:
            status = self.http_status or 500
            return status, {401: 20003, 404: 20404, 429: 20429}.get(status, 20500 if status >= 500 else 21620)
        return self.http_status or _HTTP_OF_CODE.get(self.twilio_code, 400), self.twilio_code


class FaultBoard:
    """The faults in force. Random, but from dice that a test may hand over."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self.dice = dice or random.Random()  # noqa: S311 - faults, not secrets
        self.clear()

    def clear(self) -> None:
        self.sms = Faults(channel="sms")
        self.email = Faults(channel="email")

    def put(self, faults: Faults) -> None:
        """Replaces what was in force for that channel."""
        if faults.channel == "sms":
            self.sms = faults
        else:
            self.email = faults

    def happens(self, rate: float) -> bool:
        return rate > 0 and self.dice.random() < rate
