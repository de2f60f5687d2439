"""Every sentence of the look-up page that depends on what was found; what stands on every page stands in its template.

Short, for a parent in a hurry on a small screen: what this is, then what to do. Never "safe", never "fake".
"""

from collections.abc import Mapping
from types import MappingProxyType

from service.languages import Phrase
from service.languages import gettext_lazy as _

VERDICTS: Mapping[str, tuple[Phrase, Phrase]] = MappingProxyType(
    {
        "found": (
            _("This is the official message with this number. If yours differs by even one word, do not act on it."),
            _("Compare yours with the message below, or paste it to have it compared."),
        ),
        "same": (
            _("The same, word for word, as the official message of {unit}."),
            _("Follow the advice in it. If you still wonder, ring the school on the number you have saved."),
        ),
        "same_unaccented": (
            _("The same as the official message of {unit} (accents aside)."),
            _(
                "Without its accents it may be misread: read the message below and follow that one. If you still wonder, "
                "ring the school on the number you have saved."
            ),
        ),
        "different": (
            _("DIFFERENT from the official message. Do NOT act on it."),
            _("Tap no link, send no money, read no code to anybody. Ring the school on the number you saved before."),
        ),
        "expired": (
            _("A real message, no longer in force since {day:day}."),
            _("It is here to be read again only. Ring the school on the saved number if you have a question."),
        ),
        "expired_same": (
            _("A real message, no longer in force since {day:day}."),
            _("Yours is the same, word for word, as the official message of {unit}, but it is here to be read again only."),
        ),
        "expired_same_unaccented": (
            _("A real message, no longer in force since {day:day}."),
            _("Yours is the same as the official message of {unit} (accents aside), but it is here to be read again only."),
        ),
        "recalled": (
            _("This message was taken back. Do NOT act on it."),
            _(
                "{unit} took it back. Send no money, read no code to anybody. Wait for a new one, "
                "or ring the school on the number you have saved."
            ),
        ),
        "drill": (
            _("This is a drill, not a real warning."),
            _("{unit} sent it to try the system. There is nothing you need to do."),
        ),
        "mistyped": (
            _("The number is not right yet. Check each group of four digits."),
            _("A look-up number has {digits} digits in {groups} groups of four, such as {example}."),
        ),
        "miscounted": (
            _("The number is not right yet. Check each group of four digits."),
            _("Digits typed: {typed}. A look-up number has {digits}."),
        ),
        "misread": (
            _("The number in the text you pasted is not right yet: {misread}"),
            _(
                "Check it against the message and correct it below, or paste the whole message again. "
                "While in doubt do not act on it, ring the school on the saved number."
            ),
        ),
        "no_number": (
            _("There is no look-up number in the text you pasted."),
            _(
                "Paste the last line with its {digits} digits, too; while in doubt do not act on the message, "
                "ring the school on the saved number."
            ),
        ),
        "unknown": (
            _("Not found in this system. Ring the school on the number you have saved."),
            _("While in doubt do not act on the message, tap no link, send no money."),
        ),
        "unavailable": (
            _("The look-up is not available right now."),
            _("When in doubt do not act on the message. Ring the school on the saved number, or try again in a few minutes."),
        ),
        "too_long": (
            _("The pasted text is too long."),
            _("Paste one message only, from its first word to the line with the look-up number."),
        ),
    }
)
"""Head line and what to do, by what was found. `{unit}` and `{day}` are filled from the signed record, what a number looks like
from the settings.
"""

_KINDS = {
    "scam_alert": _("Scam alert"),
    "safety_advice": _("Safety advice"),
    "verification_instructions": _("How to check a message"),
    "recall": _("Recall"),
}
_NAMES = {"recalled": _("The message that was taken back"), "drill": _("The drill")}
_ENDS = {"recalled": _("Taken back"), "expired": _("No longer in force since")}

_GROUPS = {
    # Translators: how many groups of four digits a look-up number has
    12: _("three"),
    # Translators: how many groups of four digits a look-up number has
    16: _("four"),
}
_EXAMPLES = {12: "4071 8826 3163", 16: "4071 8826 3163 0574"}


def number_shape(digits: int) -> Mapping[str, object]:
    """Describes what a look-up number of `digits` looks like, for the slots of sentences; `dots` stand in an empty field."""
    return MappingProxyType(
        {
            "digits": digits,
            "groups": _GROUPS[digits],
            "example": _EXAMPLES[digits],
            "dots": " ".join(["••••"] * (digits // 4)),
        }
    )


def kind_name(kind: str) -> Phrase:
    """Names a warning's kind as on screen."""
    return _KINDS.get(kind, _("Notice"))


def record_name(outcome: str) -> Phrase:
    """Names a found message: nothing that was taken back or rehearsed is "official"."""
    return _NAMES.get(outcome, _("The official message"))


def ends_name(outcome: str) -> Phrase:
    """Names the end of a found message."""
    return _ENDS.get(outcome, _("In force until"))
