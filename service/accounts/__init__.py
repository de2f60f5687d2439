"""Accounts: named people, what they may do, and the keys their programs act with."""

from service.accounts.administration import create_account, create_api_key
from service.accounts.permissions import PERMISSIONS, permissions_of
from service.accounts.tokens import authenticate
from service.actors import APPROVE_UNATTENDED

__all__ = ["APPROVE_UNATTENDED", "PERMISSIONS", "authenticate", "create_account", "create_api_key", "permissions_of"]
