"""The keyring: which key signs for which unit and when, and the deployment's own keys. Private halves are sealed at rest."""

from service.keyring.deployment import deployment_key, lookup_number_key, make_deployment_keys
from service.keyring.signing_keys import SigningKey, key_set, make_signing_key, public_keys, signing_key

__all__ = [
    "SigningKey",
    "deployment_key",
    "key_set",
    "lookup_number_key",
    "make_deployment_keys",
    "make_signing_key",
    "public_keys",
    "signing_key",
]
