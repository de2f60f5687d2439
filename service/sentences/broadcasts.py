"""Broadcasts: audience, states, approval."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

WORDS: Mapping[str, Phrase] = {
    "listed.nothing": _("none, for the list is empty"),
    "state.draft": _("is a draft"),
    "state.pending_approval": _("waits for approval"),
    "state.returned": _("was returned to be changed"),
    "state.approved": _("is approved"),
    "state.sending": _("is being sent"),
    "state.paused": _("is paused"),
    "state.completed": _("has been sent"),
    "state.cancelled": _("was cancelled"),
}
"""What stands in the slots of sentences: a broadcast's state, and that there is nothing to choose from."""

SENTENCES: Mapping[str, Phrase] = {
    "broadcast.texts_or_template": _("Write words of your own, or use a ready text and fill its blanks: one of the two."),
    "broadcast.unknown": _("There is no such broadcast."),
    "broadcast.changed_meanwhile": _("Somebody has changed this message meanwhile. Open it again, then go on."),
    "broadcast.not_allowed_in_state": _("This broadcast {state}, so that cannot be done."),
    "broadcast.audience_empty": _("Nobody would receive this: check the lists and the chosen audience."),
    "broadcast.audience_grew": _("The audience has grown by more than 5% since approval, so sending stopped for a new approval."),
    "broadcast.paused_by_person": _("An approver has paused this broadcast."),
    "system.restored": _("The system was restored from a backup. What has left since is not known, so this was stopped."),
    "broadcast.restored": _("This was under way when the system was restored from a backup. Some people may get it twice."),
    "restored.since": _(
        "The backup is of {at}; of {deliveries:n} messages nobody knows whether they have left. "
        "To go on, confirm that you know this."
    ),
    "fallback.from_sms_only": _("Falling back to email is for a warning that goes by SMS and not by email."),
    "broadcast.channel_or_number": _("Choose a channel, or give a look-up number: one of the two."),
    "broadcast.nothing_to_repeat": _("There is nothing to send again: no message is in that state, or those numbers are dead."),
    "delivery.unknown": _("No message with this number is in doubt."),
    "drill.nobody": _("The unit has named nobody to get drills. An approver names them from the list of staff."),
    "drill.staff_only": _("Whoever gets drills must be on the unit's own present list of staff."),
    "audience.now": _("There are {recipients} messages to send now. To agree, confirm this very number."),
    "broadcast.expires_before_it_may_leave": _("It expires at {expires}, and may not leave before {leaves}. Set a later expiry."),
    "broadcast.quiet_until": _(
        "Quiet hours hold until {leaves}. If somebody is about to lose money right now, make it an emergency: "
        "those leave at night, too."
    ),
    "broadcast.sends_after_expiry": _(
        "It would be sent at {sends}, not before its expiry at {expires}. Send it earlier, or set a later expiry."
    ),
    "broadcast.expires_too_late": _(
        "The expiry is too far away: a warning of this kind holds for {days} days at most from when it is sent, until {latest}."
    ),
    "broadcast.sent_too_late": _("It would be sent too late: a warning is scheduled {days} days ahead at most."),
    "broadcast.expires_before_all_left": _(
        "The carriers need at least {minutes} minutes to hand all of it over, until {done}. "
        "Set a later expiry, or choose fewer recipients."
    ),
    "broadcast.overdue": _("The broadcast has expired. Set a later expiry."),
    "audience.nobody": _("Without parents choose the staff, and no grade or class."),
    "audience.class_unknown": _("No present list has a class {named}. The nearest: {nearest}."),
    "audience.grade_unknown": _("No present list has a grade {named}. The nearest: {nearest}."),
    "audience.unit_unknown": _("There is no unit {named} in your own tree. The nearest: {nearest}."),
    "audience.class_not_meant": _("This warning is not for the class {named}."),
    "audience.class_lacking": _("Units that have a list, but no class {named}: {count:n} ({units})."),
    "audience.grade_lacking": _("Units that have a list, but no grade {named}: {count:n} ({units})."),
    "audience.not_own_list": _(
        "Who is left out, one by one, is for the unit whose own list it is. A unit above sees how many, for each reason."
    ),
    "approval.by_author": _("Whoever wrote or edited the message may not approve it. Ask another approver."),
    "approval.digest_changed": _(
        "The message or its audience changed after you read it. Read it again and approve the new digest."
    ),
    "approval.otp": _("The approver's one-time code is needed."),
}
