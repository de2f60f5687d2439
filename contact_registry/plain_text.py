"""Text as a person sees it: what spreadsheets, the web and a Mac put between letters is taken out before anything is compared or kept."""

import unicodedata


def visible(text: str) -> str:
    """NFC, without what nobody sees: zero widths, marks of direction, soft hyphens, control characters other than white space."""
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Visible text with one plain space between words."""
    return " ".join(visible(text).split())


def clean(text: str) -> str:
    """NFKC (full-width letters too) line by line, digits of every script as 0-9."""
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c, c)) for c in unicodedata.normalize("NFKC", text))
    return "\n".join(one_line(line) for line in text.splitlines()).strip()
