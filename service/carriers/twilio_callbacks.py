"""Twilio's status callbacks: where they come to, who signed them, and what stands in them."""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence

from service.carriers.receipts import Said
from service.carriers.twilio import said

_USUAL_PORTS = {"https": 443, "http": 80}
_ASKS_AGAIN = "#rc=5&rp=all"
"""Twilio tells a thing once, and once more where no connection came about, unless the address asks for more: five times, whatever
went wrong, while we restart perhaps (docs.twilio.com, connection overrides). A fragment is part neither of the request nor of its
signature.
"""


def callback_path(token: str) -> str:
    """Returns the path at which status callbacks for an attempt's `token` are taken."""
    return f"/webhooks/twilio/status/{token}"


def callback_url(base: str, token: str) -> str:
    """Returns the address to which Twilio tells what became of an attempt.
    `base`: our public address, without a slash at its end.
    """
    return f"{base}{callback_path(token)}{_ASKS_AGAIN}"


_SID, _WORD, _CODE = (re.compile(form) for form in (r"[!-~]{1,64}", r"[a-z_-]{1,32}", r"[0-9A-Za-z_.-]{0,16}"))


def read_callback(parameters: Mapping[str, str]) -> Said | None:
    """Returns what a status callback says; None where one of its fields is none that a gateway sends."""
    sid, status, error = (parameters.get(name, "") for name in ("MessageSid", "MessageStatus", "ErrorCode"))
    if not (_SID.fullmatch(sid) and _WORD.fullmatch(status) and _CODE.fullmatch(error)):
        return None
    return said(sid, status, error, parameters.get("From"))


def is_signed(auth_tokens: Sequence[str], url: str, parameters: Sequence[tuple[str, str]], signature: str) -> bool:
    """Says whether a callback to `url` is signed by one of the accounts whose tokens these are.

    As Twilio signs: HMAC-SHA1 by the account's token over the exact public URL and every parameter, unknown ones included, sorted
    by name (https://www.twilio.com/docs/usage/security). The port is sometimes in what it signs and sometimes not, so both are
    tried.
    """
    told = "".join(name + value for name, value in sorted(set(parameters)))
    given = signature.encode("utf-8", "replace")
    expected = (
        base64.b64encode(hmac.new(token.encode(), (spelling + told).encode(), "sha1").digest())
        for spelling in _spellings(url)
        for token in auth_tokens
    )
    return any(hmac.compare_digest(each, given) for each in expected)


def _spellings(url: str) -> Iterator[str]:
    """An address as it is, without its port, and with the port that its scheme stands for."""
    yield url
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal():
        yield f"{scheme}://{name}{slash}{path}"
    elif scheme in _USUAL_PORTS:
        yield f"{scheme}://{host}:{_USUAL_PORTS[scheme]}{slash}{path}"
