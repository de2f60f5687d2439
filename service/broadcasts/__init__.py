"""Broadcasts: a warning with its audience and schedule, from draft to approval, and the table of its whole life.

Stopping and resuming it is next door, with the deliveries that it is about (`service.deliveries.control`).
"""

from service.broadcasts.approval import approve, refusal_of_approval
from service.broadcasts.audiences.chosen import (
    AudienceCount,
    Lacking,
    count_recipients,
    load_audience,
    preferences_of,
    weigh_audience,
)
from service.broadcasts.audiences.counting import count_messages, require_audience
from service.broadcasts.audiences.drills import (
    drill_contacts,
    drill_fallback_select,
    drill_select,
    set_drill_contacts,
    staff_by_email,
)
from service.broadcasts.audiences.left_out import LeftOutRow, list_left_out, why
from service.broadcasts.audiences.resolving import ask_lists, names_in_words, resolve_audience, units_of
from service.broadcasts.drafting import Draft, create_draft, edit_draft, refusal_of_edit, unfit_times
from service.broadcasts.foreseeing import Foreseen, foresee
from service.broadcasts.lifecycle import State, not_allowed_in, refusal_of_transition
from service.broadcasts.notes import note_of
from service.broadcasts.queries import BroadcastView, Located, find_broadcast, list_broadcasts, locate_broadcast
from service.broadcasts.returning import refusal_of_return, return_broadcast
from service.broadcasts.submission import refusal_of_submission, submit
from service.broadcasts.texts.carrier_forms import carrier_form, carrier_forms
from service.broadcasts.texts.content_rules import Finding, FindingSeverity
from service.broadcasts.texts.frames import Frame
from service.broadcasts.texts.previews import Preview, preview
from service.broadcasts.texts.ready_texts import SLOTS, ReadyText, ready_text, ready_texts
from service.broadcasts.texts.rendered import Rendered, rendered
from service.broadcasts.texts.slots import LONGEST, Channel, EmailText, Fallback, Kind, SmsScript, Texts, Urgency
from service.broadcasts.timing import Carrying
from service.broadcasts.transitions import change_state, note_completed
from service.broadcasts.waiting import WaitsFor, waiting_of, waits_until

__all__ = [
    "LONGEST",
    "SLOTS",
    "AudienceCount",
    "BroadcastView",
    "Carrying",
    "Channel",
    "Draft",
    "EmailText",
    "Fallback",
    "Finding",
    "FindingSeverity",
    "Foreseen",
    "Frame",
    "Kind",
    "Lacking",
    "LeftOutRow",
    "Located",
    "Preview",
    "ReadyText",
    "Rendered",
    "SmsScript",
    "State",
    "Texts",
    "Urgency",
    "WaitsFor",
    "approve",
    "ask_lists",
    "carrier_form",
    "carrier_forms",
    "change_state",
    "count_messages",
    "count_recipients",
    "create_draft",
    "drill_contacts",
    "drill_fallback_select",
    "drill_select",
    "edit_draft",
    "find_broadcast",
    "foresee",
    "list_broadcasts",
    "list_left_out",
    "load_audience",
    "locate_broadcast",
    "names_in_words",
    "not_allowed_in",
    "note_completed",
    "note_of",
    "preferences_of",
    "preview",
    "ready_text",
    "ready_texts",
    "refusal_of_approval",
    "refusal_of_edit",
    "refusal_of_return",
    "refusal_of_submission",
    "refusal_of_transition",
    "rendered",
    "require_audience",
    "resolve_audience",
    "return_broadcast",
    "set_drill_contacts",
    "staff_by_email",
    "submit",
    "unfit_times",
    "units_of",
    "waiting_of",
    "waits_until",
    "weigh_audience",
    "why",
]
