"""Calls about accounts and their keys."""
