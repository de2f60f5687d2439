"""What goes in and comes out of `/units/{code}/readiness` and its parts."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api.edge.codes import StatementCode
from service.api.edge.times import Day
from service.readiness import STATEMENTS, Part, PartReport, PartState, Readiness, Report
from service.sentences import in_words


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DataRuleIn(_Asked):
    """The unit's internal rule on personal data. `sha256`: of the signed file, in hex. `advisory_basis`: `consent` where
    advisories may go only to those who agreed.
    """

    number: Annotated[str, Field(max_length=100, examples=["12/QĐ-THCS"])]
    dated: Day
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
    advisory_basis: Literal["official_duty", "consent"] = "official_duty"


class LeadIn(_Asked):
    """The email of an account of the unit, or of one above it, with the role data_protection_lead."""

    email: Annotated[str, Field(max_length=254)]


class CardIn(_Asked):
    """How a parent checks with the unit. `tested_on`: both numbers were last rung. `statements`: codes, see `GET /statements`."""

    phone: Annotated[str, Field(max_length=40, examples=["0251 3822 123"])]
    hours: Annotated[str, Field(max_length=100, examples=["07:00 - 17:00, thứ hai đến thứ sáu"])]
    out_of_hours_phone: Annotated[str, Field(max_length=40)]
    tested_on: Day
    statements: Annotated[list[StatementCode], Field(max_length=len(STATEMENTS))]


class StatementOut(BaseModel):
    """What a head may declare; the sentence is in the caller's language."""

    code: StatementCode
    sentence: str


class StatementList(BaseModel):
    items: list[StatementOut]

    @classmethod
    def of(cls, codes: tuple[str, ...], language: str) -> "StatementList":
        return cls(items=[StatementOut(code=code, sentence=in_words(f"statement.{code}", language)) for code in codes])


class PartDone(BaseModel):
    """A part after a deed, and whether the unit is ready now."""

    unit: str
    part: Part
    state: PartState
    ready: bool

    @classmethod
    def of(cls, unit: str, part: Part, readiness: Readiness) -> "PartDone":
        return cls(unit=unit, part=part, state=readiness.state(part), ready=readiness.ready)


class PartOut(BaseModel):
    """`who`: whoever filed the rule, is the lead, or approved the card. `valid_until`: its last day."""

    state: PartState
    school_year: str | None
    since: datetime | None
    valid_until: date | None
    who: str | None

    @classmethod
    def of(cls, part: PartReport) -> "PartOut":
        named = ("state", "school_year", "since", "valid_until", "who", "next_lead")
        known = {name: getattr(part, name) for name in named} | dict(part.values)
        return cls.model_validate({name: known.get(name) for name in cls.model_fields})


class DataRuleOut(PartOut):
    number: str | None
    dated: date | None
    sha256: str | None
    advisory_basis: str | None


class LeadOut(PartOut):
    """`next_lead`: named, and not accepted yet, while another is in office."""

    named_at: datetime | None
    accepted_at: datetime | None
    next_lead: str | None


class CardOut(PartOut):
    phone: str | None
    hours: str | None
    out_of_hours_phone: str | None
    tested_on: date | None
    statements: list[StatementCode] | None


class ReadinessOut(BaseModel):
    """What the letter asks of a unit. `blocks`: what is held back now, in words."""

    unit: str
    ready: bool
    blocks: str
    data_rule: DataRuleOut
    data_protection_lead: LeadOut
    verification_card: CardOut

    @classmethod
    def of(cls, unit: str, report: Report, language: str) -> "ReadinessOut":
        rule, lead, card = report.parts
        return cls(
            unit=unit,
            ready=report.readiness.ready,
            blocks=in_words(report.readiness.blocks, language),
            data_rule=DataRuleOut.of(rule),
            data_protection_lead=LeadOut.of(lead),
            verification_card=CardOut.of(card),
        )
