"""SMS through Twilio, or through anything that speaks its REST interface, by Twilio's own asynchronous client.

One pooled session per process. Nothing is ever repeated here: whether to try again is decided by who knows the delivery.
"""

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from service.carriers import twilio
from workers.channels.base import Accepted, CannotList, Outcome, Said, Unknown
from workers.channels.http_calls import BREAKS, Unreadable, outcome_of_break, session, text_of

_TWILIO = "https://api.twilio.com"
_NOT_FOUND = 404
_LISTED_AT_MOST = 200  # messages to one number, newest first; a parent gets a few a month
_NEWEST = 50  # of the account's list: they come newest first, but for those that are still queued
_ID = re.compile(r"[!-~]{1,64}")
_WORD = re.compile(r"[a-z_-]{1,32}")
_CLOCKS_MAY_DIFFER = timedelta(minutes=2)
_LONGEST_VALIDITY = 36_000  # seconds: Twilio holds no message longer

_BREAKS = (*BREAKS, TwilioException, json.JSONDecodeError)


class SmsTwilio:
    """An `SmsChannel`. Make it inside the event loop that uses it; `close` it there, too."""

    def __init__(
        self,
        api_url: str,
        account_sid: str,
        auth_token: str,
        sender: str,
        *,
        messaging_service: str = "",
        discard: bool = False,
        timeout: float = 10,
    ) -> None:
        """`messaging_service`: the SID of the service that `sender` belongs to.
        `discard`: Twilio shall keep neither text nor number.
        """
        self._http = _PooledClient(api_url, account_sid, auth_token, timeout)
        self._messages = Client(account_sid, auth_token, http_client=self._http).messages
        # The text was signed: nobody puts other characters into it.
        self._asked: dict[str, object] = {"from_": sender, "smart_encoded": False}
        if messaging_service:
            self._asked["messaging_service_sid"] = messaging_service
        if discard:
            self._asked |= {"content_retention": "discard", "address_retention": "obfuscate"}
        self._discard = discard
        self._patience = 3 * timeout  # with a list of several pages

    async def send(self, to: str, text: str, callback_url: str, valid_for: float) -> Outcome:
        """Sends as `SmsChannel.send` says."""
        seconds = max(1, min(int(valid_for), _LONGEST_VALIDITY))
        try:
            sent = await self._messages.create_async(
                to=to, body=text, status_callback=callback_url, validity_period=seconds, **self._asked
            )
        except (TwilioRestException, TwilioServiceException) as refusal:
            return twilio.outcome_of_refusal(refusal.status, refusal.code)
        except _BREAKS as error:
            return outcome_of_break(error)
        if twilio.is_never_sent(sent.status):
            return twilio.refused(sent.error_code)
        return Accepted(sent.sid, _sender(sent.from_)) if _is_id(sent.sid) else Unknown("answer.unreadable")

    async def find(self, to: str, since: datetime, containing: str) -> Accepted | None:
        """Finds as `SmsChannel.find` says. Goes by the day it was created, not Twilio's DateSent filter: a queued message has no
        such date.
        """
        if self._discard:  # a list without texts and numbers does not have it either way
            raise CannotList("content.discarded")
        readable = True
        with _cannot_list():
            async with asyncio.timeout(self._patience):  # of all pages: a list that never ends is none
                listed = await self._messages.list_async(to=to, limit=_LISTED_AT_MOST, page_size=50)
        earliest = since + min(self._http.ahead, timedelta()) - _CLOCKS_MAY_DIFFER  # in its list things have its clock's time
        for message in listed:
            created, body = message.date_created, message.body
            tells = created is not None and isinstance(body, str) and body != ""
            if (created and created < earliest) or (tells and containing not in body):
                continue
            if tells and _is_id(message.sid):
                return Accepted(message.sid, _sender(message.from_))
            readable = False  # its time or its text is kept from us: it may be the one
        if not readable:
            raise CannotList("answer.unreadable")
        return None

    async def listed_until(self) -> datetime | None:
        """Asks the list as `SmsChannel.listed_until` says."""
        with _cannot_list():
            async with asyncio.timeout(self._patience):
                listed = await self._messages.list_async(limit=_NEWEST, page_size=_NEWEST)
        # What parents write back is listed among ours, and by another way.
        created = [each.date_created for each in listed if each.direction != "inbound" and each.date_created is not None]
        return max(created) - self._http.ahead if created else None

    async def fetch(self, provider_id: str) -> Said | None:
        """Asks as `SmsChannel.fetch` says."""
        with _cannot_list():
            try:
                message = await self._messages(provider_id).fetch_async()
            except (TwilioRestException, TwilioServiceException) as refusal:
                if refusal.status == _NOT_FOUND:
                    return None
                raise
        if message.sid != provider_id or not (isinstance(message.status, str) and _WORD.fullmatch(message.status)):
            raise CannotList("answer.unreadable")
        return twilio.said(provider_id, message.status, twilio.code_of(message.error_code), _sender(message.from_))

    async def close(self) -> None:
        """Closes as `SmsChannel.close` says."""
        await self._http.close()


