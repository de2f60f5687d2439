"""What can go wrong in the registry.

RegistryError
├── ImportRefused       a file as a whole: `code` is one of the contract's import.* codes
├── AddressRefused      one address as typed; `code` is a problem code of the contract
├── AddressTaken        an address that is on the present list already, beside somebody else
├── ManyGone            a list that would end many of the present contacts, not confirmed
├── Unsealable          sealed bytes under another key, for another purpose, or damaged
└── MasterKeyInvalid
"""


class RegistryError(Exception):
    """Base of all errors of the contact registry."""


class ImportRefused(RegistryError):
    """The file cannot be imported at all. `code`: import.unreadable, import.no_contact_column, import.too_large, ...

    `columns`: what was seen of it (`SeenColumn`s), where a person's word on a heading could help.
    """

    def __init__(self, code: str, columns: tuple[object, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.columns = columns


class AddressRefused(RegistryError):
    """What was typed is no address that can be written to. `code`: phone.landline, email.invalid, ... Never the value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AddressTaken(RegistryError):
    """The address is on the unit's present list beside another contact."""


class ManyGone(RegistryError):
    """More contacts would go than is usual. `gone` of `present`, both counts."""

    def __init__(self, gone: int, present: int) -> None:
        super().__init__(f"{gone} of {present}")
        self.gone = gone
        self.present = present


class Unsealable(RegistryError):
    """The bytes do not open with this key. Carries the purpose, never the bytes."""


class MasterKeyInvalid(RegistryError):
    """LOA_MASTER_KEY is not 32 bytes in base64."""
