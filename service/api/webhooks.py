"""`/webhooks/twilio/status/{token}`: what the gateway says of a message, checked, stored, then answered."""

from fastapi import APIRouter, Request, Response

from service.api.context import Context

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post("/twilio/status/{token}", status_code=204, response_class=Response)
async def twilio_status(context: Context, request: Request, token: str) -> Response:
    """A status callback. Signed over the public URL and every parameter, unknown ones included."""
    raise NotImplementedError
