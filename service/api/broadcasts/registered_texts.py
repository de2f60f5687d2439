"""`/registered-texts`: which words the carriers have on file, and what an SMS that is none of them means."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from service.api.edge.context import BroadcastsReader, Context, TextsWriter
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.api.edge.idempotency import IdempotencyKey, request_hash
from service.api.edge.unit_place import at_unit, change_unit
from service.registered_texts import (
    RegisteredText,
    Registration,
    SmsScript,
    Status,
    Unregistered,
    drill_form,
    list_texts,
    put_text,
    set_sms_script,
    set_unregistered,
    sms_script_of,
    unregistered_rule,
    withdraw_text,
)
from service.units import Unit

router = APIRouter(prefix="/registered-texts", tags=["registered texts"])

Code = Annotated[str, Field(min_length=1, max_length=60)]


class TextPlace(BaseModel):
    """Where a text stands on file: at which unit, at which provider (`twilio` is the first), under which name."""

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=40)]
    provider: Code = "twilio"
    name: Code


class TextIn(TextPlace):
    """A text as the carrier has it, slots in braces. `dated`: the day of its status. `reference`: the carrier's own."""

    template: Annotated[
        str,
        Field(max_length=1600, examples=["SGDDTDNAI: Truong {truong:text:40} nghi hoc ngay {ngay:date}.\nSo tra cuu: {number}"]),
    ]
    status: Status
    dated: date
    reference: Annotated[str, Field(max_length=100)] = ""


class RuleIn(BaseModel):
    """`warn`: an SMS that is no registered text may be sent. `forbid`: only in an emergency. Holds for the units below, too."""

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=40)]
    unregistered: Unregistered


class ScriptIn(BaseModel):
    """How an SMS is written where its author does not say: with diacritics (`unicode`) or without.
    Holds for the units below, too.
    """

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=40)]
    sms_script: SmsScript


class ScriptOut(BaseModel):
    """What holds for the unit."""

    sms_script: SmsScript


class TextPut(BaseModel):
    """`changed`: false where it stood so already."""

    name: str
    changed: bool


class TextWithdrawn(BaseModel):
    name: str


class UnregisteredRuleOut(BaseModel):
    """What holds: the stricter of what the unit and those above it have said."""

    unregistered: Unregistered


class TextOut(BaseModel):
    """A text on file. `unit`: whose registration it is. `drill_form`: how a drill of it is sent; have that registered, too."""

    unit: str
    provider: str
    name: str
    template: str
    drill_form: str
    status: Status
    dated: date
    reference: str

    @classmethod
    def of(cls, found: RegisteredText) -> "TextOut":
        return cls(
            **{name: getattr(found, name) for name in cls.model_fields if name != "drill_form"},
            drill_form=drill_form(found.template),
        )


class TextList(UnregisteredRuleOut):
    """In the order they were first put on file. `next` is the cursor of the next page, or null."""

    sms_script: SmsScript
    items: list[TextOut]
    next: str | None


@router.get("", operation_id="list_registered_texts")
async def list_all(
    context: Context,
    actor: BroadcastsReader,
    unit: Annotated[str, Query(max_length=40)],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> TextList:
    """What holds for a unit: its own texts and those of the units above it."""
    after = open_number(cursor) or 0
    async with at_unit(context, actor, unit) as (conn, _):
        found = await list_texts(conn, after=after, limit=limit + 1)
        rule = await unregistered_rule(conn)
        script = await sms_script_of(conn, context.settings.sms_script)
    return TextList(
        unregistered=rule,
        sms_script=script,
        items=[TextOut.of(each) for each in found[:limit]],
        next=make_cursor(found[limit - 1].id) if len(found) > limit else None,
    )


@router.put("", operation_id="put_registered_text", response_model=TextPut)
async def put(context: Context, actor: TextsWriter, body: TextIn, key: IdempotencyKey = None) -> JSONResponse:
    """Puts a text on the unit's file, over what stood there under its name."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, TextPut]:
        filed = Registration(**body.model_dump(exclude={"unit"}))
        changed = await put_text(conn, actor, unit_id=unit.id, text_=filed, now=context.now())
        return 200, TextPut(name=body.name, changed=changed)

    return await change_unit(context, actor, body.unit, key, request_hash("registered_texts.put", body), use_case)


@router.post("/withdraw", operation_id="withdraw_registered_text", response_model=TextWithdrawn)
async def withdraw(context: Context, actor: TextsWriter, body: TextPlace, key: IdempotencyKey = None) -> JSONResponse:
    """Takes a text off the unit's file."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, TextWithdrawn]:
        await withdraw_text(conn, actor, unit_id=unit.id, provider=body.provider, name=body.name, now=context.now())
        return 200, TextWithdrawn(name=body.name)

    return await change_unit(context, actor, body.unit, key, request_hash("registered_texts.withdraw", body), use_case)


@router.put("/rule", operation_id="set_registered_text_rule", response_model=UnregisteredRuleOut)
async def rule(context: Context, actor: TextsWriter, body: RuleIn, key: IdempotencyKey = None) -> JSONResponse:
    """Says what an SMS that is no registered text means, for the unit and all below it."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, UnregisteredRuleOut]:
        await set_unregistered(conn, actor, unit_id=unit.id, rule=body.unregistered, now=context.now())
        return 200, UnregisteredRuleOut(unregistered=await unregistered_rule(conn))

    return await change_unit(context, actor, body.unit, key, request_hash("registered_texts.rule", body), use_case)


@router.put("/script", operation_id="set_sms_script", response_model=ScriptOut)
async def script(context: Context, actor: TextsWriter, body: ScriptIn, key: IdempotencyKey = None) -> JSONResponse:
    """Says how SMS of the unit and all below it are written where a draft does not say."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, ScriptOut]:
        await set_sms_script(conn, actor, unit_id=unit.id, script=body.sms_script, now=context.now())
        return 200, ScriptOut(sms_script=await sms_script_of(conn, context.settings.sms_script))

    return await change_unit(context, actor, body.unit, key, request_hash("registered_texts.script", body), use_case)
