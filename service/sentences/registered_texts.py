"""Texts registered with the carriers."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "registered.unknown": _("There is no registered text of this name."),
    "registered.lookup_number": _("The text must have the look-up number's place, {{number}}, exactly once."),
    "registered.slot": _(
        "A slot is written {{name:text:40}}, {{n:number}}, {{call:phone}} or {{day:date}}; words stand between two slots; "
        "20 slots at most."
    ),
    "registered.slot_size": _("This slot may have {most} characters at most."),
    "registered.too_many": _("A unit has {most} texts at most at one provider. Withdraw those not used."),
    "registered.unreadable": _("This TOML file cannot be read."),
    "registered.fields": _("A text needs its words, a status and a date; a provider and a reference may be added."),
}
