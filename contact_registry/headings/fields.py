"""What a column of a list can hold, and whose it is."""

from enum import StrEnum
from typing import Literal

Role = Literal["father", "mother", "guardian", "parent", "staff"]
ListOf = Literal["parents", "staff"]


class Field(StrEnum):
    """What a column holds. DROPPED must not be kept and is reported; IGNORED is known, harmless and not needed."""

    ORDER = "order"
    NAME = "name"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    CLASS = "class"
    GRADE = "grade"
    PUPIL_CODE = "pupil_code"
    PHONE = "phone"
    EMAIL = "email"
    IGNORED = "ignored"
    DROPPED = "dropped"
    UNKNOWN = "unknown"
