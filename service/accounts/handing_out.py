"""Invitations as a workbook, to be cut up and handed out, each to its own person. Made once, stored nowhere."""

from collections.abc import Sequence

from service.accounts.bulk import InvitedAccount
from service.clock import day_on_screen
from service.rendering import text_workbook

_HEADINGS = ("Mã đơn vị", "Họ và tên", "Email", "Vai trò", "Mã mời (chỉ giao cho chính người này)", "Dùng trước ngày")
_ROLES = {
    "clerk": "văn thư",
    "approver": "người duyệt",
    "officer": "cán bộ",
    "data_protection_lead": "phụ trách dữ liệu",
    "administrator": "quản trị",
}


def invitations_workbook(invited: Sequence[InvitedAccount]) -> bytes:
    """Writes an xlsx with one row a person, in the list's order."""
    return text_workbook("Loi moi", _HEADINGS, [_row(each) for each in invited])


def _row(each: InvitedAccount) -> tuple[str, ...]:
    roles = ", ".join(_ROLES[role] for role in each.person.roles)
    return (each.person.unit, each.person.name, each.person.email, roles, each.token, day_on_screen(each.expires_at))
