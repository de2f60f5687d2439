"""How much of a file is read, and how the process that reads it says no."""

MAX_UNPACKED = 150 * 1024 * 1024
MAX_CELLS = 3_000_000
MAX_ROWS = 60_000
MAX_SECONDS = 60
MAX_ANSWER = 100 * 1024 * 1024
MAX_MEMORY = 900 * 1024 * 1024
"""Bytes beyond what the process has when it starts: under 1 GB in all. The largest list there may be takes half of it."""


class Refused(Exception):
    """The file as a whole cannot be used; the argument is an import.* code."""
