"""Characters brought into one form, before anything is checked, counted or signed: what is checked is then what is sent."""

import re
import unicodedata

# What office programs put in the place of typewriter characters, and what Twilio's Smart Encoding would replace behind our back
# (twilio.com/docs/messaging/services/smart-encoding-char-list): one such sign would make a text without accents a UCS-2 one.
_PUNCTUATION = {
    **dict.fromkeys("‘’‚‛′`´‹›ʹʻʼʽˈˊˋ‗❛❜", "'"),
    **dict.fromkeys("“”„‟″«»ʺˮ❝❞〝〞", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃⎼⎽", "-"),
    **dict.fromkeys("÷⁄∕⧸", "/"),
    **dict.fromkeys("⧵⧹", "\\"),
    **dict.fromkeys("∣⎜⎟⎸⎹⏐", "|"),
    **dict.fromkeys("❨❪⟮⦅", "("),
    **dict.fromkeys("❩❫⟯⦆", ")"),
    **dict.fromkeys("⁎∗⊛✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋⧆", "*"),
    **dict.fromkeys("ː˸⦂꞉", ":"),
    **dict.fromkeys("˜˷∼", "~"),
    **dict.fromkeys("。｡", "."),
    **dict.fromkeys("、､", ","),
    "˖": "+",
    "ǃ": "!",
    "⁏": ";",
    "꞊": "=",
    "ˆ": "^",
    "❴": "{",
    "❵": "}",
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "),
    **dict.fromkeys("•·▪◦", "-"),
    "…": "...",
}
# Wide, small and upright forms, fractions and doubled signs: each as the plain signs it is made of.
_FORMS = [
    chr(c) for first, last in ((0xFF01, 0xFF5E), (0xFE50, 0xFE6B), (0xFE10, 0xFE16), (0xBC, 0xBE)) for c in range(first, last + 1)
]
_FOLDED = str.maketrans(_PUNCTUATION)
_FOLDED |= {ord(c): unicodedata.normalize("NFKC", c).translate(_FOLDED) for c in [*_FORMS, "‼", "⁇", "⁈", "⁉"]}
_UNCOMPOSED = str.maketrans("đĐ", "dD")  # the one Vietnamese letter that Unicode does not take apart

# Nobody sees these: controls, zero width, direction marks, tags, private use, and marks that no letter has swallowed. Every
# Vietnamese letter composes; a mark left alone after that only hides another letter from a rule.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing
_MARKS = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
_BREAKS = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"\r\n|[\r\u2028\u2029\x85]")


def _seen(char: str) -> str:
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if category == "Zs" or char == "\t":
        return " "
    return "" if category in _UNSEEN_CATEGORIES or char in _BLANKS else char


# More marks on one letter are in no language (UAX 15), and the time that composing them takes grows with their square.
_PILE = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")


def cleaned(text: str) -> str:
    """Cleans text: composed (NFC), with plain line ends and spaces, without unseen characters, stray marks and doubled spaces."""
    seen = text if text.isascii() else _PILE.sub(r"\1", text)
    while True:  # what stood between two characters may have kept them from composing
        text = seen
        seen = "".join(map(_seen, _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))))
        if seen == text:
            break
    lines = (line.strip() for line in re.sub(" {2,}", " ", seen).split("\n"))
    return _BREAKS.sub("\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    """Cleans text and puts it on one line: a title, a name, a reason."""
    return " ".join(cleaned(text).split())


def plain_punctuation(text: str) -> str:
    """Replaces typographic quotes, dashes, dots and spaces by a typewriter's."""
    return text.translate(_FOLDED)


def unaccented(text: str) -> str:
    """Takes the marks off Vietnamese ("tin không dấu"): the same words, and nothing else changed."""
    apart = unicodedata.normalize("NFD", text.translate(_UNCOMPOSED))
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))
