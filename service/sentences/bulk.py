"""Units and accounts in bulk, from a list."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "bulk.rows": _("Nothing was made: rows that cannot be used: {count:n}. Correct them and send the whole file again."),
    "bulk.no_heading": _("No header row was found. Use the template, or put the headings in one of the first 20 rows."),
    "bulk.too_many_rows": _("The file has more than 5,000 rows. Split it."),
    "bulk.column_missing": _("The list lacks this column. In the template it is headed “{heading}”."),
    "bulk.repeated": _("It stands in row {first} already."),
    "bulk.level": _("The level is department, commune office or school."),
    "bulk.unit_differs": _("This code exists with another name, level or parent. A list changes no unit there is."),
    "bulk.account_differs": _(
        "This email has an account with another unit, name, roles or language. A list changes no account there is."
    ),
    "bulk.roles": _("A role is clerk, approver, officer, data protection lead or administrator."),
    "bulk.language": _("The language is {allowed:or}."),
}
