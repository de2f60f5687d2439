"""Records: the store of signed, frozen records and of the number blocks that point to them."""

from service.records.numbers import reserve_numbers
from service.records.store import StoredRecord, all_blocks, record_jws, record_of, store_record

__all__ = ["StoredRecord", "all_blocks", "record_jws", "record_of", "reserve_numbers", "store_record"]
