"""The contact registry: who may be written to, sealed. Entered here and nowhere else.

A leaf: it gets connection, clock and keys as arguments and knows nothing of broadcasts or HTTP.
"""

from contact_registry.audiences import Audience, audience_select, count_audience, joined_as_sets
from contact_registry.consent import Consent, consented, give_consent, withdraw_consent
from contact_registry.errors import ImportRefused, ManyGone, MasterKeyInvalid, RegistryError, Unsealable
from contact_registry.importing.applying import Applied, apply_list
from contact_registry.importing.checked import CheckedCell, CheckedList, CheckedRow, Counts, LegacyText, Problem, SeenColumn
from contact_registry.importing.differences import ClassDifference, Difference, compare_list
from contact_registry.importing.headings import ColumnMeaning, Field, ListOf, Role
from contact_registry.importing.headings import fold as fold_heading
from contact_registry.importing.problem_messages import problem_message
from contact_registry.importing.reading import read_list
from contact_registry.importing.rows import recheck_row, rechecked
from contact_registry.importing.sheets import MAX_BYTES, read_cells, sniff
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
from contact_registry.masking import masked
from contact_registry.phone_numbers import PhoneCell, read_phones
from contact_registry.sealing import DataKey, MasterKey, address_hash, current_data_key, data_keys
from contact_registry.suppressions import suppress

__all__ = [
    "MAX_BYTES",
    "Applied",
    "Audience",
    "CheckedCell",
    "CheckedList",
    "CheckedRow",
    "ClassDifference",
    "ColumnMeaning",
    "Consent",
    "Counts",
    "DataKey",
    "Difference",
    "Field",
    "ImportRefused",
    "LegacyText",
    "ListOf",
    "ManyGone",
    "MasterKey",
    "MasterKeyInvalid",
    "PhoneCell",
    "Problem",
    "RegistryError",
    "Role",
    "SeenColumn",
    "Unsealable",
    "address_hash",
    "apply_list",
    "audience_select",
    "clear_people",
    "compare_list",
    "consented",
    "count_audience",
    "current_data_key",
    "data_keys",
    "fold_heading",
    "give_consent",
    "joined_as_sets",
    "load_columns",
    "load_rows",
    "masked",
    "problem_message",
    "read_cells",
    "read_list",
    "read_phones",
    "recheck_row",
    "rechecked",
    "replace_rows",
    "row_key_ids",
    "sniff",
    "store_checked",
    "store_columns",
    "suppress",
    "undo_list",
    "withdraw_consent",
]
