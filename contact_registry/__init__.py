"""The contact registry: who may be written to, sealed. Entered here and nowhere else.

A leaf: it gets connection, clock and keys as arguments and knows nothing of broadcasts or HTTP.
"""

from contact_registry.errors import ImportRefused, MasterKeyInvalid, RegistryError, Unsealable
from contact_registry.sealing import DataKey, MasterKey, address_hash, current_data_key, data_keys

__all__ = [
    "DataKey",
    "ImportRefused",
    "MasterKey",
    "MasterKeyInvalid",
    "RegistryError",
    "Unsealable",
    "address_hash",
    "current_data_key",
    "data_keys",
]
