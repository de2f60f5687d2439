"""Texts registered with the carriers: what is on file, by whom it was approved, and which SMS is one of them."""

from service.registered_texts.filing import (
    STATUSES,
    Registration,
    SmsScript,
    Status,
    Unregistered,
    put_text,
    set_sms_script,
    set_unregistered,
    withdraw_text,
)
from service.registered_texts.lists import read_texts
from service.registered_texts.queries import (
    RegisteredText,
    Registrations,
    list_texts,
    provider_in_words,
    registrations,
    sms_script_of,
    unregistered_rule,
)
from service.registered_texts.templates import Template, drill_form, fold, undrilled

__all__ = [
    "STATUSES",
    "RegisteredText",
    "Registration",
    "Registrations",
    "SmsScript",
    "Status",
    "Template",
    "Unregistered",
    "drill_form",
    "fold",
    "list_texts",
    "provider_in_words",
    "put_text",
    "read_texts",
    "registrations",
    "set_sms_script",
    "set_unregistered",
    "sms_script_of",
    "undrilled",
    "unregistered_rule",
    "withdraw_text",
]
