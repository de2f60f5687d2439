"""What the terminal says, in the language it is set to where there is a catalogue of it, else in English."""

import os
from collections.abc import Mapping

from service.languages import Language, Phrase, language_of_locale
from service.languages import gettext_lazy as _
from service.languages import ngettext_lazy as _n
from service.languages import pgettext_lazy as _p

WORDS: Mapping[str, Phrase] = {
    "starting": _("Starting PostgreSQL and Valkey …"),
    "starting_own": _("Starting web, workers and simulators …"),
    "starting_live": _("Starting web and workers …"),
    "setting_unknown": _("{name} is no setting of Loa's and is ignored (docs/settings.md)."),
    "setting_near": _("{name} is no setting of Loa's and is ignored. Did you mean {nearest}?"),
    "live_lacks": _("NOT ENOUGH yet to reach parents (docs/settings.md, docs/first-warning.md):"),
    "live_no_sms": _("no SMS leaves"),
    "live_no_email": _("no email leaves"),
    "live_no_address": _("nobody beyond this machine reaches the look-up, and carriers cannot say what arrived"),
    "address": _("Look-up and API: {url}"),
    "disk_low": _(
        "The disk is almost full: {left:n} GB ({share}%) left at {place}. "
        "Make room before nothing can be saved (docs/operating.md)."
    ),
    "restored_waits": _(
        "This home was restored from a backup: no sample is sent by itself. What waits for you: loa broadcast list"
    ),
    "importing": _("Importing the list of {unit} …"),
    "carriers_ignored": _(
        "LOA_TWILIO_* or LOA_SMTP_* is set, but the demo sends to the simulators only. To send for real: "
        "loa run --live with another LOA_HOME."
    ),
    "other_kind": _("{home} was made for a {found} run. Choose another LOA_HOME: demo data and real carriers never meet."),
    "port_busy": _("Port {port} is in use. Set {setting} to another one, e.g. {setting}={other} {command}"),
    "ports_equal": _("{setting} and {other} are both port {port}. Set one of them to another."),
    "port_forbidden": _(
        "This account may not use port {port} (those below 1024 are usually root's). Set {setting} to another one."
    ),
    "already": _("Loa seems to be running already in {home}."),
    "home_of_another": _("{home} belongs to {owner}. Run Loa as {owner}, or set LOA_HOME to another directory."),
    "home_closed": _("This account cannot write to {place}. Set LOA_HOME to another directory."),
    "sockets_of_another": _("{place} belongs to somebody else. Set LOA_HOME to another directory."),
    "secrets_damaged": _("{file} cannot be read. Restore it from a backup: without it nothing that is sealed can be opened."),
    "demo_lost": _(
        "{file} cannot be read, and the demo's API keys stand nowhere else. Restore it, or set LOA_HOME to a new directory."
    ),
    "program_missing": _("The package {package} is not installed."),
    "initdb_failed": _("The database could not be made: {said}"),
    "program_failed": _("{name} does not start ({log}):\n{lines}"),
    "keeps_dying": _("{name} keeps stopping and is started again. Its log: {log}"),
    "server_silent": _("{name} does not answer; its log: {log}"),
    "refused": _("Refused: {call}: {answer}"),
    "no_answer": _("The demo lost its connection ({error})."),
    "sending": _("Sending"),
    "stopping": _("Stopping …"),
    "stopped": _("Everything is stopped."),
    "too_late": _("Not finished within 120 s."),
    "sample_waits": _(
        "Quiet hours (LOA_QUIET_HOURS): the sample is sent from {until}, Vietnam's time. An emergency would leave at once."
    ),
    "stay": _("Loa is up. Ctrl-C stops everything."),
    "story": _("[b]{school}[/b] sent its parents a signed warning: [b]{sms:n}[/b] of them by SMS, [b]{email:n}[/b] by email."),
    "unfinished": _("Not every message arrived: {parts}"),
    "no_message": _("No SMS of it is in the outbox."),
    "channel": _p("heads the table of what was sent", "Channel"),
    "sms": _p("heads the table of what was sent", "SMS"),
    "email": _p("heads the table of what was sent", "Email"),
    "delivered": _p("heads the table of what was sent", "Delivered"),
    "accepted": _p("heads the table of what was sent", "Accepted"),
    "failed": _p("heads the table of what was sent", "Failed"),
    "not_sent": _p("heads the table of what was sent", "Not sent"),
    "uncertain": _p("heads the table of what was sent", "Uncertain"),
    "total": _p("heads the table of what was sent", "Total"),
    "seconds": _("Within {seconds:n} s of the approval."),
    "arrived": _("One message as it arrived"),
    "number": _p("begins a sentence", "Look-up number"),
    "found": _("is in the register of official warnings, issued by {issuer}"),
    "same": _("is the same as the official text, word for word"),
    "text": _p("begins a sentence", "The text"),
    "answer": _("What the look-up answered"),
    "wrong_answer": _("The look-up said: {outcome}, comparison: {verdict}"),
    "open_lookup": _("The parents' look-up"),
    "open_outbox": _("The outbox, as phones show it"),
    "open_api": _("The API's reference"),
    "open_record": _("The signed record"),
    "accounts": _("Accounts and API keys: {file}"),
    "logs": _("Logs: {logs}"),
    "import_reading": _("Reading the list …"),
    "import_applying": _("Applying it …"),
    "import_sheet": _p("heads the table of problems of a list", "Sheet"),
    "import_row": _p("heads the table of problems of a list", "Row"),
    "import_column": _p("heads the table of problems of a list", "Column"),
    "import_advice": _p("heads the table of problems of a list", "What to do"),
    "import_error": _("Errors, to be mended: {count:n}"),
    "import_warning": _("Warnings, to be looked at: {count:n}"),
    "import_dropped": _("Private columns, dropped while reading and kept nowhere: {columns}."),
    "import_name_columns": _(
        "Say what columns hold on the command line: "
        "--column A=name --column B=class --column C=phone, or --column 'Heading=phone'."
    ),
    "import_left_out": _("Rows that are no pupils:"),
    "import_left_out_rows": _("rows {rows}"),
    "import_more": _("… and {count:n} more."),
    "import_difference": _(
        "{present:n} people at present; this list adds {added:n}, ends {gone:n}, changes {changed:n} and keeps {kept:n}."
    ),
    "import_many_gone": _("More than a fifth would go: {gone:n} of {present:n} people. If that is right, type the number {gone}"),
    "import_whole_classes": _(
        "Not on this list: {classes}. If the file is the list of some classes only, stop and run it again with --only-classes."
    ),
    "import_hidden": _n(
        "{count:n} pupil stands in a hidden row of the file. Take this row too?",
        "{count:n} pupils stand in hidden rows of the file. Take these rows too?",
    ),
    "import_apply": _("Apply this list?"),
    "import_kept": _("Nothing was applied. The list that was read: {id}"),
    "import_applied": _("Applied. To undo: loa import undo {id} --as EMAIL"),
    "import_undone": _("Undone: the list before is the present one again."),
    "migrated": _("The database is up to date ({now})."),
    "migrated_from": _("The database was migrated: {was} → {now}."),
}


PARTS: Mapping[str, Phrase] = {
    "waiting": _("{count:n} waiting"),
    "sending": _("{count:n} being called"),
    "accepted": _("{count:n} accepted by the carrier"),
    "delivered": _("{count:n} delivered"),
    "failed": _("{count:n} failed"),
    "not_sent": _("{count:n} not sent"),
    "uncertain": _("{count:n} in doubt"),
}
"""Where how many of a broadcast's messages are, part by part of its progress."""


def parts_in_words(progress: Mapping[str, int]) -> tuple[Phrase, ...]:
    """Says the parts that are not empty. `progress`: how many are in each of `PARTS`; others are passed over."""
    return tuple(words.with_(count=progress[part]) for part, words in PARTS.items() if progress.get(part))


def terminal_language() -> Language:
    """Chooses the terminal's language, by the first of LC_ALL, LC_MESSAGES and LANG that is set; English where there is no
    catalogue of it.
    """
    return language_of_locale(next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), ""))


class Words:
    """Sentences in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    @classmethod
    def of_terminal(cls) -> "Words":
        return cls(terminal_language())

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key].in_(self.language, **values)
