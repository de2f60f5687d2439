"""What the API says of people, and takes in about them. Nothing here is ever kept for an Idempotency-Key."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contact_registry.consents import Basis, Consent, Proof, SuppressionReason
from contact_registry.headings import ListOf, Role
from contact_registry.languages import LANGUAGES
from contact_registry.people import ListedContact
from service.api.edge.times import Day

UnitCode = Annotated[str, Field(min_length=2, max_length=40, examples=["nbk-thcs"])]
Channel = Literal["sms", "email"]
Audience = ListOf
RoleName = Role
# As data (contact_registry.languages): a new one needs no change here.
Language = Annotated[str, Field(json_schema_extra={"enum": sorted(LANGUAGES)}, max_length=10)]
Typed = Annotated[str, Field(min_length=1, max_length=320)]
ClassName = Annotated[str, Field(min_length=1, max_length=40)]


class SearchIn(BaseModel):
    """Whom to look for; all that is given must hold. `name`: words in any order, with or without diacritics."""

    model_config = ConfigDict(extra="forbid")

    unit: UnitCode
    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    phone: Typed | None = None
    email: Typed | None = None
    class_name: Annotated[ClassName | None, Field(alias="class")] = None
    grade: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    audience: Audience | None = None
    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class PupilOut(BaseModel):
    name: str
    class_name: str = Field(serialization_alias="class")
    grade: str | None


class ConsentOut(BaseModel):
    basis: Basis
    proof: Proof
    given_on: date


class AddressOut(BaseModel):
    """`suppressed`: why the unit does not write to it; `consent`: the one that stands."""

    channel: Channel
    address: str
    suppressed: list[SuppressionReason]
    consent: ConsentOut | None


class ContactOut(BaseModel):
    """A contact of the present list. `name`: of staff; a parent is known by the pupils."""

    id: UUID
    audience: Audience
    role: RoleName
    language: str
    school_year: str | None
    name: str | None
    pupils: list[PupilOut]
    addresses: list[AddressOut]

    @classmethod
    def of(cls, listed: ListedContact) -> "ContactOut":
        return cls.model_validate(listed, from_attributes=True)


class ContactList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[ContactOut]
    next: str | None


class ConsentFields(BaseModel):
    """`place`: where the proof is kept. `given_on`: not ahead of today."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel
    basis: Basis
    proof: Proof
    place: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    given_on: Day

    def consent(self) -> Consent:
        return Consent(self.basis, self.proof, self.given_on, self.place)
