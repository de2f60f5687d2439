"""Calls about units: their readiness, coverage, takedowns and retention."""
