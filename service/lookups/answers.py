"""What is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from service.signing.comparison import Comparison
from service.signing.records import SLOT, Record

Outcome = Literal["drill", "recalled", "found", "expired", "mistyped", "unknown"]


@dataclass(frozen=True, slots=True)
class Recalled:
    """Since when it no longer stands. `reason`: the code of a sentence."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """An official message as it is shown: final texts with the asked number in its place. `recalled`: by its issuer."""

    id: UUID
    kind: str
    urgency: str
    issuer_code: str
    issuer_name: str
    issued_at: datetime
    expires_at: datetime
    texts: Mapping[str, Mapping[str, str]]
    single_approval: bool
    recalled: Recalled | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`number`: as written, where one was asked for and is one. `comparison`: only where a text was given and a record found.

    `channel`: whose text the pasted one is nearest to. `numberless`: nothing in the pasted text could be a look-up number.
    `misread`: the first of the pasted text's numbers that have the length of one and wrong check digits.
    """

    outcome: Outcome
    number: str | None = None
    record: RecordView | None = None
    comparison: Comparison | None = None
    copied: bool = False
    channel: str | None = None
    numberless: bool = False
    misread: str = ""


def view(record: Record, number: str, recalled: Recalled | None = None) -> RecordView:
    """Shows the record with `number` in every slot."""
    return RecordView(
        id=record.id,
        kind=record.kind,
        urgency=record.urgency,
        issuer_code=record.issuer.code,
        issuer_name=record.issuer.name,
        issued_at=record.created_at,
        expires_at=record.expires_at,
        texts={
            channel: {name: text.replace(SLOT, number) for name, text in variants.items()}
            for channel, variants in record.texts.items()
        },
        single_approval=record.single_approval,
        recalled=recalled,
    )
