"""People of the present list, one by one: found, put in, corrected, deleted."""

from contact_registry.people.by_hand import (
    Added,
    NewPerson,
    add_person,
    change_person,
    confirm_present,
    correct_address,
    present_addresses,
)
from contact_registry.people.directory import ListedContact, Wanted, find_contacts, load_contacts
from contact_registry.people.erasing import Erased, addresses_of, erase_person, struck
from contact_registry.people.forgetting import Lapse, count_ended, count_lapsed, forget_ended, forget_lapsed

__all__ = [
    "Added",
    "Erased",
    "Lapse",
    "ListedContact",
    "NewPerson",
    "Wanted",
    "add_person",
    "addresses_of",
    "change_person",
    "confirm_present",
    "correct_address",
    "count_ended",
    "count_lapsed",
    "erase_person",
    "find_contacts",
    "forget_ended",
    "forget_lapsed",
    "load_contacts",
    "present_addresses",
    "struck",
]
