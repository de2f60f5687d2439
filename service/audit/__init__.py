"""Audit: an append-only trail of who did what, written in the transaction of the deed itself."""

from service.audit.trail import Action, Detail, Event, list_events, record_event

__all__ = ["Action", "Detail", "Event", "list_events", "record_event"]
