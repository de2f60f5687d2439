"""Accounts: named people, what they may do, how they come in, and the keys their programs act with."""

from service.accounts.account_lists import TEMPLATE as ACCOUNTS_TEMPLATE
from service.accounts.account_lists import read_accounts
from service.accounts.administration import Change, change_account, create_account, note_emails_told_taken
from service.accounts.api_keys import ApiKey, create_api_key, find_api_key, list_api_keys, locate_api_key, revoke_api_key
from service.accounts.bulk import CheckedAccounts, InvitedAccount, check_accounts, create_accounts, emails_taken
from service.accounts.handing_out import invitations_workbook
from service.accounts.invitations import Invitation, Redeemed, invite, redeem_invitation
from service.accounts.listing import AccountLine, AccountState, account_state, list_accounts, locate_account, own_email
from service.accounts.names import account_name, account_names
from service.accounts.permissions import PERMISSIONS, permissions_of
from service.accounts.tokens import authenticate
from service.actors import APPROVE_UNATTENDED

__all__ = [
    "ACCOUNTS_TEMPLATE",
    "APPROVE_UNATTENDED",
    "PERMISSIONS",
    "AccountLine",
    "AccountState",
    "ApiKey",
    "Change",
    "CheckedAccounts",
    "Invitation",
    "InvitedAccount",
    "Redeemed",
    "account_name",
    "account_names",
    "account_state",
    "authenticate",
    "change_account",
    "check_accounts",
    "create_account",
    "create_accounts",
    "create_api_key",
    "emails_taken",
    "find_api_key",
    "invitations_workbook",
    "invite",
    "list_accounts",
    "list_api_keys",
    "locate_account",
    "locate_api_key",
    "note_emails_told_taken",
    "own_email",
    "permissions_of",
    "read_accounts",
    "redeem_invitation",
    "revoke_api_key",
]
