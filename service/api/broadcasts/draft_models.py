"""What is asked of a draft in the API: its texts, audience and times, what is changed of it, and its approval or return."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from contact_registry.audiences import Audience
from service.api.edge.codes import ReadyTextCode
from service.api.edge.times import Moment
from service.broadcasts import (
    LONGEST,
    Channel,
    Draft,
    Fallback,
    Kind,
    SmsScript,
    Texts,
    Urgency,
    ready_text,
)
from service.errors import FieldError, Invalid

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
        """Makes the draft. `usual`: the script of an SMS where nobody says. Raises `Invalid("request.invalid")`,
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
        """Returns the fields that were sent, as `Draft` takes them."""
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
