"""Single fields of a request, whatever it is about."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "field.missing": _("This field is required."),
    "field.invalid": _("This value cannot be used here."),
    "field.too_long": _("Too long."),
    "field.too_short": _("Too short, or empty."),
    "field.date": _("A date is needed, e.g. 01/08/2026."),
    "field.past": _("This time is past."),
    "field.code": _("Lower-case Latin letters, digits, dots, dashes and underscores only; 60 characters at most."),
    "field.choice": _("Not one of the allowed values: {allowed}."),
    "field.years": _("Only from the year {first} to the year {last}."),
    "field.time": _("A time with its zone is needed, e.g. 2026-09-07T06:30:00+07:00."),
    "field.date_ahead": _("This day has not come yet."),
    "field.date_over_a_year_ago": _("This day is more than a year ago. Ring the numbers again and give the new day."),
    "field.phone": _(
        "Not a Vietnamese telephone number: a mobile, a landline with its area code, or 1800, 1900. One number to a field."
    ),
    "field.web_address": _(
        "A web address beginning with http:// or https:// is needed, without a user name, of at most 2,000 characters."
    ),
}
