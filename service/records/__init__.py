"""The store of signed, frozen records and of the blocks that lead from a number to its record.
Written by broadcasts, read by lookups.
"""

from service.records.high_water import AHEAD, issued_up_to, keep_ahead
from service.records.numbers import Block, blocks_after, lost_numbers, next_number, reserve_numbers
from service.records.revocations import revocations_since, store_revocation
from service.records.store import StoredRecord, find_record, opened_record, record_jws, store_record

__all__ = [
    "AHEAD",
    "Block",
    "StoredRecord",
    "blocks_after",
    "find_record",
    "issued_up_to",
    "keep_ahead",
    "lost_numbers",
    "next_number",
    "opened_record",
    "record_jws",
    "reserve_numbers",
    "revocations_since",
    "store_record",
    "store_revocation",
]
