"""What a carrier says of a message afterwards, in our words: by itself in a callback, or when it is asked."""

from dataclasses import dataclass
from typing import Literal

Becomes = Literal["accepted", "failed", "delivered"]


@dataclass(frozen=True, slots=True)
class Said:
    """`becomes`: what the delivery is by that; None: a status that says nothing of it. `code`: why it failed, behind the
    carrier's name ("twilio.30005"; "twilio.failed" where it does not say); None unless it failed. `sender`: as in `Accepted`.
    """

    provider_id: str
    becomes: Becomes | None
    code: str | None = None
    sender: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to be heard of it."""
        return self.becomes in ("delivered", "failed")
