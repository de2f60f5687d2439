"""What Twilio's codes mean for us. The meanings are Twilio's (twilio.com/docs/api/errors); the class decides what happens next.

A code that stands for delivery (from 30000) comes in a status callback, the others in the answer to a request.
"""

from collections.abc import Mapping
from types import MappingProxyType

from workers.channels.base import ErrorClass, Outcome, Refused, Unknown

ERROR_CLASSES: Mapping[int, ErrorClass] = MappingProxyType(
    {
        20003: "config",  # authentication failed
        20404: "config",  # no such account
        20429: "temporary",  # too many requests: not processed, safe to send again
        21211: "number",  # not a phone number
        21408: "config",  # region not enabled
        21602: "content",  # no body
        21603: "config",  # no sender
        21606: "config",  # sender can't be used
        21608: "config",  # trial account, number not verified
        21610: "number",  # opted out
        21611: "temporary",  # the sender's queue is full
        21612: "config",  # this sender can't reach this number
        21614: "number",  # not a mobile
        21617: "content",  # longer than 1,600 characters
        21635: "number",  # landline
        30001: "temporary",  # the account's queue is full
        30002: "config",  # account suspended
        30003: "temporary",  # handset unreachable
        30004: "number",  # blocked
        30005: "number",  # unknown or inactive
        30006: "number",  # landline or unreachable carrier
        30007: "content",  # filtered
        30008: "temporary",  # unknown
        30010: "config",  # over the highest price
        30036: "temporary",  # waited in Twilio's queue beyond its validity
    }
)


def classify(code: int) -> ErrorClass:
    """The class of a code. One that nobody knows is `config`: a person must look, and nothing is repeated meanwhile."""
    return ERROR_CLASSES.get(code, "config")


def outcome_of_refusal(status: int, code: int | None) -> Outcome:
    """What an HTTP answer that is not a success says of a message that was posted."""
    if status == 429:
        return Refused(f"twilio.{code or 20429}", "temporary")
    # 408 and everything from 500 on may come after the message was taken; a redirect is nothing Twilio does.
    if status == 408 or not 400 <= status < 500:
        return Unknown(f"http.{status}")
    if code is None or code < 10000:  # no code of Twilio's: a gateway in between has answered
        return Refused(f"http.{status}", "config")
    return Refused(f"twilio.{code}", classify(code))
