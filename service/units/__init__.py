"""Units: the tree of organisations. Names, parents and validity are dated; the code never changes."""

from service.units.administration import Revision, create_first_unit, create_unit, revise_unit
from service.units.queries import Unit, find_unit, list_units, unit_by_id, units_below

__all__ = [
    "Revision",
    "Unit",
    "create_first_unit",
    "create_unit",
    "find_unit",
    "list_units",
    "revise_unit",
    "unit_by_id",
    "units_below",
]
