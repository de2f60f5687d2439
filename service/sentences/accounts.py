"""Accounts, invitations and API keys."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "account.email_taken": _("An account with this email exists already."),
    "account.unknown": _("There is no such account."),
    "account.may_not_act": _("This account is disabled and may act no more. Use another one."),
    "account.oneself": _("Nobody changes their own roles or disables their own account. Ask another administrator."),
    "account.disabled": _("The account is disabled. Enable it before inviting its person."),
    "account.password_short": _("A password has at least {least} characters."),
    "invitation.unknown": _("The invitation does not work: mistyped, expired or used. Ask the administrator for a new one."),
    "api_key.unknown": _("There is no such API key."),
}
