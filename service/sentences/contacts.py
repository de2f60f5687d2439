"""People: changes by hand, consent, suppressions, and an address typed in."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "contact.unknown": _("There is no such contact."),
    "contact.own_unit_only": _("Only the unit's own people may see somebody in full."),
    "contact.note_needed": _("Say briefly why you need to see them."),
    "contact.address_needed": _("A phone number or an email is needed."),
    "contact.one_target": _("Give exactly one of the three: a phone number, an email, or somebody on the list."),
    "contact.address_taken": _("This number or email stands beside somebody else on the list. Look for them first."),
    "contact.no_such_address": _("This contact has no address on that channel."),
    "contact.several_addresses": _("This contact has several addresses on that channel. Say which one is corrected."),
    "contact.role_of_audience": _(
        "The role does not fit the list: father, mother, guardian, parent for parents; staff for staff."
    ),
    "contact.class_unknown": _("The present list has no class “{named}”. The nearest: {nearest}."),
    "contact.in_flight": _("A message to this person is under way. Try again in a few minutes."),
    "contact.list_being_read": _("A list of the unit is being read. Try again in a few minutes."),
    "consent.in_future": _("The day of consent cannot lie ahead."),
    "consent.unknown": _("No consent stands here."),
    "suppression.unknown": _("This address is not suppressed for that reason."),
    "phone.too_short": _("The phone number has too few digits."),
    "phone.too_long": _("The phone number has too many digits."),
    "phone.ambiguous": _("The second number is abbreviated. Write one in full."),
    "phone.several": _("Give one number at a time."),
    "phone.digits_lost": _("The number lost digits (as in 9.12E+08). Type it again."),
    "phone.landline": _("This is a landline and cannot receive SMS."),
    "phone.not_vietnamese_mobile": _("This is not a Vietnamese mobile number."),
    "email.invalid": _("The email address is not written correctly."),
}
