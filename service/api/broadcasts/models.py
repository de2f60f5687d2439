"""The shapes of broadcasts in the API: what is asked and what is answered."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contact_registry.audiences import Audience
from service.api.edge.codes import ProblemCode, ReadyTextCode
from service.api.edge.times import Moment
from service.broadcasts import (
    LONGEST,
    BroadcastView,
    Channel,
    Draft,
    Fallback,
    Finding,
    FindingSeverity,
    Kind,
    Move,
    Rendered,
    SmsScript,
    State,
    Texts,
    Urgency,
    load_audience,
    ready_text,
)
from service.deliveries import Estimate, Progress
from service.errors import FieldError, Invalid
from service.languages import Language
from service.rendering import SmsEncoding
from service.sentences import sentence

Word = Annotated[str, Field(min_length=1, max_length=60)]
Title = Annotated[str, Field(max_length=LONGEST["title"])]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EmailIn(_Asked):
    """A subject and a body in plain text; the layout around it is ours."""

    subject: Annotated[str, Field(max_length=LONGEST["texts.email.subject"])]
    body: Annotated[str, Field(max_length=LONGEST["texts.email.body"])]


class TextsIn(_Asked):
    """What the author wrote, per channel."""

    sms: Annotated[str, Field(max_length=LONGEST["texts.sms"])] | None = None
    email: EmailIn | None = None

    def texts(self) -> Texts:
        return Texts.load(self.model_dump(exclude_none=True))


class AudienceIn(_Asked):
    """Whom it is for. Without `units`: the broadcast's own unit and all below it. `staff`: staff, too; with `"parents": false`,
    only staff.
    """

    units: Annotated[list[Word], Field(max_length=2_000)] = []
    grades: Annotated[list[Word], Field(max_length=50)] = []
    classes: Annotated[list[Word], Field(max_length=500)] = []
    staff: bool = False
    parents: bool = True

    def audience(self) -> Audience:
        return Audience(tuple(self.units), tuple(self.grades), tuple(self.classes), staff=self.staff, parents=self.parents)


class BroadcastIn(_Asked):
    """A new draft: with `texts` of its own, or with a `template` (a ready text's code, T01 to T14) and what fills its `slots`.

    A template brings a title, too; `title` replaces it. `drill`: to the unit's own test recipients
    (`/units/{code}/test-contacts`), whatever the audience, in words that say so first. `fallback`, with SMS and without email
    among the channels: whose number the carrier calls dead, no mobile, or refused gets the email's words at the address of theirs
    on the same list, if they may be written to there. Without `sms_script` an SMS is written as the unit's own setting says
    (`/registered-texts/script`), else the sender's: with its diacritics.
    """

    unit: Annotated[str, Field(max_length=40, examples=["nbk-thcs"])]
    kind: Kind
    urgency: Urgency
    title: Title | None = None
    texts: TextsIn | None = None
    template: Annotated[ReadyTextCode, Field(max_length=20, examples=["T13"])] | None = None
    slots: Annotated[dict[str, str], Field(max_length=20)] | None = None
    sms_script: SmsScript | None = None
    audience: AudienceIn = AudienceIn()
    channels: Annotated[list[Channel], Field(min_length=1, max_length=3)]
    fallback: Fallback | None = None
    drill: bool = False
    send_at: Moment | None = None
    expires_at: Moment

    def draft(self, usual: SmsScript) -> Draft:
        """`usual`: the script of an SMS where nobody says. Raises `Invalid("request.invalid")`,
        `NotFound("template.unknown")`.
        """
        title, texts = self._written()
        return Draft(
            kind=self.kind,
            urgency=self.urgency,
            title=title,
            texts=texts,
            template=self.template and ready_text(self.template).code,
            audience=self.audience.audience(),
            channels=tuple(self.channels),
            expires_at=self.expires_at,
            send_at=self.send_at,
            sms_script=self.sms_script or usual,
            drill=self.drill,
            fallback=self.fallback,
        )

    def _written(self) -> tuple[str, Texts]:
        if (self.texts is None) == (self.template is None) or (self.slots is not None and self.template is None):
            raise Invalid("request.invalid", fields=(FieldError("texts", "broadcast.texts_or_template"),))
        if self.template is not None:
            title, texts = ready_text(self.template).filled(self.slots or {})
            return self.title or title, texts
        if self.texts is None or self.title is None:
            raise Invalid("request.invalid", fields=(FieldError("title", "field.missing"),))
        return self.title, self.texts.texts()


class BroadcastChange(_Asked):
    """What changes; what is left out stays. A change voids the digest and goes back to draft.

    `version`: the one that the author had before them; refused (409) where somebody has changed the draft since.
    """

    kind: Kind | None = None
    urgency: Urgency | None = None
    title: Title | None = None
    texts: TextsIn | None = None
    sms_script: SmsScript | None = None
    audience: AudienceIn | None = None
    channels: Annotated[list[Channel], Field(min_length=1, max_length=3)] | None = None
    fallback: Fallback | None = None
    send_at: Moment | None = None
    expires_at: Moment | None = None
    version: int | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, as `Draft` takes them."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set - {"version"}}
        for name, value in list(sent.items()):
            if value is None and name not in ("send_at", "fallback"):
                del sent[name]
        if "texts" in sent:
            sent["texts"] = sent["texts"].texts()
            sent["template"] = None  # the author's own words from here on
        if "audience" in sent:
            sent["audience"] = sent["audience"].audience()
        if "channels" in sent:
            sent["channels"] = tuple(sent["channels"])
        return sent


class ReturnIn(_Asked):
    """Why it goes back to its author."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST["reason"])]


class ApprovalIn(_Asked):
    """The digest of what the approver has read."""

    digest: Annotated[str, Field(min_length=1, max_length=200)]
    otp: Annotated[str, Field(max_length=20)] | None = None


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
    moves: list[Move]
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
        moves: Sequence[Move],
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
    moves: list[Move]


class BroadcastList(BaseModel):
    """The newest first. `next` is the cursor of the next page, or null."""

    items: list[BroadcastOut]
    next: str | None
