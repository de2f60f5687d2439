"""`/lookups`: the parents' question, for anybody, without a key. The number is a pointer; the text decides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.convertors import Convertor, register_url_convertor

from service.api.edge.context import Context, Spoken
from service.api.edge.problems import UNAVAILABLE
from service.broadcasts import Kind, Urgency
from service.languages import Language
from service.lookups import Answer, Outcome, RecordView
from service.sentences import sentence
from service.signing.comparison import Kind as DifferenceKind
from service.signing.comparison import Verdict


class _Anything(Convertor[str]):
    """Whatever stands in a path, line breaks as well: what cannot be a number is mistyped, not absent."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", _Anything())
router = APIRouter(prefix="/lookups", tags=["look-up"], responses=UNAVAILABLE)


class Question(BaseModel):
    """A pasted text, with or without its number. The text is compared and thrown away."""

    model_config = ConfigDict(extra="forbid")

    number: str | None = None
    text: str


class Issuer(BaseModel):
    """The unit that issued it, named as at the time."""

    code: str
    name: str


class RecalledOut(BaseModel):
    """Since when the message no longer stands, and why, in words."""

    at: AwareDatetime
    reason: str


class OfficialSmsOut(BaseModel):
    """The SMS in the scripts it was sent in."""

    ascii: str | None = None
    unicode: str | None = None


class OfficialEmailOut(BaseModel):
    """The email: its plain text, and the HTML that says the same words."""

    subject: str
    text: str
    html: str | None = None


class OfficialTextsOut(BaseModel):
    """What was sent, per channel, whole; a channel it did not go by is left out."""

    sms: OfficialSmsOut | None = None
    email: OfficialEmailOut | None = None


class RecordOut(BaseModel):
    """The official message. `texts` are final, with the asked number in its place. `recalled`: its issuer took it back."""

    id: UUID
    kind: Kind
    urgency: Urgency
    issuer: Issuer
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    texts: OfficialTextsOut
    single_approval: bool
    recalled: RecalledOut | None = None

    @classmethod
    def of(cls, record: RecordView, language: Language) -> "RecordOut":
        return cls(
            id=record.id,
            kind=record.kind,
            urgency=record.urgency,
            issuer=Issuer(code=record.issuer_code, name=record.issuer_name),
            issued_at=record.issued_at,
            expires_at=record.expires_at,
            texts=OfficialTextsOut.model_validate(record.texts),
            single_approval=record.single_approval,
            recalled=RecalledOut(at=record.recalled.at, reason=sentence(record.recalled.reason, language))
            if record.recalled
            else None,
        )


class DifferenceOut(BaseModel):
    """Where the two part. `critical`: a digit, link, phone number, negation, money or code word is in it."""

    kind: DifferenceKind
    official: str
    received: str
    critical: bool


class ComparisonOut(BaseModel):
    """`same` only when nothing but cosmetics differs; whatever is not plainly the same is `different`."""

    verdict: Verdict
    differences: list[DifferenceOut]


class AnswerOut(BaseModel):
    """What the number leads to. `copied`: the number was looked up from suspiciously many places."""

    outcome: Outcome
    copied: bool
    record: RecordOut | None = None
    comparison: ComparisonOut | None = None

    @classmethod
    def of(cls, answer: Answer, language: Language) -> "AnswerOut":
        comparison = answer.comparison
        return cls(
            outcome=answer.outcome,
            copied=answer.copied,
            record=RecordOut.of(answer.record, language) if answer.record else None,
            comparison=ComparisonOut(
                verdict=comparison.verdict,
                differences=[
                    DifferenceOut(kind=each.kind, official=each.official, received=each.received, critical=each.critical)
                    for each in comparison.differences
                ],
            )
            if comparison
            else None,
        )


@router.get("/{number:anything}", operation_id="look_up_number", response_model_exclude_none=True)
async def by_number(
    context: Context, language: Spoken, response: Response, number: Annotated[str, Path(examples=["4071 8826 3163"])]
) -> AnswerOut:
    """What this number leads to. Whatever cannot be read as a look-up number is `mistyped`."""
    response.headers["Cache-Control"] = "no-store"
    return AnswerOut.of(await context.lookups.answer(number, None), language)


@router.post("", operation_id="look_up_text", response_model_exclude_none=True)
async def by_text(context: Context, language: Spoken, response: Response, question: Question) -> AnswerOut:
    """Compares a pasted text with the official one. At most 4 KB."""
    response.headers["Cache-Control"] = "no-store"
    return AnswerOut.of(await context.lookups.answer(question.number, question.text), language)
