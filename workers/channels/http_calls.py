"""HTTP calls of the SMS channels: one pooled session each, answers of a bounded length, and what it means where a call breaks."""

import aiohttp

from workers.channels.base import Outcome, Refused, Unknown

CONNECTIONS = 50
KEEP_IDLE = 15  # seconds: shorter than any front end keeps one, so that a request seldom meets a connection just closed
LONGEST_ANSWER = 1024 * 1024  # bytes; a page of messages is a twentieth of that


class Unreadable(Exception):
    """An answer that is none."""


# How a call may break, the special before the general. Only what breaks before a byte of the request is written is a refusal.
_WHEN_IT_BREAKS: tuple[tuple[type[Exception], Outcome], ...] = (
    (aiohttp.ClientConnectorCertificateError, Refused("connect.certificate", "config")),
    (aiohttp.ClientConnectorError, Refused("connect", "temporary")),
    (aiohttp.ConnectionTimeoutError, Refused("connect", "temporary")),
    (aiohttp.InvalidURL, Refused("connect.url", "config")),
    (TimeoutError, Unknown("timeout")),
    (aiohttp.ClientError, Unknown("disconnected")),
)
BREAKS = (aiohttp.ClientError, TimeoutError, Unreadable, UnicodeError, RecursionError)
"""What may come of a call besides an answer. Anything else is a mistake of ours."""


def outcome_of_break(error: Exception) -> Outcome:
    """Returns what is known of a message whose call broke with one of `BREAKS`, or whose answer could not be read."""
    return next((outcome for kind, outcome in _WHEN_IT_BREAKS if isinstance(error, kind)), Unknown("answer.unreadable"))


def session(timeout: float) -> aiohttp.ClientSession:
    """Makes a pool of connections for one carrier, in the running loop. `timeout`: seconds for a call, everything in it."""
    # A connection that never came about is a refusal, so it must end before the whole may.
    limits = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_IDLE)
    return aiohttp.ClientSession(connector=connector, timeout=limits, cookie_jar=aiohttp.DummyCookieJar())


async def text_of(answer: aiohttp.ClientResponse) -> str:
    """Reads an answer as UTF-8, whatever is said of it; no more than a worker can hold many times. Raises `Unreadable`."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise Unreadable("longer than any answer")
    return body.decode("utf-8", "replace").lstrip()
