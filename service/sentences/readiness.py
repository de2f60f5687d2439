"""The letter's gate, and the take-down checks of lists found in the open. With the words that name what is missing."""

from collections.abc import Mapping

from service.languages import Phrase, ngettext_lazy
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "readiness.no_such_lead": _(
        "No account of this unit or of one above it has this email and the role of a data protection lead."
    ),
    "readiness.not_the_lead": _(
        "Only the person who is named as the unit's data protection lead for this school year may accept."
    ),
    "takedown.unknown": _("There is no such check."),
    "takedown.nothing_found": _("Nothing was found in this check, so there is nothing to remove."),
    "takedown.before_check": _("It cannot have been removed before the day it was found."),
    "takedown.open": ngettext_lazy(
        "At {count:n} address a list is still to be found. Have it removed before you make the statement.",
        "At {count:n} addresses a list is still to be found. Have them removed before you make the statement.",
    ),
}

WORDS: Mapping[str, Phrase] = {
    "data_rule.missing": _("the data rule"),
    "data_rule.lapsed": _("the data rule (lapsed on 31 October)"),
    "data_protection_lead.missing": _("a data protection lead"),
    "data_protection_lead.waiting_for_acceptance": _("the data protection lead's acceptance"),
    "data_protection_lead.lapsed": _("a data protection lead (lapsed on 31 October)"),
    "verification_card.missing": _("the verification card"),
    "verification_card.lapsed": _("the verification card (lapsed on 31 October)"),
    # what a head may declare on the verification card
    "statement.own_account": _(
        "The school collects money into its own account or at its office only, "
        "never through a private account of a teacher or clerk."
    ),
    "statement.announced": _("Every payment is announced beforehand, in a letter of the school or at the parents' meeting."),
    "statement.receipts": _("The school issues a receipt for everything it collects."),
    "statement.no_codes": _("The school never asks for a one-time code, a password or a card number, by phone or by message."),
    "statement.refunds_in_writing": _("The school refunds money after written notice and at the school only, never by phone."),
    "statement.vneid_not_by_phone": _("The school gives no help with installing or updating VNeID by phone or message."),
    # what the gate holds back
    "blocks.nothing": _("Nothing is held back."),
    "blocks.lists_and_advisories": _("No list can be imported and no advisory sent. Urgent and emergency warnings still go."),
    "blocks.everything": _("No list can be imported and no warning sent."),
}
"""Words that stand in the slots of sentences, or alone."""
