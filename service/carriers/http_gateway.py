"""An SMS gateway of the common kind, described by a file: one HTTP request a message, a code in the answer, a callback for its
receipt.

The description names the gateway's own codes, fields and status words; what they mean stands beside each as one of our faults.
A code of its refusals is kept as `gateway.<name>.<fault>.<its code>`: it can be read long after the file was changed or taken
away.

What is not listed is nobody's guess: an answer that neither accepts nor refuses leaves its message in doubt.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from service.carriers.abilities import Abilities
from service.carriers.gateway_answers import field_of
from service.carriers.gateway_file import HttpGateway
from service.carriers.meanings import CLASS_OF, ErrorClass, Fault, Meaning, Retry, plain
from service.carriers.outcomes import Accepted, Outcome, Refused, Unknown
from service.carriers.receipts import Said

NAME = "gateway"
CAN = Abilities(receipts=True, fetch=False, listing=False, validity=True, unicode=True, sender_names=True, parts=None)
"""What the best described of them can; each file says what its own can (`abilities_of`)."""

_ID = re.compile(r"[!-~]{1,64}")
_CODE = re.compile(r"[0-9A-Za-z_-]{1,24}")
_ELSEWHERE = frozenset({301, 302, 307, 308})
_MINUTE = 60.0

MEANINGS: Mapping[Fault, Meaning] = MappingProxyType(
    {
        "number": Meaning("number"),
        "dead_address": Meaning("dead_address"),
        "unreachable": Meaning("unreachable", Retry(30 * _MINUTE, 60 * _MINUTE, 3)),
        "content": Meaning("content", bears=0.02),
        "sender": Meaning("sender", bears=0.02),
        "account": Meaning("account", of_account=True),
        "busy": Meaning("busy", slows_down=True),
        "unknown": Meaning("unknown", bears=0.02),
    }
)


def meaning_of(code: str, error_class: ErrorClass) -> Meaning:
    """Returns what a gateway's code means by the fault that stands in it."""
    fault = code.split(".")[2:3]
    return MEANINGS[fault[0]] if fault and fault[0] in MEANINGS else plain(error_class)  # type: ignore[index]


def abilities_of(gateway: HttpGateway) -> Abilities:
    """Returns what the gateway of this description can."""
    uses = gateway.placeholders
    return Abilities(
        receipts=gateway.receipts.how == "callback",
        fetch=False,
        listing=False,
        validity="valid_seconds" in uses,
        unicode=gateway.unicode,
        sender_names="sender" in uses,
        parts=gateway.parts,
    )


def outcome_of_answer(gateway: HttpGateway, status: int, body: str, reference: str) -> Outcome:
    """Returns what an HTTP answer says of a message that was posted. `reference`: ours, by which it is known where the gateway
    names none.
    """
    code = field_of(gateway.answer.format, body, gateway.answer.code)
    known = code if code is not None and _CODE.fullmatch(code) else None
    if (outcome := _by_status(gateway, status, known)) is not None:
        return outcome
    if known is None:
        return Unknown("answer.unreadable")
    if (fault := gateway.answer.faults.get(known)) is not None:
        return _refused(gateway, fault, known)
    if known not in gateway.answer.accepted:
        return Unknown(f"{NAME}.{gateway.name}.unlisted.{known}")
    named = field_of(gateway.answer.format, body, gateway.answer.id or "") if gateway.names_messages else reference
    return Accepted(named) if named is not None and _ID.fullmatch(named) else Unknown("answer.unreadable")


def _by_status(gateway: HttpGateway, status: int, code: str | None) -> Outcome | None:
    """What the status alone says; None of a success, where the answer says it."""
    if 200 <= status < 300:
        return None
    if status == 429:
        return _refused(gateway, "busy", "429")
    if status in _ELSEWHERE:  # the address is set up wrongly, as http for https
        return Refused(f"http.{status}", "config")
    # 408 and all but 4xx may come after the message was taken; and so may whatever says by its code that it was.
    if status == 408 or not 400 <= status < 500 or code in gateway.answer.accepted:
        return Unknown(f"http.{status}")
    if code is None:  # whoever stands in between has answered
        return Refused(f"http.{status}", "config")
    return _refused(gateway, gateway.answer.faults.get(code, "unknown"), code)


def _refused(gateway: HttpGateway, fault: Fault, code: str) -> Refused:
    return Refused(f"{NAME}.{gateway.name}.{fault}.{code}", CLASS_OF[fault])


def callback_path(gateway: HttpGateway, token: str = "") -> str:
    """Returns the path at which receipts come in: with the attempt's token, or the one path of a gateway that sends its
    reference back.
    """
    fixed = f"/webhooks/gateways/{gateway.name}"
    return f"{fixed}/{token}" if token else fixed


def callback_url(gateway: HttpGateway, base: str, token: str) -> str:
    """Returns the address to which the gateway tells what became of an attempt. Its last part is our reference, wherever it
    calls.
    """
    return base + callback_path(gateway, token)


def read_callback(gateway: HttpGateway, fields: Mapping[str, str], reference: str) -> Said | None:
    """Returns what a callback's fields say; None where there is no status in them, or no id where the gateway has one."""
    receipts = gateway.receipts
    status = fields.get(receipts.status)
    if status is None:
        return None
    named = fields.get(receipts.id, "") if gateway.names_messages else reference
    if not _ID.fullmatch(named):
        return None
    becomes = receipts.statuses.get(status)
    if becomes != "failed":
        return Said(named, becomes)
    error = fields.get(receipts.error, "") if receipts.error else status
    known = error if _CODE.fullmatch(error) else "failed"
    return Said(named, "failed", f"{NAME}.{gateway.name}.{receipts.faults.get(error, 'unknown')}.{known}")
