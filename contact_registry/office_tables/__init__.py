"""Small tables that are not of parents: columns found by their headings, read apart for somebody who waits."""

from contact_registry.office_tables.reading import PlainTable, TableRow, read_table
from contact_registry.office_tables.reading_apart import read_cells_apart, read_table_apart

__all__ = ["PlainTable", "TableRow", "read_cells_apart", "read_table", "read_table_apart"]
