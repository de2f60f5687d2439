"""Why a record is not to be believed. Verification returns nothing or raises one of these; there is no boolean to ignore.

VerificationError
├── Unreadable        not a signed record at all, or not in its one canonical form
├── UnknownKey        signed by a key that is not in the key set
├── WrongPurpose      a drill key under a real record, or the other way round
├── KeyNotValid       the key was not valid, or already revoked, when the record says it was made
└── BadSignature      the bytes are not what was signed
"""

from typing import ClassVar


class VerificationError(Exception):
    """The record must not be shown, sent or believed. `advice` tells a person what to do."""

    advice: ClassVar[str] = "Do not rely on this record."


class Unreadable(VerificationError):
    advice = "This is not a Loa record. Fetch it again from the issuer's /api/v1/records/{id}."


class UnknownKey(VerificationError):
    advice = "Fetch the issuer's current keys from /.well-known/jwks.json and try again."


class WrongPurpose(VerificationError):
    advice = "This is a drill, or a drill's key was used. It is no official warning."


class KeyNotValid(VerificationError):
    advice = "The key was not valid when the record was made. Ask the issuer."


class BadSignature(VerificationError):
    advice = "The record was changed after it was signed. Do not rely on it."
