"""What Twilio says on the wire: message and error JSON, page shapes, segment counts, callback signatures. Pure.

Written from Twilio's public description, not from our own code: where the two disagree, a test shows it.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from service.simulators.outbox import Sms

# GSM 03.38: one septet each; the second set takes two.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
_GSM_ALL = _GSM | _GSM_DOUBLE

MESSAGES = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too many requests",
    20500: "An internal server error has occurred",
    21211: "The 'To' number is not a valid phone number.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21614: "'To' number is not a valid mobile number",
    21621: "The validity period is invalid.",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


def segments(text: str) -> int:
    """Counts the parts a phone network makes of a text: 160 septets or 153 a part; 70 UTF-16 units or 67 a part.

    No part ends within a pair: an escape and what it escapes, the two halves of a surrogate.
    """
    letters = set(text)
    if letters <= _GSM_ALL:
        for double in letters & _GSM_DOUBLE:
            text = text.replace(double, "\x1b" + double)
        units: Sequence[str | int] = text
        single, part = 160, 153
    else:
        octets = text.encode("utf-16-be")
        units = [octets[at] << 8 | octets[at + 1] for at in range(0, len(octets), 2)]
        single, part = 70, 67
    if len(units) <= single:
        return 1
    parts = end = 0
    while end < len(units):
        end += part
        parts += 1
        if end < len(units) and _begins_pair(units[end - 1]):
            end -= 1
    return parts


def _begins_pair(unit: str | int) -> bool:
    return unit == "\x1b" if isinstance(unit, str) else 0xD800 <= unit < 0xDC00


def error(status: int, code: int) -> dict[str, Any]:
    """Makes the body of a refused request."""
    return {
        "code": code,
        "message": MESSAGES.get(code, "The request could not be processed"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def message(sms: Sms, account: str) -> dict[str, Any]:
    """Makes a message resource."""
    uri = f"/2010-04-01/Accounts/{account}/Messages/{sms.sid}"
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": sms.text,
        "date_created": format_datetime(sms.received_at),
        "date_sent": _date(sms.sent_at),
        "date_updated": _date(sms.updated_at or sms.received_at),
        "direction": "outbound-api",
        "error_code": sms.error_code,
        "error_message": None,
        "from": sms.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(sms.segments),
        "price": None,
        "price_unit": "USD",
        "sid": sms.sid,
        "status": sms.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": sms.to,
        "uri": f"{uri}.json",
    }


def page(found: Sequence[Sms], account: str, *, number: int, size: int, query: Mapping[str, str]) -> dict[str, Any]:
    """Makes one page of a list, with Twilio's links to the next and the first."""
    start = number * size
    shown = found[start : start + size]
    base = f"/2010-04-01/Accounts/{account}/Messages.json"

    def link(to_page: int) -> str:
        return f"{base}?{urlencode({**query, 'PageSize': size, 'Page': to_page})}"

    return {
        "messages": [message(sms, account) for sms in shown],
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
        "uri": link(number),
        "first_page_uri": link(0),
        "next_page_uri": link(number + 1) if start + size < len(found) else None,
        "previous_page_uri": link(number - 1) if number else None,
    }


def callback_parameters(sms: Sms, account: str, status: str) -> dict[str, str]:
    """Makes what a status callback posts. Twilio adds parameters without notice: `RawDlrDoneDate` stands for those."""
    parameters = {
        "AccountSid": account,
        "ApiVersion": "2010-04-01",
        "From": sms.sender,
        "MessageSid": sms.sid,
        "MessageStatus": status,
        "SmsSid": sms.sid,
        "SmsStatus": status,
        "To": sms.to,
    }
    if status in {"delivered", "undelivered"} and sms.updated_at:
        parameters["RawDlrDoneDate"] = sms.updated_at.strftime("%y%m%d%H%M")
    if status in {"undelivered", "failed"} and sms.error_code:
        parameters["ErrorCode"] = str(sms.error_code)
    return parameters


def signature(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    """Makes `X-Twilio-Signature`: HMAC-SHA1 over the exact URL and every parameter, sorted by name."""
    signed = url + "".join(name + parameters[name] for name in sorted(parameters))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _date(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None
