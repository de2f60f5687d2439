"""Sealing: data keys under the master key, keyed hashes, and sealing anew."""

from contact_registry.sealing.keys import (
    DataKey,
    MasterKey,
    address_hash,
    current_data_key,
    current_data_keys,
    data_keys,
    delete_data_key,
    open_data_key,
    retire_data_key,
    rewrap_data_keys,
)
from contact_registry.sealing.resealing import SEALED, Batch, Place, SealedTable, left_under, reseal, reseal_batch

__all__ = [
    "SEALED",
    "Batch",
    "DataKey",
    "MasterKey",
    "Place",
    "SealedTable",
    "address_hash",
    "current_data_key",
    "current_data_keys",
    "data_keys",
    "delete_data_key",
    "left_under",
    "open_data_key",
    "reseal",
    "reseal_batch",
    "retire_data_key",
    "rewrap_data_keys",
]
