"""Backups and restoring."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "backup.damaged": _("This is not a whole backup. Use another one."),
    "backup.no_program": _("PostgreSQL's program {program} is not there."),
    "backup.not_empty": _(
        "This database is not empty, or an earlier restore into it did not finish. Make a new one and restore into that."
    ),
    "backup.other_master_key": _("The master key does not open this backup. Use the one of the day it was made."),
    "backup.processes_running": _("Web or workers are connected to this database. Stop them all, then restore."),
}
