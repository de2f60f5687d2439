"""From a file's bytes to cells, bounded and in a process of its own."""

from contact_registry.spreadsheets.file_kinds import MAX_BYTES, sniff

__all__ = ["MAX_BYTES", "sniff"]
