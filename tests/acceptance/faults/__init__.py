"""Faults of every kind in a running system of real processes; each ends with `settled.settled_exactly`."""
