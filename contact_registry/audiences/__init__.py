"""Who a warning goes to, as SQL: counted, listed, left out."""

from contact_registry.audiences.class_names import AsListed, ListedClasses, UnknownName, listed_classes
from contact_registry.audiences.class_names import shown as shown_name
from contact_registry.audiences.fallbacks import count_fallbacks, fallback_select
from contact_registry.audiences.left_out import in_list_order, left_out_select, list_rows
from contact_registry.audiences.select import Tally, audience_select, count_audience, count_meant, count_people, joined_as_sets
from contact_registry.audiences.standing import Audience, LeftOut, Preferences

__all__ = [
    "AsListed",
    "Audience",
    "LeftOut",
    "ListedClasses",
    "Preferences",
    "Tally",
    "UnknownName",
    "audience_select",
    "count_audience",
    "count_fallbacks",
    "count_meant",
    "count_people",
    "fallback_select",
    "in_list_order",
    "joined_as_sets",
    "left_out_select",
    "list_rows",
    "listed_classes",
    "shown_name",
]
