"""Texts registered with the carriers: what is on file, by whom it was approved, and which SMS is one of them."""

from service.registered_texts.filing import (
    STATUSES,
    Registration,
    Status,
    Unregistered,
    put_text,
    set_unregistered,
    withdraw_text,
)
from service.registered_texts.lists import read_texts
from service.registered_texts.queries import RegisteredText, Registrations, list_texts, registrations, unregistered_rule
from service.registered_texts.templates import Template

__all__ = [
    "STATUSES",
    "RegisteredText",
    "Registration",
    "Registrations",
    "Status",
    "Template",
    "Unregistered",
    "list_texts",
    "put_text",
    "read_texts",
    "registrations",
    "set_unregistered",
    "unregistered_rule",
    "withdraw_text",
]
