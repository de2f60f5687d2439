"""Calls about the people of one unit's present list, by hand."""
