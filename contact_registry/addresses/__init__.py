"""One cell or one typed line → the one form in which a number or an email address is kept, matched and shown."""

from contact_registry.addresses.masking import masked, masked_cell
from contact_registry.addresses.office_numbers import read_office_phone
from contact_registry.addresses.phone_numbers import PhoneCell, read_phones
from contact_registry.addresses.typed import read_address

__all__ = ["PhoneCell", "masked", "masked_cell", "read_address", "read_office_phone", "read_phones"]
