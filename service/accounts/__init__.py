"""Accounts: named people, what they may do, how they come in, and the keys their programs act with."""

from service.accounts.administration import Change, change_account, create_account
from service.accounts.api_keys import ApiKey, create_api_key, find_api_key, list_api_keys, locate_api_key, revoke_api_key
from service.accounts.invitations import Invitation, Redeemed, invite, redeem_invitation
from service.accounts.listing import AccountLine, AccountState, account_state, list_accounts, locate_account
from service.accounts.permissions import PERMISSIONS, permissions_of
from service.accounts.tokens import authenticate
from service.actors import APPROVE_UNATTENDED

__all__ = [
    "APPROVE_UNATTENDED",
    "PERMISSIONS",
    "AccountLine",
    "AccountState",
    "ApiKey",
    "Change",
    "Invitation",
    "Redeemed",
    "account_state",
    "authenticate",
    "change_account",
    "create_account",
    "create_api_key",
    "find_api_key",
    "invite",
    "list_accounts",
    "list_api_keys",
    "locate_account",
    "locate_api_key",
    "permissions_of",
    "redeem_invitation",
    "revoke_api_key",
]
