"""SMS through a gateway that a file describes (`service.carriers.gateway_file`): one request a message, and nothing ever
repeated here.

Such a gateway has no list to look into. What is in doubt is settled by a receipt, or by a person.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from service.carriers import HttpGateway, http_gateway, is_gsm7
from service.carriers.gateway_file import PLACEHOLDER, SECRET
from workers.channels.base import Accepted, CannotList, Outcome, Refused, Said
from workers.channels.http_calls import BREAKS, outcome_of_break, session, text_of

_AS_TOLD: Mapping[str, Callable[[str], str]] = {
    "e164": lambda to: to,
    "digits": lambda to: to.removeprefix("+"),
    "national": lambda to: re.sub(r"^\+84", "0", to),
}
_LONGEST_VALIDITY = 7 * 86_400  # seconds


class SmsHttp:
    """An `SmsChannel`. Make it inside the event loop that uses it; `close` it there, too."""

    def __init__(self, gateway: HttpGateway, secrets: Mapping[str, str], sender: str, *, timeout: float = 10) -> None:
        """`secrets`: what the gateway's file names as `${...}`, whole. `sender`: the name that is registered with it."""

        def told(value: Any) -> Any:
            return SECRET.sub(lambda name: secrets[name[1]], value) if isinstance(value, str) else value

        asked = gateway.request
        self._gateway = gateway
        self._sender = sender
        self._url = told(asked.url)
        self._plain = {name: told(value) for name, value in asked.fields.items()}
        self._beyond = self._plain | {name: told(value) for name, value in asked.unicode.items()}
        self._headers = {name: told(value) for name, value in asked.headers.items()}
        if asked.basic:
            known = f"{told(asked.basic.user)}:{told(asked.basic.password)}".encode()
            self._headers["Authorization"] = "Basic " + base64.b64encode(known).decode()
        self._headers.setdefault(
            "Content-Type", "application/json" if asked.encoding == "json" else "application/x-www-form-urlencoded"
        )
        self._as_told = _AS_TOLD[asked.to]
        self._timeout = timeout
        self._pool: aiohttp.ClientSession | None = None  # made at the first request: aiohttp wants the running loop

    async def send(self, to: str, text: str, callback_url: str, valid_for: float) -> Outcome:
        """Sends as `SmsChannel.send` says."""
        plain = is_gsm7(text)
        if not plain and not self._gateway.unicode:
            return Refused(f"{http_gateway.NAME}.{self._gateway.name}.content.unicode", "content")
        reference = callback_url.rpartition("/")[2]  # what its last part is: service.carriers.http_gateway.callback_url
        values: dict[str, str | int] = {
            "to": self._as_told(to),
            "text": text,
            "sender": self._sender,
            "reference": reference,
            "callback": callback_url,
            "valid_seconds": max(1, min(int(valid_for), _LONGEST_VALIDITY)),
        }
        fields = {name: _filled(value, values) for name, value in (self._plain if plain else self._beyond).items()}
        try:
            return await self._ask(fields, reference)
        except BREAKS as error:
            return outcome_of_break(error)

    async def _ask(self, fields: Mapping[str, Any], reference: str) -> Outcome:
        asked, url, data = self._gateway.request, self._url, None
        if asked.encoding == "query":
            url += ("&" if "?" in url else "?") + urlencode(fields)
        else:
            data = (json.dumps(fields, ensure_ascii=False) if asked.encoding == "json" else urlencode(fields)).encode()
        if self._pool is None:
            self._pool = session(self._timeout)
        async with self._pool.request(
            asked.method, URL(url, encoded=True), data=data, headers=self._headers, allow_redirects=False
        ) as answer:
            return http_gateway.outcome_of_answer(self._gateway, answer.status, await text_of(answer), reference)

    async def find(self, to: str, since: datetime, containing: str) -> Accepted | None:  # noqa: ARG002 - the channel's
        """Finds as `SmsChannel.find` says."""
        raise CannotList("list.none")

    async def listed_until(self) -> datetime | None:
        """Asks the list as `SmsChannel.listed_until` says."""
        raise CannotList("list.none")

    async def fetch(self, provider_id: str) -> Said | None:  # noqa: ARG002 - the channel's
        """Asks as `SmsChannel.fetch` says."""
        return None

    async def close(self) -> None:
        """Closes as `SmsChannel.close` says."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()


def _filled(value: str | int, values: Mapping[str, str | int]) -> str | int:
    """A field with a message's parts in their places. What stands in those is never taken for a place."""
    if not isinstance(value, str) or "{" not in value:
        return value
    if (whole := PLACEHOLDER.fullmatch(value)) is not None:
        return values[whole[1]]  # a number stays one in JSON
    return PLACEHOLDER.sub(lambda name: str(values[name[1]]), value)
