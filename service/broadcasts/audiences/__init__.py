"""Whom a broadcast is for: names resolved, people counted, those left out listed, drills."""
