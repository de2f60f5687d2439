"""A request as such: who calls, what it looks like, whether Loa can answer at all. And the title of every status."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "auth.missing": _("The API key is missing or no longer valid. Send it as Authorization: Bearer."),
    "auth.scope": _("This account or key is not allowed to do this."),
    "request.malformed": _("The request is malformed and cannot be read."),
    "request.invalid": _("Some fields cannot be used. See what is said of each."),
    "request.unknown_field": _("There is a field Loa does not know. Remove it or correct its name."),
    "request.not_found": _("There is nothing at this address."),
    "request.method_not_allowed": _("This address does not take this method."),
    "request.too_many_streams": _("Too many broadcasts are being followed at once. Close some."),
    "request.reading": _(
        "The file before this one is still being read for this account. Wait until it is done, then send this one again."
    ),
    "request.readers_busy": _("Loa is reading other people's files and has not taken this one. Send it again in a few seconds."),
    "request.too_slow": _("The request came too slowly. Send it again."),
    "request.too_large": _("The request is too large."),
    "request.cursor": _("The cursor cannot be read. Start from the first page."),
    "request.idempotency_key": _("Idempotency-Key must have 1 to 200 printable characters."),
    "request.idempotency_reused": _("This Idempotency-Key was used for a different request. Use a new one."),
    "server.error": _("Something went wrong on our side and has been noted. Try again in a few minutes."),
    "server.disk_full": _(
        "The server's disk is full, so this could not be saved. Tell whoever runs it to make room, then do it again."
    ),
    "server.unavailable": _("Loa is restarting or busy. Try again in a few seconds."),
}

TITLES: Mapping[int, Phrase] = {
    400: _("The request cannot be read"),
    401: _("Not signed in"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Method not allowed"),
    409: _("Not possible in this state"),
    408: _("Too slow"),
    413: _("Too large"),
    415: _("Unsupported media type"),
    422: _("This cannot be used"),
    429: _("Too many requests"),
    500: _("Something went wrong on our side"),
    503: _("Not available right now"),
}
