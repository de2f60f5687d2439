"""Units: the tree of organisations. Names, parents and validity are dated; the code never changes."""

from service.units.administration import LEVELS, Revision, create_first_unit, create_unit, revise_unit
from service.units.bulk import TEMPLATE as UNITS_TEMPLATE
from service.units.bulk import CheckedUnits, check_units, create_units, read_units
from service.units.queries import Unit, find_unit, list_units, root_unit, standing_codes, unit_by_id, units_below_each

__all__ = [
    "LEVELS",
    "UNITS_TEMPLATE",
    "CheckedUnits",
    "Revision",
    "Unit",
    "check_units",
    "create_first_unit",
    "create_unit",
    "create_units",
    "find_unit",
    "list_units",
    "read_units",
    "revise_unit",
    "root_unit",
    "standing_codes",
    "unit_by_id",
    "units_below_each",
]
