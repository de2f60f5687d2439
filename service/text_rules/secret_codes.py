"""Requests to give a secret code away: a verb of giving and the name of a code in one sentence, in either order, undenied.

Vietnamese is compared without accents, and a word that had other accents is another word: điện is not điền. Where a text has
none, each word is read in the worse way.
"""

import re
from collections.abc import Iterator

from service.text_rules.characters import unaccented
from service.text_rules.reading import Reading

# As written. Whatever has the same letters and other accents is another word.
_VERBS = (
    "đọc", "gửi", "gởi", "nhập", "cung cấp", "gõ", "điền", "báo", "đưa", "cho biết", "cho xem", "trả lời", "chia sẻ", "chụp",
    "nhắn", "nhắn tin", "nhắn lại", "soạn", "soạn tin", "khai", "khai báo", "xác nhận", "bấm", "kể", "nói", "chuyển",
    "tiết lộ", "xin", "copy", "chép", "dán", "send", "enter", "reply", "share", "provide", "give", "tell", "type", "text",
    "forward", "submit", "read", "input",
)  # fmt: skip
_WRITTEN = {unaccented(verb): {verb, unaccented(verb)} for verb in _VERBS} | {"gui": {"gửi", "gui"}, "goi": {"gởi"}}
# Behind the name of a code these have an object of their own: "mã OTP, bảo quét mã QR hoặc bấm vào".
_ONLY_BEFORE = frozenset({"bấm", "bam", "xác nhận", "xac nhan", "chụp", "chup", "xin"})
# Without accents, these are mostly other words: bảo, điện, gỡ, kẻ, nội.
_AMBIGUOUS = frozenset({"bao", "dien", "go", "ke", "noi", "nhan", "khai", "dan", "chuyen", "dua"})
_VERB = re.compile(r"\b(?:" + "|".join(sorted(_WRITTEN, key=len, reverse=True)) + r")\b")
_NO_VERB = re.compile(
    r"\b(?:goi dien|dien thoai|dien tu|canh bao|thong bao|bao (?:ve|mat|dam|hiem|gom|chi)|(?:tin|giay|so|dai|nha) bao|tin nhan"
    r"|xin loi|noi (?:duoc hoan|la|rang)|bao (?:ngay |cho |cho ngay )?(?:cong an|canh sat|ngan hang|113))\b"
)
_GIVE = re.compile(r"\bcho(?: \w+){0,3} $")  # "cho thầy mã OTP": the code stands right behind

_CODE = re.compile(
    r"\b(?:(?:ma )?(?:o|0)[ .\-_]?t[ .\-_]?p"
    r"|ma (?:xac (?:thuc|nhan|minh)|bao mat|bi mat|pin|cvv|kich hoat|dang nhap|so vua|vua|moi nhan|so (?:trong|tren|duoc))"
    r"|mat khau|mat ma|(?:so )?pin|cvv|c[ .\-]v[ .\-]v|pass ?word|pass ?code|pass|(?:verification|security|pin|one[ -]time) code"
    r"|the code"
    r"|(?:day |con |chu )?so (?:vua|moi) (?:nhan|gui|den|duoc|toi|ve)|(?:[4-8]|bon|tam) (?:chu |con )?so(?! dien thoai)"
    r"|sau (?:chu|con) so)\b"
)
# "mã" alone is a code unless it says of what; written "ma", it is one only right behind a verb of giving.
_WORD_CODE = re.compile(r"\bma\b(?! (?:qr|vach|hoc sinh|dinh danh|tra cuu|so tra cuu|so thue|nguon|vung|truong|lop|tinh|buu))")
_BEHIND = re.compile(r"(?: (?:cai|so|giup|ho))? $")
_MALWARE = "mã độc"

# A sentence ends at its mark; a line ends it where a list item or a new paragraph begins. A colon or a comma does not end it.
_END = re.compile(r"[.!?]+(?=\s|$)|\n\s*\n|(?<![:,])\n(?=\s*[-+*] )")

