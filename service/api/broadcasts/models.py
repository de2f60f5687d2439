"""The shapes of broadcasts in the API: what is answered."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from service.api.edge.codes import ProblemCode
from service.broadcasts import (
    BroadcastView,
    Channel,
    Fallback,
    Finding,
    FindingSeverity,
    Kind,
    Rendered,
    SmsScript,
    State,
    Texts,
    Urgency,
    load_audience,
)
from service.deliveries import BroadcastAction, Estimate, Progress
from service.languages import Language
from service.rendering import SmsEncoding
from service.sentences import sentence


class ProgressOut(BaseModel):
    """Seven parts that always sum to `total`.

    `accepted`: the carrier has taken it over, and more is never known of an email. `delivered`: the carrier says that it reached
    the phone. Whether anybody looked at it, nobody knows.
    """

    total: int
    waiting: int
    sending: int
    accepted: int
    delivered: int
    failed: int
    not_sent: int
    uncertain: int

    @classmethod
    def of(cls, progress: Progress) -> "ProgressOut":
        return cls(**{name: getattr(progress, name) for name in cls.model_fields})


class EstimateOut(BaseModel):
    """Until the last of what waits will have been accepted by its carrier, which says nothing of being read. It counts in the
    pace that the providers sell, what stands before it there, and the pace seen so far; a later warning that is more urgent makes
    it longer.
    """

    seconds_left: int
    done_at: AwareDatetime


class RenderedSmsOut(BaseModel):
    """The final text in the script that is sent, `{number}` where each message's own look-up number comes."""

    variant: SmsScript
    text: str
    encoding: SmsEncoding
    segments: int


class RenderedEmailOut(BaseModel):
    """The final subject and plain text; the HTML says the same words."""

    subject: str
    text: str


MOST_FINDINGS = 100
"""That are told at once: whoever has mended these asks again."""


class FindingOut(BaseModel):
    """What the rules found. `span`: first character and one past the last, in `field` as written."""

    severity: FindingSeverity
    code: ProblemCode
    message: str
    field: str
    span: tuple[int, int]

    @classmethod
    def of(cls, finding: Finding, language: str) -> "FindingOut":
        message = sentence(finding.code, language, dict(finding.values))
        return cls(severity=finding.severity, code=finding.code, message=message, field=finding.field, span=finding.span)


class RenderedOut(BaseModel):
    """What parents get, whole. `findings`: what an approver should know first; none once it is approved."""

    sms: RenderedSmsOut | None
    email: RenderedEmailOut | None
    findings: list[FindingOut]

    @classmethod
    def of(cls, made: Rendered, language: str) -> "RenderedOut":
        findings = [FindingOut.of(finding, language) for finding in made.findings[:MOST_FINDINGS]]
        return cls.model_validate(asdict(made) | {"findings": findings})


class EmailWrittenOut(BaseModel):
    """A subject and a body as written."""

    subject: str
    body: str


class TextsOut(BaseModel):
    """What the author wrote, per channel; null where nothing was written."""

    sms: str | None
    email: EmailWrittenOut | None


class AudienceOut(BaseModel):
    """Whom it is for, as asked. No units: the broadcast's own and all below it. No grades and classes: everybody there."""

    units: list[str]
    grades: list[str]
    classes: list[str]
    staff: bool
    parents: bool


class BroadcastOut(BaseModel):
    """A broadcast as it stands. `rate`: deliveries per second that left, from planning to the last departure.

    `texts` is what the author wrote, `rendered` what parents get: read that before you approve. It is null until submitted, and
    in lists. `note`: why it stands where it stands, in a sentence. `waits_until`: nothing of it leaves before, for its own time
    or quiet hours.
    `stalled_since`: nothing has left of it since then though it should; somebody must look. `moves`: what you may do with it now.
    `estimate`: how long it will take, before approval if it were approved now; null in lists, and when nobody can know.
    `fallbacks`: how many of `progress.total` are emails to those whose SMS failed; it grows while they fail.
    """

    id: UUID
    unit: str
    state: State
    kind: Kind
    urgency: Urgency
    title: str
    texts: TextsOut
    sms_script: SmsScript
    audience: AudienceOut
    channels: list[Channel]
    fallback: Fallback | None
    drill: bool
    send_at: AwareDatetime | None
    expires_at: AwareDatetime
    version: int
    digest: str | None
    rendered: RenderedOut | None
    audience_count: int | None
    return_reason: str | None
    pause_reason: str | None
    cancel_reason: str | None
    note: str | None
    waits_until: AwareDatetime | None
    stalled_since: AwareDatetime | None
    moves: list[BroadcastAction]
    public_number: str | None
    record_url: str | None
    progress: ProgressOut
    fallbacks: int
    rate: float
    last_progress_at: AwareDatetime | None
    estimate: EstimateOut | None
    created_at: AwareDatetime
    submitted_at: AwareDatetime | None
    approved_at: AwareDatetime | None
    completed_at: AwareDatetime | None

    @classmethod
    def of(
        cls,
        view: BroadcastView,
        progress: Progress,
        *,
        public_number: str | None,
        base: str,
        final: Rendered | None,
        estimate: Estimate | None,
        waits_until: datetime | None,
        note: str | None,
        moves: Sequence[BroadcastAction],
        language: Language,
    ) -> "BroadcastOut":
        same = {name: getattr(view, name) for name in _SAME}
        return cls(
            **same,
            texts=TextsOut.model_validate(Texts.load(view.texts), from_attributes=True),
            audience=AudienceOut.model_validate(load_audience(view.audience), from_attributes=True),
            id=view.public_id,
            channels=list(view.channels),
            rendered=RenderedOut.of(final, language) if final else None,
            public_number=public_number,
            record_url=f"{base}/api/v1/records/{view.record_id}" if view.record_id else None,
            progress=ProgressOut.of(progress),
            fallbacks=progress.fallbacks,
            rate=round(progress.rate, 1),
            last_progress_at=progress.last_progress_at,
            estimate=EstimateOut(seconds_left=estimate.seconds_left, done_at=estimate.done_at) if estimate else None,
            note=note,
            waits_until=waits_until,
            stalled_since=view.stalled_since if view.state in ("approved", "sending") else None,
            moves=list(moves),
        )


_SAME = (
    "unit", "state", "kind", "urgency", "title", "sms_script", "fallback", "drill", "send_at", "expires_at", "version",
    "digest", "audience_count", "return_reason", "pause_reason", "cancel_reason",
    "created_at", "submitted_at", "approved_at", "completed_at",
)  # fmt: skip


class ProgressEvent(BaseModel):
    """The `data` of a `progress` event: what changes of a broadcast while it is sent, under the same names."""

    id: UUID
    state: State
    progress: ProgressOut
    rate: float
    last_progress_at: AwareDatetime | None
    note: str | None
    waits_until: AwareDatetime | None
    moves: list[BroadcastAction]


class BroadcastList(BaseModel):
    """The newest first. `next` is the cursor of the next page, or null."""

    items: list[BroadcastOut]
    next: str | None
