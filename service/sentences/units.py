"""Units: their codes, names and places in the tree."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "unit.unknown": _("No unit has this code, or you may not act for it."),
    "unit.not_ready": _("The unit may not do this yet. Still needed: {parts}."),
    "unit.exists": _("A unit with this code exists already."),
    "unit.oneself": _("The unit above says what yours is called, where and how long it stands. Ask it to change that."),
    "unit.code_shape": _("A code has 2 to 40 lower-case letters without accents, digits and hyphens, e.g. mn-hoa-sen."),
    "unit.name_forbidden": _(
        "The name stands in every message: no web address, telephone or account number, amount of money or {{}} in it."
    ),
    "unit.parent_level": _("A unit stands below one of a higher level, within your own tree."),
    "unit.move_in_future": _("A move to another parent holds from today or a day before."),
    "unit.before_present": _(
        "A change holds from {day} on at the earliest: "
        "what the unit was called before, and where it stood, is the past and stays."
    ),
    "unit.ends_before_start": _("The end must come after the start."),
}
