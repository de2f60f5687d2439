"""`/webhooks/twilio/status/{token}`: what the gateway says of a message, checked, stored, then answered."""

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from service.api.context import Context
from service.deliveries import Receipt, check_signature

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post("/twilio/status/{token}", status_code=204, response_class=Response)
async def twilio_status(context: Context, request: Request, token: str) -> Response:
    """A status callback. Its signature covers the public URL and every parameter, unknown ones included."""
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{context.settings.public_base}/webhooks/twilio/status/{token}{query}"
    # Read by hand: what is signed is every pair as it came, empty and repeated ones too.
    form = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    parameters = dict(form)
    # The account it names only chooses among our tokens; the signature decides.
    secrets = context.settings.callback_secrets(parameters.get("AccountSid", ""))
    check_signature(secrets, url, form, request.headers.get("x-twilio-signature", ""))
    receipt = Receipt.of_twilio(context.tokens.open(token), parameters)
    await context.receipts.store(receipt)
    return Response(status_code=204)
