"""Which key signs for which unit and when. Private keys are sealed at rest and opened for one signature."""

from service.keyring.deployment import deployment_key, lookup_number_key, make_deployment_keys, rewrap_deployment_keys
from service.keyring.signing_keys import (
    SigningKey,
    directory,
    jwks,
    make_missing_drill_keys,
    make_signing_key,
    public_keys,
    rewrap_signing_keys,
    signing_key,
)

__all__ = [
    "SigningKey",
    "deployment_key",
    "directory",
    "jwks",
    "lookup_number_key",
    "make_deployment_keys",
    "make_missing_drill_keys",
    "make_signing_key",
    "public_keys",
    "rewrap_deployment_keys",
    "rewrap_signing_keys",
    "signing_key",
]
