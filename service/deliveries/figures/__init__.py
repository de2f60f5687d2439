"""Deliveries looked at: listings, progress, counts, estimates, the not reached."""
