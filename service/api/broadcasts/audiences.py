"""`/audiences`: how many a warning would reach, how many it would not and why, and, for a school's own list, who."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contact_registry.audiences import LeftOut
from service.api.broadcasts.draft_models import AudienceIn, TextsIn
from service.api.contacts.models import Channel as ContactChannel
from service.api.contacts.models import RoleName
from service.api.edge.context import ApiContext, BroadcastsWriter, ContactsReader, Context, Spoken
from service.api.edge.cursors import make_cursor, open_number
from service.api.edge.unit_place import at_unit
from service.broadcasts import (
    Channel,
    Fallback,
    Frame,
    Lacking,
    SmsScript,
    Urgency,
    list_left_out,
    names_in_words,
    preview,
    weigh_audience,
    why,
)
from service.languages import Language, preferred_language
from service.registered_texts import sms_script_of
from service.sentences import sentence
from service.units import Unit

router = APIRouter(prefix="/audiences", tags=["broadcasts"])

Reason = Literal["wrong_person", "invalid", "hard_bounce", "opt_out", "no_consent", "other", "no_address", "no_contact"]
_COUNTED_IN = {LeftOut.NO_ADDRESS: "contacts", LeftOut.NO_CONTACT: "pupils"}


class AudienceAsked(BaseModel):
    """An audience, and how it would be reached."""

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=40)]
    audience: AudienceIn = AudienceIn()
    channels: Annotated[list[Channel], Field(min_length=1, max_length=3)]
    urgency: Urgency = "urgent"


class CountIn(AudienceAsked):
    """With `texts`, what they would cost is told, too; with `fallback`, for how many there is one."""

    texts: TextsIn | None = None
    fallback: Fallback | None = None
    sms_script: SmsScript | None = None


class NotSentOut(BaseModel):
    """Some that are left out. Each is counted under one reason, the first of this order that holds.

    `wrong_person`, `invalid`, `hard_bounce`, `opt_out` (advisories only): suppressed on the list they stand on, or by a unit
    between that and yours. `no_consent`: an advisory of a unit that sends by consent. `other`: whatever would tell of a unit
    above yours. These count `addresses`: an address that stands on several lists is left out only if it is on each of them.
    `no_address` counts `contacts` without an address on any of the channels, `no_contact` counts `pupils` nobody can be written
    to for.
    """

    reason: Reason
    count: int
    of: Literal["addresses", "contacts", "pupils"]


class CostOut(BaseModel):
    """What the SMS would cost at the price the operator has set. Email costs nothing."""

    amount: float
    currency: str


class LackingOut(BaseModel):
    """A class or grade, and the units whose list has none of it: how many, and the codes of the first 20.
    `message`: the same in words.
    """

    of: Literal["class", "grade"]
    named: str
    units: list[str]
    count: int
    message: str

    @classmethod
    def shown(cls, each: Lacking, language: Language) -> "LackingOut":
        units = ", ".join(each.units) + (" …" if each.many > len(each.units) else "")
        values = {"count": each.many, "named": names_in_words([each.named]), "units": units}
        code = "audience.class_lacking" if each.of == "class" else "audience.grade_lacking"
        return cls(
            of=each.of, named=each.named, units=list(each.units), count=each.many, message=sentence(code, language, values)
        )


class CountOut(BaseModel):
    """`recipients`: messages that would leave now, one per number or address and channel.
    `people`: those who would get them, each once.

    `lacking`: units with a list of their own that has none of a class or grade that is meant.
    `segments`: of all SMS together; null without an SMS text, or without SMS among the channels. `cost_estimate` is null without
    segments, and where no price is set. `fallbacks`: how many of the numbers belong to somebody who could be written to by email
    should theirs be no use; null unless `fallback` is asked for.
    """

    recipients: int
    people: int
    by_channel: dict[str, int]
    not_sent: list[NotSentOut]
    lacking: list[LackingOut]
    segments: int | None
    cost_estimate: CostOut | None
    fallbacks: int | None


class LeftOutIn(AudienceAsked):
    """One page of those left out: behind `cursor`, `next` of the page before."""

    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class LeftOutOut(BaseModel):
    """One who will not get it. `row` as the spreadsheet shows it; a parent of two pupils stands there twice.

    No class and row: staff. No role: a pupil nobody can be written to for. `why`: the reason in words.
    """

    class_name: Annotated[str | None, Field(serialization_alias="class")]
    sheet: str | None
    row: int | None
    role: RoleName | None
    channel: ContactChannel | None
    address: str | None
    reason: Reason
    why: str


class LeftOutList(BaseModel):
    """In the order of the list. `next` is the cursor of the next page, or null."""

    items: list[LeftOutOut]
    next: str | None


@router.post("/count", operation_id="count_audience")
async def count(context: Context, actor: BroadcastsWriter, language: Spoken, body: CountIn) -> CountOut:
    """How many messages would leave now, and who would be left out for which reason."""
    async with at_unit(context, actor, body.unit) as (conn, unit):
        counted = await weigh_audience(
            conn,
            actor,
            unit=unit,
            audience=body.audience.audience(),
            channels=body.channels,
            urgency=body.urgency,
            now=context.now(),
            fallback=body.fallback,
        )
        script = body.sms_script or await sms_script_of(conn, context.settings.sms_script)
    segments = _segments(context, unit, body, script, counted.by_channel.get("sms"))
    return CountOut(
        recipients=counted.recipients,
        people=counted.people,
        by_channel=dict(counted.by_channel),
        not_sent=[
            NotSentOut.model_validate({"reason": reason.code, "count": many, "of": _COUNTED_IN.get(reason, "addresses")})
            for reason, many in counted.not_sent
        ],
        lacking=[LackingOut.shown(each, language) for each in counted.lacking],
        segments=segments,
        cost_estimate=_cost(context, segments),
        fallbacks=counted.fallbacks,
    )


def _segments(context: ApiContext, unit: Unit, body: CountIn, script: SmsScript, numbers: int | None) -> int | None:
    if body.texts is None or body.texts.sms is None or numbers is None:
        return None
    made = preview(
        texts=body.texts.texts(),
        channels=tuple(body.channels),
        frame=Frame(unit, context.settings.twilio_sender, digits=context.numbers.digits),
        now=context.now(),
        sms_script=script,
    )
    return numbers * next(each.segments for each in made.sms if each.variant == script)


def _cost(context: ApiContext, segments: int | None) -> CostOut | None:
    price, currency = context.settings.sms_price_per_segment, context.settings.sms_price_currency
    if segments is None or price is None or currency is None:
        return None
    return CostOut(amount=float(price * segments), currency=currency)


@router.post("/left-out", operation_id="list_left_out")
async def left_out(context: Context, actor: ContactsReader, request: Request, response: Response, body: LeftOutIn) -> LeftOutList:
    """Who would not get it, and why: of your own unit's list only. Whoever stands above sees the counts (`/audiences/count`)."""
    language = preferred_language(request.headers.get("accept-language"))
    skip = open_number(body.cursor) or 0
    async with at_unit(context, actor, body.unit) as (conn, unit):
        found = await list_left_out(
            conn,
            actor,
            unit=unit,
            audience=body.audience.audience(),
            channels=body.channels,
            urgency=body.urgency,
            master=context.master,
            skip=skip,
            limit=body.limit + 1,
            now=context.now(),
        )
    response.headers["Cache-Control"] = "no-store"
    return LeftOutList(
        items=[
            LeftOutOut(
                class_name=each.class_name,
                sheet=each.sheet,
                row=each.row,
                role=each.role,
                channel=each.channel,
                address=each.address,
                reason=each.reason.code,
                why=why(each.reason, language),
            )
            for each in found[: body.limit]
        ],
        next=make_cursor(skip + body.limit) if len(found) > body.limit else None,
    )
