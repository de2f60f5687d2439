"""Calls about school lists: uploaded, mended, compared, applied, undone."""
