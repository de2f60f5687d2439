"""What words may not say, whoever writes them: an author, a unit that names itself, or the two put together in a final text. And
the one form in which characters and emails are compared.
"""

from service.text_rules.characters import cleaned, one_line, plain_punctuation, unaccented
from service.text_rules.emails import normal_email
from service.text_rules.forbidden import Breach, breaches, known_phones, phones_named
from service.text_rules.reading import Reading

__all__ = [
    "Breach",
    "Reading",
    "breaches",
    "cleaned",
    "known_phones",
    "normal_email",
    "one_line",
    "phones_named",
    "plain_punctuation",
    "unaccented",
]