def _is_id(said: object) -> bool:
    """Whether it can be kept: a database takes no answer for a name only because a gateway gave it."""
    return isinstance(said, str) and _ID.fullmatch(said) is not None


def _sender(said: object) -> str | None:
    """A name or number of a sender. Not more than that: it stands in the log."""
    return said[:40] if isinstance(said, str) and said else None


@contextmanager
def _cannot_list() -> Iterator[None]:
    """Whatever breaks a question is `CannotList`."""
    try:
        yield
    except TimeoutError as timeout:
        raise CannotList("timeout") from timeout
    except aiohttp.ClientError as error:
        raise CannotList("disconnected") from error
    except (TwilioRestException, TwilioServiceException) as refusal:
        raise CannotList(f"http.{refusal.status}") from refusal
    except (TwilioException, Unreadable, ValueError, RecursionError, TypeError, AttributeError, LookupError) as error:
        raise CannotList("answer.unreadable") from error  # twilio's client reads without looking: null where a list belongs


def _ahead(date: str, asked_at: datetime) -> timedelta:
    """How far a clock is ahead by which an answer was given, at most.
    It is told in whole seconds; nothing where it is not told.
    """
    with suppress(TypeError, ValueError):
        said = parsedate_to_datetime(date)
        if said.tzinfo is not None:
            return said + timedelta(seconds=1) - asked_at
    return timedelta()


class _PooledClient(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Twilio's HTTP client with our base URL, one session, and nothing written to a log.

    It takes over `request` whole: Twilio's logs addresses and texts,
    and hands aiohttp an `auth` argument that aiohttp is giving up.
    """

    def __init__(self, api_url: str, account_sid: str, auth_token: str, timeout: float) -> None:
        super().__init__(pool_connections=False, timeout=timeout)
        self._pool: aiohttp.ClientSession | None = None  # made at the first request: aiohttp wants the running loop
        self._base = api_url.rstrip("/")
        self._authorization = "Basic " + base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._timeout = timeout
        self.ahead = timedelta()
        """By how much the provider's clock is ahead of ours, rather too much than too little: as its last answer told."""

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,  # noqa: ARG002 - twilio's signature
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - twilio's signature; the session's holds
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - a POST is never sent to another place
    ) -> Response:
        if self._pool is None:
            self._pool = session(self._timeout)
        asked_at = datetime.now(UTC)
        async with self._pool.request(
            method,
            self._base + url.removeprefix(_TWILIO),
            params=cast("Any", params),
            # A form made by hand: aiohttp's own takes a third of the call, twilio's values are texts and numbers.
            data=urlencode(data).encode() if data else None,
            headers={**(headers or {}), "Authorization": self._authorization},
            allow_redirects=False,
        ) as answer:
            text = await text_of(answer)
            self.ahead = _ahead(answer.headers.get("Date", ""), asked_at)
            if 200 <= answer.status < 300 and not text.startswith("{"):
                raise TwilioException("an answer is an object")
            return Response(answer.status, text, answer.headers)

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()
