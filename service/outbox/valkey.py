"""The connection to Valkey, read from `LOA_VALKEY_URL` in one place: web and workers understand it alike, or neither does.

Escaped passwords, users, sockets with blanks in their path and what stands behind the `?` are redis-py's to read.
"""

import asyncio
import ssl
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, OutOfMemoryError, ReadOnlyError, RedisError

_CONNECT_SECONDS = 3.0
_ASKED = "loa:ready"
_KEPT_SECONDS = 60
_REFUSALS: tuple[tuple[type[Exception], str], ...] = (
    (AuthenticationError, "login_refused"),
    (NoPermissionError, "not_permitted"),
    (OutOfMemoryError, "full"),
    (ReadOnlyError, "read_only"),
    (ssl.SSLCertVerificationError, "certificate_refused"),
)
_SPOKEN = (("MISCONF", "disk_refused"), ("CERTIFICATE_VERIFY_FAILED", "certificate_refused"))

Client = TypeVar("Client", bound="Redis")


def open_valkey(kind: type[Client], url: str, ca_file: str = "") -> Client:
    """Makes a client of `kind` for `url`, not yet connected. Over TLS the server's certificate and its name are checked.

    `ca_file`: authorities (PEM) instead of those that the system knows.
    """
    options: dict[str, Any] = {"socket_connect_timeout": _CONNECT_SECONDS}
    if url.startswith("rediss:"):
        options["ssl_check_hostname"] = True  # redis-py believes any certificate of a known authority
        if ca_file:
            options["ssl_ca_certs"] = ca_file
    made: Client = kind.from_url(url, **options)
    return made


def why_refused(error: BaseException) -> str | None:
    """Says in a word why a Valkey that answers does not do what it was asked; None where it does not answer at all."""
    for each in (error, error.__context__):  # redis-py tells some of what a server says at the door as a lost connection
        for kind, word in _REFUSALS:
            if isinstance(each, kind):
                return word
    return next((word for spoken, word in _SPOKEN if spoken in str(error)), None)


async def queue_state(url: str, ca_file: str = "", *, patience: float) -> str:
    """Returns `ok` where Valkey takes a write within `patience` seconds, else `slow`, `unreachable` or a word of `why_refused`.

    A full one and a replica answer PING.
    """
    try:
        async with asyncio.timeout(patience), open_valkey(Redis, url, ca_file) as valkey:
            await valkey.set(_ASKED, 1, ex=_KEPT_SECONDS)
    except TimeoutError:
        return "slow"
    except (RedisError, OSError) as error:
        return why_refused(error) or "unreachable"
    return "ok"
