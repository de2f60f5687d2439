"""Accounts, invitations and API keys."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "account.email_taken": ("Email này đã có tài khoản.", "An account with this email exists already."),
    "account.unknown": ("Không tìm thấy tài khoản này.", "There is no such account."),
    "account.may_not_act": (
        "Tài khoản này đã bị khóa nên không làm được gì nữa. Dùng tài khoản khác.",
        "This account is disabled and may act no more. Use another one.",
    ),
    "account.oneself": (
        "Không ai tự đổi vai trò hay tự khóa tài khoản của mình. Nhờ người quản trị khác.",
        "Nobody changes their own roles or disables their own account. Ask another administrator.",
    ),
    "account.disabled": (
        "Tài khoản đang bị khóa. Mở lại rồi mới mời được.",
        "The account is disabled. Enable it before inviting its person.",
    ),
    "account.password_short": (
        "Mật khẩu cần ít nhất {least} ký tự.",
        "A password has at least {least} characters.",
    ),
    "invitation.unknown": (
        "Lời mời không dùng được: sai, hết hạn hoặc đã dùng. Xin người quản trị một lời mời mới.",
        "The invitation does not work: mistyped, expired or used. Ask the administrator for a new one.",
    ),
    "api_key.unknown": ("Không tìm thấy khóa API này.", "There is no such API key."),
}
