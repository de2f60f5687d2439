"""`/webhooks/gateways/{name}`: receipts of the gateways that files describe, by GET or POST, as each of them calls.

The attempt's token proves itself: nobody but the gateway was told it, and none can be made up. A gateway may bring a word of its
own besides.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from service.api.edge.context import ApiContext, Context
from service.carriers import http_gateway
from service.deliveries import Receipt
from service.errors import Forbidden
from service.gateways import Gateway
from service.traces import follow_delivery

_MOST_FIELDS = 100
router = APIRouter(prefix="/webhooks/gateways", tags=["webhooks"])


async def _take(context: ApiContext, request: Request, name: str, token: str | None) -> PlainTextResponse:
    try:
        receipt = await _receipt(context, request, name, token)
    except Forbidden:
        context.meters.receipts_refused.inc()
        raise
    follow_delivery(receipt.attempt.broadcast_id, receipt.attempt.number)
    await context.receipts.store(receipt)
    context.meters.receipts_taken.inc()
    return PlainTextResponse("OK")


async def _receipt(context: ApiContext, request: Request, name: str, token: str | None) -> Receipt:
    """Reads a callback. Raises `Forbidden("webhook.bad_signature")`."""
    gateway = next((each for each in context.settings.further_gateways if each.name == name), None)
    if gateway is None:
        raise Forbidden("webhook.bad_signature")
    attempt = context.tokens.open(token) if token is not None else None
    fields = await _fields(request)
    reference = fields.get(gateway.described.receipts.reference, "") if token is None else token
    if attempt is None:
        attempt = context.tokens.open(reference)
    if not _brings_word(gateway, fields, request.headers):
        raise Forbidden("webhook.bad_signature")
    said = http_gateway.read_callback(gateway.described, fields, reference)
    if said is None:
        raise Forbidden("webhook.bad_signature")
    return Receipt.of(attempt, said)


def _brings_word(gateway: Gateway, fields: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Says whether a callback brings the word that the gateway's file names; one whose word we were not told brings none."""
    secret = gateway.described.receipts.secret
    if secret is None:
        return True
    known = gateway.known.get(gateway.described.callback_secret or "")
    given = fields.get(secret.field, "") if secret.field else headers.get(secret.header, "")
    return bool(known) and hmac.compare_digest((known or "").encode(), given.encode("utf-8", "replace"))


async def _fields(request: Request) -> dict[str, str]:
    """The fields of the address and of the body, whatever they are written in. Raises `Forbidden("webhook.bad_signature")`."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        found = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), max_num_fields=_MOST_FIELDS))
        if body.lstrip().startswith("{"):
            return found | _flat(json.loads(body))
        return found | dict(parse_qsl(body, max_num_fields=_MOST_FIELDS))
    except (ValueError, RecursionError):
        raise Forbidden("webhook.bad_signature") from None


def _flat(said: Mapping[str, Any]) -> dict[str, str]:
    """The texts and numbers of an object, those of an object in it with its name and a dot before theirs."""
    inner = {f"{name}.{each}": value for name, of in said.items() if isinstance(of, dict) for each, value in of.items()}
    plain = {**said, **inner}
    return {name: str(value) for name, value in plain.items() if isinstance(value, str | int) and not isinstance(value, bool)}


@router.get("/{name}", operation_id="read_gateway_receipt", response_class=PlainTextResponse)
async def by_get(context: Context, request: Request, name: str) -> PlainTextResponse:
    """A receipt of a gateway that calls one address and brings our reference back."""
    return await _take(context, request, name, None)


@router.post("/{name}", operation_id="take_gateway_receipt", response_class=PlainTextResponse)
async def by_post(context: Context, request: Request, name: str) -> PlainTextResponse:
    """A receipt of a gateway that calls one address and brings our reference back."""
    return await _take(context, request, name, None)


@router.get("/{name}/{token}", operation_id="read_message_receipt", response_class=PlainTextResponse)
async def of_message_by_get(context: Context, request: Request, name: str, token: str) -> PlainTextResponse:
    """A receipt of a gateway that calls the address it was given with the message."""
    return await _take(context, request, name, token)


@router.post("/{name}/{token}", operation_id="take_message_receipt", response_class=PlainTextResponse)
async def of_message_by_post(context: Context, request: Request, name: str, token: str) -> PlainTextResponse:
    """A receipt of a gateway that calls the address it was given with the message."""
    return await _take(context, request, name, token)