_NEGATIVE = r"(?:khong|dung|cho|chua|cam|never|not|don't|don’t|dont)"
_NEGATIVES = frozenset({"không", "khong", "đừng", "chớ", "chưa", "cấm", "never", "not", "don't", "don’t", "dont"})
_DENIED = re.compile(
    rf"\b({_NEGATIVE})\b(?: (?:bao gio|duoc|nen|the|he|phai|can|tu y|ai|ai duoc|ever))*"
    r"(?: (?:yeu cau|doi|bao|hoi|nho|ep))?(?: (?:phu huynh|ban|ai|quy vi|cha me|ba me|con|hoc sinh|nguoi dan|you|anyone))?"
    rf"((?:(?: (?:{'|'.join(sorted(_WRITTEN, key=len, reverse=True))}))(?:,|/| hoac| hay| or))*) ?$"
)
_THIRD_PERSON = re.compile(
    r"\b(?:co (?:mot |nhung )?(?:ke|nguoi) goi dien|ke (?:gian|xau|lua dao|mao danh|la)|(?:cac |mot so )?doi tuong|toi pham"
    r"|nguoi la|ai (?:do )?(?=doi|yeu cau|bao)|scammers?|criminals?"
    r"|anyone)\b([^,;:\n]*)$"
)
_CLOSED = re.compile(r"\b(?:thi|va|hay|please|and|then|roi hay|moi|duoc moi|sau day)\b")
_DEMANDS = re.compile(r"\b(?:doi|hoi|yeu cau|bao|xin|du|lua|ep|giuc|nho|de nghi|asks?|asking|demands?|wants?|tells?)\b")
_BETWEEN = re.compile(r" (?:(?:thuong|se|da|dang|co the|lien tuc|se co the|nay|may|will|may) ?){0,2}")


_BACK = 150  # so far back, and no farther, words are looked for that take a verb's sting away


def _denied(reading: Reading, start: int, verb: int) -> bool:
    match = _DENIED.search(reading.words, max(start, verb - _BACK), verb)
    if match is None or match.end() != verb or reading.written(*match.span(1)) not in _NEGATIVES:
        return False
    # "hay" links two denied verbs; "hãy" is the opposite. Without accents nobody can tell.
    links = [match.start(2) + link.start() for link in re.finditer(r"\bhay\b", match.group(2))]
    plain = unaccented(reading.text) == reading.text
    return not any(plain or reading.written(at, at + 3) != "hay" for at in links)


def _told_of_others(words: str, start: int, verb: int) -> bool:
    match = _THIRD_PERSON.search(words, max(start, verb - _BACK), verb)
    if match is None or _CLOSED.search(match.group(1)):
        return False
    return _BETWEEN.fullmatch(match.group(1)) is not None or _DEMANDS.search(match.group(1)) is not None


def code_requests(reading: Reading, *, stripped: bool) -> Iterator[tuple[int, int]]:
    """Finds requests for a code: from the verb to the code, or from the code to the verb; one per sentence."""
    start = 0
    for end in [*_END.finditer(reading.words), None]:
        stop = end.start() if end else len(reading.words)
        verbs = _verbs(reading, start, stop, stripped=stripped)
        codes = _codes(reading, start, stop, verbs, stripped=stripped)
        found = _request(reading, start, verbs, codes) if codes else None
        if found is not None:
            yield found
        start = end.end() if end else stop


def _verbs(reading: Reading, start: int, stop: int, *, stripped: bool) -> list[tuple[int, int]]:
    harmless = [m.span() for m in _NO_VERB.finditer(reading.words, start, stop)]
    return [
        match.span()
        for match in _VERB.finditer(reading.words, start, stop)
        if not (stripped and match.group() in _AMBIGUOUS)
        and not any(a <= match.start() and match.end() <= b for a, b in harmless)
        and reading.written(*match.span()) in _WRITTEN[match.group()]
    ]


def _codes(reading: Reading, start: int, stop: int, verbs: list[tuple[int, int]], *, stripped: bool) -> list[tuple[int, int]]:
    words = reading.words
    codes = [m.span() for m in _CODE.finditer(words, start, stop)]
    named, ends = {begin for begin, _ in codes}, {end for _, end in verbs}
    for match in _WORD_CODE.finditer(words, start, stop):
        at = match.start()
        written = reading.written(*match.span())
        if at in named or reading.written(at, min(match.end() + 4, stop)) == _MALWARE:
            continue
        between = _BEHIND.search(words, max(start, at - 8), at)
        behind = between is not None and between.start() in ends
        if written == "mã" or (written == "ma" and behind and not stripped):
            codes.append(match.span())
    return sorted(codes)


def _request(reading: Reading, start: int, verbs: list[tuple[int, int]], codes: list[tuple[int, int]]) -> tuple[int, int] | None:
    words = reading.words
    asking = [verb for verb in verbs if not _denied(reading, start, verb[0]) and not _told_of_others(words, start, verb[0])]
    for code in codes:
        for verb in asking:
            if verb[1] <= code[0]:
                return verb[0], code[1]
            if verb[0] >= code[1] and reading.written(*verb) not in _ONLY_BEFORE:
                return code[0], verb[1]
        give = _GIVE.search(words, max(start, code[0] - 60), code[0])
        if (
            give
            and reading.written(give.start(), give.start() + 3) == "cho"
            and not any(verb[1] <= give.start() for verb in verbs)  # "đọc cho thầy mã": the verb decides
            and not _denied(reading, start, give.start())
        ):
            return give.start(), code[1]
    return None
