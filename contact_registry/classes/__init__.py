"""Class names: as sheets write them, compared, and in order."""

from contact_registry.classes.in_sheets import without_addresses
from contact_registry.classes.keys import class_key, in_order

__all__ = ["class_key", "in_order", "without_addresses"]
