"""The opaque token in a status-callback URL: which attempt of which delivery."""

import struct
from dataclasses import dataclass
from functools import partial

from service.errors import Forbidden
from service.signing.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one delivery."""

    unit_id: int
    broadcast_id: int
    number: int
    attempt: int


class AttemptTokens(Tokens[Attempt]):
    """Under the deployment's `attempt_token` key: 51 characters. Refuses with `Forbidden("webhook.bad_signature")`."""

    form = struct.Struct(">IQQH")
    holds = Attempt
    refusal = partial(Forbidden, "webhook.bad_signature")
