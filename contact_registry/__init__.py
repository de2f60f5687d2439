"""The contact registry: who may be written to, sealed. Entered here and nowhere else.

A leaf: it gets connection, clock and keys as arguments and knows nothing of broadcasts or HTTP.
"""

from contact_registry.addresses import read_address
from contact_registry.audiences import Tally, audience_select, count_audience, count_meant, count_people, joined_as_sets
from contact_registry.by_hand import (
    Added,
    NewPerson,
    add_person,
    change_person,
    confirm_present,
    correct_address,
    present_addresses,
)
from contact_registry.class_keys import class_key, in_order
from contact_registry.class_names import AsListed, ListedClasses, UnknownName, listed_classes
from contact_registry.class_names import shown as shown_name
from contact_registry.consent import Basis, Consent, Proof, consented, give_consent, withdraw_consent
from contact_registry.directory import ListedContact, Wanted, find_contacts, load_contacts
from contact_registry.erasing import Erased, addresses_of, erase_person, struck
from contact_registry.errors import (
    AddressRefused,
    AddressTaken,
    ImportRefused,
    ManyGone,
    MasterKeyInvalid,
    RegistryError,
    Unsealable,
)
from contact_registry.fallbacks import count_fallbacks, fallback_select
from contact_registry.forgetting import Lapse, count_ended, count_lapsed, forget_ended, forget_lapsed
from contact_registry.importing.accounting import LeftOutRows, RowReason, in_short, reason_in_words, report_of
from contact_registry.importing.applying import Applied, apply_list, lock_lists
from contact_registry.importing.checked import (
    SEVERITY,
    CheckedCell,
    CheckedList,
    CheckedRow,
    Counts,
    LegacyText,
    Problem,
    SeenColumn,
    Severity,
)
from contact_registry.importing.classes import without_addresses
from contact_registry.importing.differences import ClassDifference, Difference, compare_list
from contact_registry.importing.file_kinds import MAX_BYTES, sniff
from contact_registry.importing.headings import ColumnMeaning, Field, ListOf, Role
from contact_registry.importing.headings import fold as fold_heading
from contact_registry.importing.plain_tables import PlainTable, TableRow, read_table
from contact_registry.importing.problem_messages import problem_message
from contact_registry.importing.reading import read_list
from contact_registry.importing.reading_apart import read_cells_apart, read_table_apart
from contact_registry.importing.rows import recheck_row, rechecked
from contact_registry.importing.storing import (
    clear_people,
    load_columns,
    load_rows,
    replace_rows,
    row_key_ids,
    store_checked,
    store_columns,
)
from contact_registry.importing.undoing import undo_list
from contact_registry.languages import LANGUAGES
from contact_registry.left_out import in_list_order, left_out_select, list_rows
from contact_registry.masking import masked, masked_cell
from contact_registry.office_numbers import read_office_phone
from contact_registry.phone_numbers import PhoneCell, read_phones
from contact_registry.resealing import SEALED, Batch, Place, SealedTable, left_under, reseal, reseal_batch
from contact_registry.sealing import (
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
from contact_registry.standing import Audience, LeftOut, Preferences
from contact_registry.suppressions import Reason as SuppressionReason
from contact_registry.suppressions import Suppressed, lift_suppression, list_suppressions, suppress

__all__ = [
    "LANGUAGES",
    "MAX_BYTES",
    "SEALED",
    "SEVERITY",
    "Added",
    "AddressRefused",
    "AddressTaken",
    "Applied",
    "AsListed",
    "Audience",
    "Basis",
    "Batch",
    "CheckedCell",
    "CheckedList",
    "CheckedRow",
    "ClassDifference",
    "ColumnMeaning",
    "Consent",
    "Counts",
    "DataKey",
    "Difference",
    "Erased",
    "Field",
    "ImportRefused",
    "Lapse",
    "LeftOut",
    "LeftOutRows",
    "LegacyText",
    "ListOf",
    "ListedClasses",
    "ListedContact",
    "ManyGone",
    "MasterKey",
    "MasterKeyInvalid",
    "NewPerson",
    "PhoneCell",
    "Place",
    "PlainTable",
    "Preferences",
    "Problem",
    "Proof",
    "RegistryError",
    "Role",
    "RowReason",
    "SealedTable",
    "SeenColumn",
    "Severity",
    "Suppressed",
    "SuppressionReason",
    "TableRow",
    "Tally",
    "UnknownName",
    "Unsealable",
    "Wanted",
    "add_person",
    "address_hash",
    "addresses_of",
    "apply_list",
    "audience_select",
    "change_person",
    "class_key",
    "clear_people",
    "compare_list",
    "confirm_present",
    "consented",
    "correct_address",
    "count_audience",
    "count_ended",
    "count_fallbacks",
    "count_lapsed",
    "count_meant",
    "count_people",
    "current_data_key",
    "current_data_keys",
    "data_keys",
    "delete_data_key",
    "erase_person",
    "fallback_select",
    "find_contacts",
    "fold_heading",
    "forget_ended",
    "forget_lapsed",
    "give_consent",
    "in_list_order",
    "in_order",
    "in_short",
    "joined_as_sets",
    "left_out_select",
    "left_under",
    "lift_suppression",
    "list_rows",
    "list_suppressions",
    "listed_classes",
    "load_columns",
    "load_contacts",
    "load_rows",
    "lock_lists",
    "masked",
    "masked_cell",
    "open_data_key",
    "present_addresses",
    "problem_message",
    "read_address",
    "read_cells_apart",
    "read_list",
    "read_office_phone",
    "read_phones",
    "read_table",
    "read_table_apart",
    "reason_in_words",
    "recheck_row",
    "rechecked",
    "replace_rows",
    "report_of",
    "reseal",
    "reseal_batch",
    "retire_data_key",
    "rewrap_data_keys",
    "row_key_ids",
    "shown_name",
    "sniff",
    "store_checked",
    "store_columns",
    "struck",
    "suppress",
    "undo_list",
    "withdraw_consent",
    "without_addresses",
]
