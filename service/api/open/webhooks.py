"""`/webhooks/twilio/status/{token}`: what the gateway says of a message, checked, stored, then answered."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from service.api.edge.context import ApiContext, Context
from service.carriers import twilio_callbacks
from service.deliveries import Receipt, check_signature
from service.errors import Forbidden
from service.traces import follow_delivery

_log = structlog.get_logger(__name__)
_MOST_FIELDS = 100  # a gateway sends a dozen or two


class _Direct(APIRoute):
    """Described like every call, but handed its request as it is: what FastAPI does in between took more than
    half of a callback's time.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            context: ApiContext = request.app.state.api_context
            answer: Response = await self.endpoint(context, request, request.path_params["token"])
            return answer

        return handle


router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=_Direct)


@router.post("/twilio/status/{token}", operation_id="take_twilio_status", status_code=204, response_class=Response)
async def twilio_status(context: Context, request: Request, token: str) -> Response:
    """A status callback. Its signature covers the public URL and every parameter, unknown ones included."""
    try:
        receipt = await _receipt(context, request, token)
    except Forbidden:
        context.meters.receipts_refused.inc()
        raise
    follow_delivery(receipt.attempt.broadcast_id, receipt.attempt.number)
    await context.receipts.store(receipt)
    context.meters.receipts_taken.inc()
    return Response(status_code=204)


async def _receipt(context: ApiContext, request: Request, token: str) -> Receipt:
    """Raises `Forbidden("webhook.bad_signature")`: who does not know a token of ours before a word of theirs is read."""
    attempt = context.tokens.open(token)
    query = request.scope["query_string"].decode("latin-1")
    url = context.settings.public_base + twilio_callbacks.callback_path(token) + (f"?{query}" if query else "")
    # Read by hand: what is signed is every pair as it came, empty and repeated ones too.
    try:
        form = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Forbidden("webhook.bad_signature") from None
    parameters = dict(form)
    # The account it names only chooses among our tokens; the signature decides.
    secrets = context.settings.callback_secrets(parameters.get("AccountSid", ""))
    check_signature(secrets, url, form, request.headers.get("x-twilio-signature", ""))
    if (said := twilio_callbacks.read_callback(parameters)) is None:
        raise Forbidden("webhook.bad_signature")
    receipt = Receipt.of(attempt, said, context.settings.senders_of(parameters.get("AccountSid", "")))
    if receipt.other_sender:
        context.meters.other_senders.inc()
        _log.error("sender.other", broadcast=attempt.broadcast_id)
    return receipt
