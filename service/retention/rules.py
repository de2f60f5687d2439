"""The rules, in the order in which they are followed: what is kept how long, why, and by what it is counted and deleted.

What has no rule here is kept: suppressions, consents and looks (by hash or id, for as long as the service runs), records, number
blocks and the audit trail (they are the proof, and name nobody).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.accounts import forgetting as accounts
from service.contacts import forgetting as people
from service.deliveries import forgetting as deliveries
from service.languages import Phrase
from service.languages import gettext_lazy as _

Step = Callable[[AsyncConnection, int, datetime], Awaitable[dict[str, int]]]
"""(connection, unit, now) → counts by what was or would be deleted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`count`: all that is due. `forget`: deletes the next batch, well within a second; empty when nothing is left."""

    name: str
    what: Phrase
    keeps: Phrase
    why: Phrase
    count: Step
    forget: Step


_NO_LONGER_THAN_NEEDED: Phrase = _("Law 91/2025/QH15, Article 3: kept only as long as the purpose needs.")

RULES: tuple[Rule, ...] = (
    Rule(
        "files",
        _("Uploaded files of lists"),
        _("24 hours"),
        _("The file also has columns that may not be kept. It serves to read a column again that was misread."),
        people.count_files,
        people.forget_files,
    ),
    Rule(
        "lists",
        _("Lists that were read and never applied"),
        _("30 days from their last reading"),
        _NO_LONGER_THAN_NEEDED,
        people.count_lists,
        people.forget_list,
    ),
    Rule(
        "ended",
        _("People and numbers that a newer list no longer has"),
        _("30 days, while the list can be undone"),
        _NO_LONGER_THAN_NEEDED,
        people.count_ended_people,
        people.forget_ended_people,
    ),
    Rule(
        "contacts",
        _("Parents and staff on the present list"),
        _("until 31 October behind their school year, unless a newer list names them again"),
        _NO_LONGER_THAN_NEEDED,
        people.count_lapsed_people,
        people.forget_lapsed_people,
    ),
    Rule(
        "invitations",
        _("Invitations that ended and nobody took"),
        _("90 days from their end"),
        _NO_LONGER_THAN_NEEDED,
        accounts.count_invitations,
        accounts.forget_invitations,
    ),
    Rule(
        "deliveries",
        _("The address each message went to"),
        _("180 days from the broadcast's end; then only keyed hash, number, state and times"),
        _("Long enough to answer complaints. The proof of what was sent stays whole."),
        deliveries.count_addresses,
        deliveries.forget_addresses,
    ),
)
