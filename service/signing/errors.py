"""Why a record is not to be believed. Verification returns nothing or raises one of these; there is no boolean to ignore.

VerificationError
├── Unreadable        not a signed record at all, or not in its one canonical form
├── UnknownKey        signed by a key that is not in the key set
├── WrongPurpose      a drill key under a real record, or the other way round
├── KeyNotValid       the key was not valid, or already revoked, when the record says it was made
└── BadSignature      the bytes are not what was signed
"""

from typing import ClassVar


def _(msgid: str) -> str:
    """Marks a sentence for the catalogues, as `gettext_noop` does; nothing is imported, so that a verifier can vendor this."""
    return msgid


class VerificationError(Exception):
    """The record must not be shown, sent or believed. `found` and `advice` tell a person what is wrong and what to do."""

    found: ClassVar[str] = _("It could not be verified.")
    advice: ClassVar[str] = _("Do not rely on this record.")


class Unreadable(VerificationError):
    found = _("This is not a whole record as Loa signs it: it was cut short or changed, or is something else.")
    advice = _("Fetch it again from the issuer, under /api/v1/records/.")


class UnknownKey(VerificationError):
    found = _("It is signed with a key that is not among the keys you trust.")
    advice = _("Fetch the issuer's current keys from /.well-known/jwks.json and try again.")


class WrongPurpose(VerificationError):
    found = _("A key for drills stands under a warning, or the other way round.")
    advice = _("This is a drill, or a drill's key was used. It is no official warning.")


class KeyNotValid(VerificationError):
    found = _("The key that signed it was not valid, or was revoked, at the time the record bears.")
    advice = _("Do not rely on it. Ask the issuer, on a number you already have.")


class BadSignature(VerificationError):
    found = _("The signature does not fit what it says.")
    advice = _("It was changed after it was signed, or another key signed it. Do not rely on it.")
