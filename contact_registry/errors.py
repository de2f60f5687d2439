"""What can go wrong in the registry.

RegistryError
├── ImportRefused       a file as a whole: `code` is one of the contract's import.* codes
├── Unsealable          sealed bytes under another key, for another purpose, or damaged
└── MasterKeyInvalid
"""


class RegistryError(Exception):
    """Base of all errors of the contact registry."""


class ImportRefused(RegistryError):
    """The file cannot be imported at all. `code`: import.unreadable, import.no_contact_column, import.too_large, ..."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unsealable(RegistryError):
    """The bytes do not open with this key. Carries the purpose, never the bytes."""


class MasterKeyInvalid(RegistryError):
    """LOA_MASTER_KEY is not 32 bytes in base64."""
