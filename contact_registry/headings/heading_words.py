"""A heading as schools, forms and programs write it → the plain words that the rules look at.

"(4) S.Đ.T mẹ (VD: 0912345678) *", "SDTMe", "S?T m?" are all `sdt me`.
What is an example or an instruction is no part of a heading.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice, product, zip_longest

_MARK = re.compile(r"[\(\[]\s*\*+\s*[\)\]]|\*+")
_WORDS = re.compile(r"[^a-z0-9]+")
_EVERY_DE = str.maketrans({"ð": "đ", "ɖ": "đ", "Ð": "Đ", "Ɖ": "Đ"})
"""Icelandic eth and the African letter look like Đ; keyboards and converters write them for it."""

_NUMBERED = re.compile(
    r"\A\s*(?:[(\[]\d{1,2}[)\]]|\d{1,2}\s*[.):/\]-]|[ivx]{1,4}[.)]|[a-z][.)]\s+(?=[^\W\d_]{2})|\d{1,2}\s+(?=[^\W\d_]))",
    re.IGNORECASE,
)
_SAYS_HOW = (
    r"vd|v\.d|ví dụ|vi du|e\.?g|example|ex|mẫu|mau|ghi|nhập|nhap|viết|viet|điền|dien|vui lòng|vui long|nếu|neu|không|khong|để|de"
    r"|khi|dùng|mỗi|gồm|đủ|chỉ"
    r"|bắt buộc|bat buoc|required|optional|thầy|thay|cô|nhà trường"
)
_IN_BRACKETS = re.compile(
    rf"[(\[{{]\s*(?:(?:{_SAYS_HOW})(?![^\W\d_])[^)\]}}]*|[^)\]}}]*(?:\d[^)\]}}]*){{5}}|[^)\]}}]*@[^)\]}}]*)(?:[)\]}}]|$)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"[\s,;:.\-–]*(?<![^\W\d_])(?:vd|v\.d\.?|ví dụ|vi du|e\.g\.?|example|chẳng hạn)(?![^\W\d_]).*", re.IGNORECASE | re.DOTALL
)
_BRACKETS = re.compile(r"[(\[{][^)\]}]*(?:[)\]}]|$)")
_AFTERTHOUGHT = re.compile(r"\s*(?:[:\n\r;]|\s[-–—]\s).*", re.DOTALL)

_BARE_DT = re.compile(r"(?<![^\W\d_])dt(?![^\W\d_])", re.IGNORECASE)
_MINISTRY = re.compile(r"\b(?:(?:bo|so|phong|nganh) )*(?:gd|giao duc)(?: (?:va|dao tao|dt))*\b")
_SPELLED = re.compile(r"\b[a-z](?: [a-z])+\b")
_GLUED_PHONE = re.compile(
    r"\b(s?dt(?:dd)?|so ?dt)(?=(?:cha|bo|me|ba|ong|ph|phhs|lh|lien ?he|gh|giam ?ho|gv|gvcn|hs|zalo|nha|nguoi|1|2|3)(?:[a-z]*\b))"
)
_DIGITS = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
_GLUED = {
    phrase.replace(" ", ""): phrase
    for phrase in (
        "ho ten", "ho va ten", "ho ten hs", "ten hs", "ten hoc sinh", "ho ten hoc sinh", "hoc sinh", "phu huynh",
        "so dien thoai", "dien thoai", "di dong", "ngay sinh", "dia chi", "dan toc", "ton giao", "gioi tinh", "ten lop",
        "lop hoc", "ma lop", "ma hs", "ma hoc sinh", "ghi chu", "full name", "student name", "class name", "phone number",
        "so dt", "ho dem", "trang thai", "dien thoai me", "dien thoai cha", "dien thoai bo", "so dien thoai me",
        "so dien thoai cha", "so dien thoai bo", "lien he",
    )
}  # fmt: skip

# What headings are made of, to be known again where their letters became "?": a code page of the West has à, ô and ý, but no ạ, ố
# and đ.
_WORDS_OF_HEADINGS = (
    "họ và tên đệm lót chữ lớp khối sđt đt đtdđ điện thoại số mẹ cha bố phụ huynh người giám hộ học sinh trẻ dân tộc tôn "
    "giáo địa chỉ ngày tháng năm sinh nơi ở hiện nay thường trú tạm khẩu liên hệ lạc di động thư tử thông tin nghề nghiệp "
    "giới tính nữ đỡ đầu ghi chú mã định danh ông bà gia đình đối tượng ưu tiên chính sách khuyết tật thứ tự gd&đt quốc "
    "tịch xã phường huyện tỉnh ấp thôn trạng thái tình chỗ đang của tổ"
)
_VOCABULARY = _WORDS_OF_HEADINGS.split()
_LOST = re.compile(r"[^\W\d_]*(?:[?\ufffd][^\W\d_]*)+")


def _lost(word: str) -> set[str]:
    """What is left of a word in a code page of the West, in plain ASCII, and where its marks stood beside its letters."""
    apart = unicodedata.normalize("NFD", word)
    left = {each.encode(page, "replace").decode(page) for each, page in ((word, "cp1252"), (word, "ascii"), (apart, "ascii"))}
    return {each for each in left if "?" in each}


_RESTORED: dict[str, list[str]] = {}
for _form in dict.fromkeys(form for word in _VOCABULARY for form in (word, word.upper(), word.capitalize())):
    for _left in _lost(_form):
        _RESTORED.setdefault(_left, []).append(_form)
_MOST_READINGS = 16


def fold(text: str) -> str:
    """Folds a heading to plain lower-case words without diacritics: `SĐT  Mẹ (*)` → `sdt me`."""
    plain = unicodedata.normalize("NFD", _MARK.sub(" ", text).lower().translate(_EVERY_DE).replace("đ", "d"))
    return _WORDS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def without_marks(text: str) -> str:
    """Writes the heading on one line without "(*)", as it is shown."""
    return " ".join(_MARK.sub(" ", text).split())


def letters_were_lost(text: str) -> bool:
    """Tells whether it is a heading whose Vietnamese letters became question marks: "H? và tên", "L?p", "S?T m?"."""
    return ("?" in text or "\ufffd" in text) and _restored(text) != text


def _restored(text: str) -> str:
    return next(_restorations(text))


def _restorations(text: str) -> Iterator[str]:
    """The ways in which a heading with lost letters can be read: "ch?" is chỉ, chữ or chỗ."""
    words = [found[0].replace("\ufffd", "?") for found in _LOST.finditer(text)]
    between = _LOST.split(text)
    for ways in islice(product(*(_RESTORED.get(word, [word]) for word in words)), _MOST_READINGS):
        yield "".join(chain.from_iterable(zip_longest(between, ways, fillvalue="")))


def without_examples(text: str) -> str:
    """Takes examples and instructions out of the heading: what a person may have put numbers and addresses into."""
    return _EXAMPLE.sub("", _IN_BRACKETS.sub(" ", text)) if not text.isalpha() else text


@lru_cache(maxsize=4096)
def heading_words(text: str) -> tuple[str, ...]:
    """Reads the words of a heading, most of them first, then with ever less of what may be beside the point; each reading once.

    `xdt` is a bare "DT" (dân tộc more often than điện thoại, which is "ĐT").
    """
    text = unicodedata.normalize("NFC", text).translate(_EVERY_DE)
    texts = _restorations(text) if "?" in text or "\ufffd" in text else (text,)
    return tuple(dict.fromkeys(words for each in texts for words in _readings(each)))


def _readings(text: str) -> tuple[str, ...]:
    whole = _NUMBERED.sub("", without_examples(text), count=1) or text
    unbracketed = _BRACKETS.sub(" ", whole)
    short = _AFTERTHOUGHT.sub("", unbracketed)
    return tuple(filter(None, map(_plain_words, (whole, unbracketed, short)))) or (_plain_words(text),)


def _plain_words(text: str) -> str:
    text = "".join(f" {c}" if c.isupper() and n and text[n - 1].islower() else c for n, c in enumerate(text))  # HoTen
    if "đ" not in text and "Đ" not in text:
        text = _BARE_DT.sub("xdt", text)
    words = fold(text)
    words = _GLUED.get(words.replace(" ", ""), words)
    words = _MINISTRY.sub("bgd", words)
    words = _GLUED_PHONE.sub(r"\1 ", words)
    words = _SPELLED.sub(lambda found: found[0].replace(" ", ""), _DIGITS.sub(" ", words))
    return " ".join(words.split())
