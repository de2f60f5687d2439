"""`/previews`: what would be sent, before anything is written down."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from service.api.broadcasts.draft_models import TextsIn, Title
from service.api.broadcasts.models import MOST_FINDINGS, FindingOut
from service.api.edge.context import BroadcastsReader, Context
from service.api.edge.times import Moment
from service.api.edge.unit_place import at_unit
from service.broadcasts import Channel, Frame, Kind, SmsScript, Urgency, preview, unfit_times
from service.errors import Invalid
from service.languages import preferred_language
from service.readiness import standing_card
from service.registered_texts import registrations, sms_script_of
from service.rendering import SmsEncoding

router = APIRouter(tags=["broadcasts"])

Channels = Annotated[list[Channel], Field(min_length=1, max_length=3)]


class PreviewIn(BaseModel):
    """Texts as authored, and who would send them."""

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=40)]
    texts: TextsIn
    channels: Channels
    title: Title | None = None
    kind: Kind = "scam_alert"
    urgency: Urgency = "urgent"
    sms_script: SmsScript | None = None
    expires_at: Moment | None = None


class SmsOut(BaseModel):
    """What would be sent, sender and look-up line included; the counts are of it.
    `dearer`: the few characters that alone turn it to UCS-2.
    """

    variant: SmsScript
    text: str
    encoding: SmsEncoding
    characters: int
    segments: int
    dearer: list[str]


class EmailOut(BaseModel):
    subject: str
    text: str
    html: str


class PreviewOut(BaseModel):
    sms: list[SmsOut]
    email: EmailOut | None
    findings: list[FindingOut]


@router.post("/previews", operation_id="preview_broadcast")
async def show(context: Context, actor: BroadcastsReader, request: Request, body: PreviewIn) -> PreviewOut:
    """The texts as parents would get them, with an example number, and all that a draft would be refused or warned for."""
    language = preferred_language(request.headers.get("accept-language"))
    if wrong := unfit_times(body.expires_at, None):
        raise Invalid("request.invalid", fields=tuple(wrong))
    async with at_unit(context, actor, body.unit) as (conn, unit):
        frame = Frame(
            unit,
            context.settings.twilio_sender,
            card=await standing_card(conn, unit.id, now=context.now()),
            registered=await registrations(conn, context.settings.sms_providers),
            digits=context.numbers.digits,
        )
        script = body.sms_script or await sms_script_of(conn, context.settings.sms_script)
    made = preview(
        texts=body.texts.texts(),
        channels=tuple(body.channels),
        frame=frame,
        now=context.now(),
        kind=body.kind,
        urgency=body.urgency,
        title=body.title,
        sms_script=script,
        expires_at=body.expires_at,
    )
    return PreviewOut(
        sms=[
            SmsOut(
                variant=each.variant,
                text=each.text,
                encoding=each.encoding,
                characters=each.characters,
                segments=each.segments,
                dearer=list(each.dearer),
            )
            for each in made.sms
        ],
        email=EmailOut(subject=made.email.subject, text=made.email.text, html=made.email.html) if made.email else None,
        findings=[FindingOut.of(finding, language) for finding in made.findings[:MOST_FINDINGS]],
    )
