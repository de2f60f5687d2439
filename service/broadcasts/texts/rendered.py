"""What parents will get, as it stands before an approver and in the record:
final texts, with the slot `{number}` left in them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts.queries import BroadcastView
from service.broadcasts.texts.content_rules import Finding
from service.broadcasts.texts.frames import load_frame
from service.broadcasts.texts.inspection import inspect, with_example, written_of
from service.keyring import public_keys
from service.records import opened_record
from service.rendering import SmsEncoding, sms_segments


@dataclass(frozen=True, slots=True)
class RenderedSms:
    """The one script that is sent. The counts are of a message with its number."""

    variant: str
    text: str
    encoding: SmsEncoding
    segments: int


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A channel that carries nothing is None. `findings`: what an approver should know; none once it is approved."""

    sms: RenderedSms | None
    email: RenderedEmail | None
    findings: tuple[Finding, ...] = ()


async def rendered(
    conn: AsyncConnection,
    view: BroadcastView,
    *,
    sender: str,
    now: datetime,
    providers: tuple[str, ...] = (),
    digits: int = 12,
) -> Rendered | None:
    """Renders the final texts of a broadcast that was submitted; None for one that was not. The transaction acts for its unit.

    Once approved they are the signed record's, verified. Raises a `VerificationError` for a record that was tampered with.
    """
    findings: tuple[Finding, ...] = ()
    if view.record_id is not None:
        variants = (await opened_record(conn, view.record_id, await public_keys(conn))).texts
    elif view.digest is not None:
        frame = await load_frame(conn, view.unit_id, sender=sender, providers=providers, digits=digits, now=now)
        inspected = inspect(written_of(view), frame, now=now)
        variants, findings = inspected.variants, inspected.findings
    else:
        return None
    sms = None
    for variant, text in variants.get("sms", {}).items():
        size = sms_segments(with_example(text, digits))
        sms = RenderedSms(variant, text, size.encoding, size.segments)
    email = variants.get("email")
    return Rendered(sms, RenderedEmail(email["subject"], email["text"]) if email else None, findings)
