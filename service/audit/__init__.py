"""Audit: an append-only trail of who did what, written in the transaction of the deed itself."""

from service.audit.trail import Action, Detail, Event, Subject, Wanted, count_events, list_events, note_event

__all__ = ["Action", "Detail", "Event", "Subject", "Wanted", "count_events", "list_events", "note_event"]
