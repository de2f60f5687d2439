"""What a message may not say."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "content.link": _("A message must not contain a link or web address. Remove it; parents open the look-up page themselves."),
    "content.amount": _("A message must not name an amount of money."),
    "content.account_number": _("A message must not contain an account or card number."),
    "content.code_request": _("A message must not ask for a one-time code or password."),
    "content.phone_not_on_card": _(
        "The message names a phone number that is not on the verification card. "
        "Name only 113, or write “call the school's saved number”."
    ),
    "content.phone_in_sms": _(
        "Impostors put telephone numbers into SMS, too. Better name only 113, or write “call the school's saved number”."
    ),
    "content.statement_missing": _(
        "This ready text says how the school does things. Its head must first declare on the verification card: “{statement}”"
    ),
    "content.ambiguous_unaccented": _(
        "Without diacritics this word can be read the other way round. "
        "Write KHÔNG (đừng), “hoặc” (hay), “sử dụng” (dùng), “chính xác” (đúng); begin a new sentence before “Hãy”; "
        "or send the SMS with its diacritics."
    ),
    "content.unclear_unaccented": _("Without diacritics this word may be read as: {readings}. Better choose a clearer one."),
    "content.too_long": _("The message is too long. Shorten it."),
    "content.dearer_characters": _("{characters} makes the SMS {segments} segments long; without it there would be {fewer}."),
    "content.segment_more": _(
        "The SMS is {segments} segments for {over} characters too many; without them there would be {fewer}."
    ),
    "content.reserved_word": _("{{number}} is the look-up number's place and is added by itself. Remove it."),
    "content.not_registered": _(
        "These words match no text that the carrier ({providers}) has approved, and are likely to be filtered. "
        "Use registered words, or have these registered first."
    ),
    "content.drill_not_registered": _(
        "The carrier ({providers}) has approved these words, but not their drill form (with “DIEN TAP: "
        "” first), so the drill may be filtered. Have the drill form registered, too."
    ),
    "content.sms_missing": _("SMS is among the channels, so an SMS text is needed."),
    "content.email_missing": _("Email is among the channels, so a subject and a body are needed."),
    "template.slot_date": _("A day in figures is needed here, e.g. {example}."),
    "template.slot_size": _("At most {most} characters fit here."),
    "template.unknown": _("There is no ready text with this code."),
}
