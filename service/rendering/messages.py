"""The final texts of a warning: what is signed, and, with a number in place of the slot, what is sent.

A parent copies an email from what the screen shows, which is its HTML: so HTML and plain text hold the same words in the same
order, and a comparison with either says the same.

Nothing is added later: sender, look-up line, layout and fixed sentences are all in the signed text. The one thing left open is
`{number}`, which a worker replaces by each message's own look-up number.
"""

import re
from datetime import datetime
from itertools import groupby
from typing import Any

from service.languages import Language
from service.rendering.environments import message_environment
from service.text_rules import plain_punctuation, unaccented

LAYOUT_VERSION = 4
"""Rises with any change to templates/messages or to what their sentences are in `LAYOUT_LANGUAGE`: approval binds to it, so a
changed layout asks for a new approval.
"""
LAYOUT_LANGUAGE: Language = "vi"
"""What the frame around an author's words is in, for every parent."""

_PARAGRAPH = re.compile(r"\n\s*\n")
_HEADING = re.compile(r"(?!- ).{1,59}[^.,;:!?]")  # a short first line that is no sentence and no list item
_PREFIX = re.compile(r"^\[[^\]]*\]\s*")


def message_variants(
    *,
    kind: str,
    sender: str,
    unit_name: str,
    sms: str | None,
    sms_script: str,
    email_subject: str | None,
    email_body: str | None,
    issued_at: datetime,
    expires_at: datetime,
    advisory: bool = False,
    language: Language = LAYOUT_LANGUAGE,
) -> dict[str, Any]:
    """Renders every text of the warning, each with the slot `{number}` left in it.

    `{"sms": {"ascii" | "unicode": text}, "email": {"subject", "text", "html"}}`; a channel without a text is absent. `advisory`:
    its email says how to get no more of them. `language`: the frame's.
    """
    variants: dict[str, Any] = {}
    if sms is not None:
        variants["sms"] = {sms_script: final_sms(kind=kind, sender=sender, text=sms, script=sms_script, language=language)}
    if email_subject is not None and email_body is not None:
        given = {
            "subject": email_subject,
            "headline": _PREFIX.sub("", email_subject),
            "body": email_body.strip(),
            "paragraphs": _paragraphs(email_body),
            "unit": unit_name,
            "issued_at": issued_at,
            "expires_at": expires_at,
            "advisory": advisory,
        }
        variants["email"] = {
            "subject": " ".join(_render(language, kind, "email/subject.txt", given).split()),
            "text": _render(language, kind, "email/body.txt", given).strip() + "\n",
            "html": _render(language, kind, "email/body.html", given).strip() + "\n",
        }
    return variants


def final_sms(*, kind: str, sender: str, text: str, script: str, language: Language = LAYOUT_LANGUAGE) -> str:
    """Renders one SMS as it will be sent, look-up line included, with the slot left in it. Words without accents get a line
    without: ours alone would double the price.
    """
    whole = plain_punctuation(_render(language, kind, "sms.txt", {"sender": sender, "text": text}).strip())
    return unaccented(whole) if script == "ascii" or unaccented(sender + text) == sender + text else whole


def _render(language: Language, kind: str, name: str, given: dict[str, Any]) -> str:
    return message_environment(language).get_template(f"{kind}/{name}").render(given)


def _paragraphs(body: str) -> list[dict[str, Any]]:
    """The body's paragraphs for the HTML of an email: a heading, or None, and blocks of lines, listed or not.

    The words and their order are the plain text's.
    """
    made = []
    for paragraph in _PARAGRAPH.split(body.strip()):
        lines = [line.strip() for line in paragraph.split("\n")]
        headed = len(lines) > 1 and _HEADING.fullmatch(lines[0]) is not None
        runs = groupby(lines[1:] if headed else lines, key=lambda line: line.startswith("- "))
        # A list keeps its dashes as words: what is copied from the screen is then the plain text, sign for sign.
        blocks = [{"listed": listed, "lines": list(run)} for listed, run in runs]
        made.append({"heading": lines[0] if headed else None, "blocks": blocks})
    return made
