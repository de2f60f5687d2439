"""Words that lose their sense with their accents, as data. They stand without accents here."""

import re

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
