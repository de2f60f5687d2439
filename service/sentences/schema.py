"""The database's schema and this version of Loa."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "schema.blocked": _(
        "The database is busy with something long (a backup?), so the migration gave way. Nothing was half done; run it again."
    ),
    "schema.newer": _(
        "The database has schema {found}; this version knows {known} and would not understand it. Use the newer version."
    ),
    "schema.older": _("The database is older than schema {needed}, which this version needs. Run `loa migrate` first."),
    "schema.other": _(
        "The database was made with another {file} than this version's. Run `loa migrate`; "
        "if that says the same, use the version which made this database."
    ),
    "schema.shared_sessions": _(
        "The database is behind a pooler in transaction mode: workers need sessions of their own (locks, LISTEN). "
        "Use the pooler's session mode, or connect them directly. See docs/operating.md"
    ),
    "schema.too_old": _(
        "The database has schema {found}; this version brings further none before {oldest}. "
        "Run `loa migrate` of the version with schema {oldest} (commit b0e0c1d) first, then of this one."
    ),
}
