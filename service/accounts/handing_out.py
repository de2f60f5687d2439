"""Invitations as a workbook, to be cut up and handed out, each to its own person. Made once, stored nowhere."""

from collections.abc import Mapping, Sequence

from service.accounts.bulk import InvitedAccount
from service.clock import day_on_screen
from service.languages import Language, Phrase
from service.languages import gettext_lazy as _
from service.rendering import text_workbook

_HEADINGS = (
    _("Code of the unit"),
    _("Full name"),
    _("Email"),
    _("Roles"),
    _("Invitation code (for this person only)"),
    _("Use before"),
)
_ROLES: Mapping[str, Phrase] = {
    "clerk": _("clerk"),
    "approver": _("approver"),
    "officer": _("officer"),
    "data_protection_lead": _("data protection lead"),
    "administrator": _("administrator"),
}


def invitations_workbook(invited: Sequence[InvitedAccount], language: Language = "vi") -> bytes:
    """Makes a sheet with a row for each of `invited`, in the list's order; headings and roles in `language`."""
    headings = [heading.in_(language) for heading in _HEADINGS]
    return text_workbook("Loi moi", headings, [_row(each, language) for each in invited])


def _row(each: InvitedAccount, language: Language) -> tuple[str, ...]:
    roles = ", ".join(_ROLES[role].in_(language) for role in each.person.roles)
    return (each.person.unit, each.person.name, each.person.email, roles, each.token, day_on_screen(each.expires_at))
