"""The ready texts as a carrier wants them filed: final words with typed slots, and beside each the form its drill has."""

from collections.abc import Iterator

from service.broadcasts.texts.ready_texts import SLOTS, ReadyText, ready_texts
from service.registered_texts import drill_form
from service.rendering import final_sms


def carrier_form(ready: ReadyText, sender: str) -> str:
    """Writes a ready text as this sender sends it, without accents, its slots as carriers want them."""
    words = ready.sms
    for name, slot in SLOTS.items():
        words = words.replace("{" + name + "}", f"{{{name}:{slot.registered}}}")
    return final_sms(kind=ready.kind, sender=sender, text=words, script="ascii")


def carrier_forms(sender: str) -> Iterator[tuple[str, str]]:
    """Lists name and form of everything to file: `t02` and `t02-drill`, for every ready text."""
    for code, ready in ready_texts().items():
        form = carrier_form(ready, sender)
        yield code.lower(), form
        yield f"{code.lower()}-drill", drill_form(form)
