"""The words the content rules know, as data. Vietnamese stands without accents here where text is compared without them."""

import re

HOST_ENDINGS = [
    "vn",
    "com",
    "net",
    "org",
    "info",
    "biz",
    "gov",
    "edu",
    "io",
    "app",
    "me",
    "ly",
    "gl",
    "co",
    "cc",
    "xyz",
    "top",
    "shop",
    "site",
    "online",
    "link",
    "click",
    "vip",
    "club",
    "store",
    "tv",
    "asia",
    "page",
    "dev",
    "one",
    "live",
    "work",
    "tk",
    "ru",
    "cn",
    "us",
    "uk",
    "fun",
    "win",
    "bet",
    "icu",
    "cyou",
    "buzz",
    "mobi",
    "pro",
    "cloud",
    "tech",
    "website",
    "space",
    "news",
    "today",
    "id",
    "la",
    "kh",
    "sg",
    "hk",
    "jp",
    "kr",
    "eu",
]

# Verbs with which somebody gives a code away. "doc" is đọc; "nhan" is left out: it is also nhận, to receive.
GIVING_VERBS = (
    "doc",
    "gui",
    "nhap",
    "cung cap",
    "cho biet",
    "cho xem",
    "tra loi",
    "chia se",
    "chup",
    "nhan tin",
    "nhan lai",
    "soan tin",
    "khai bao",
    "xac nhan",
    "bam",
    "send",
    "enter",
    "reply",
    "share",
    "provide",
    "give",
    "tell",
    "type",
)

SECRET_CODES = (
    "otp",
    "ma otp",
    "ma xac thuc",
    "ma xac nhan",
    "ma xac minh",
    "mat khau",
    "mat ma",
    "ma pin",
    "so pin",
    "ma cvv",
    "cvv",
    "password",
    "passcode",
    "pin code",
    "verification code",
)

# A clause with one of these before the verb denies it. "dung" without its accents is not among them: it may be đừng, đúng or dùng.
NEGATIONS = frozenset({"không", "khong", "đừng", "chớ", "chưa", "cấm", "not", "never", "don't", "do'nt"})

# A clause that tells what somebody else does is no request.
THIRD_PERSON = re.compile(
    r"\b(?:ke (?:gian|xau|lua dao|mao danh|la)|doi tuong|toi pham|ai (?:do )?(?:doi|hoi|yeu cau|bao)|bat ky ai|scammers?|criminals?|anyone)\b"
    r"(?!.*\b(?:hay|please)\b)"
)

AMBIGUOUS = {
    "dung": "đừng / đúng / dùng",
    "hay": "hãy / hay",
    "gia": "giả / giá / già",
    "la": "lạ / là",
    "bao": "báo / bảo / bao",
    "ma": "mã / mà / ma",
    "muon": "muốn / mượn",
    "ban": "bạn / bán / bàn",
}

# Inside these the word cannot be misread in a way that turns the advice around.
HARMLESS_PHRASES = re.compile(
    r"\b(?:noi dung|su dung|tin dung|ung dung|xay dung|hay (?:den|goi|hoi|xem|luu|nho|kiem tra|can than|lien he|doc|so|canh giac)"
    r"|gia dinh|gia re|danh gia|tham gia|quoc gia|chuyen gia|hoc gia|(?:so|ten|sdt|tin) la|nguoi la"
    r"|(?:canh|thong|bam) bao|bao (?:ve|dam|mat|chi|hiem|gom|dai)|(?:dai|nha) bao"
    r"|ma (?:otp|so|pin|qr|xac thuc|xac nhan|xac minh|vach)|ban da luu|(?:cac|cua|so) ban|phuong an|van ban|ban be|uy ban)\b"
)
