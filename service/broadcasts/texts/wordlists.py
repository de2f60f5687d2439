"""Words that lose their sense with their accents, as data. They stand without accents here."""

import re

AMBIGUOUS = {
    "dung": "đừng / đúng / dùng",
    "cam": "cấm / cầm / cảm",
    "hay": "hãy / hay",
    "gia": "giả / giá / già",
    "la": "lạ / là",
    "bao": "báo / bảo / bao",
    "ma": "mã / mà / ma",
    "muon": "muốn / mượn",
    "ban": "bạn / bán / bàn",
}

# A "no" that without its accents can be read as a "yes" ("cho": let, give), whatever stands around it.
LOST_NEGATIONS = {"đừng": AMBIGUOUS["dung"], "chớ": "chớ / cho / chờ"}
# Written so, "dung" can be read as "đừng", or as its opposite. Other words with these letters (dụng, dũng, dựng) never stand so.
TURNING = frozenset({"đúng", "dùng", "dừng", "dung"})
# Behind one of these, in one sentence, "hay" (or) and "hãy" (do) are each other's opposite.
FORBIDDING = frozenset({"không", "khong", "ko", "đừng", "chớ", "cấm", "never", "not"})

# Inside these the word cannot be misread in a way that turns the advice around.
HARMLESS_PHRASES = re.compile(
    r"\b(?:(?:noi|su|tin|ung|xay|loi|tac|ap|thong|tuyen|hinh) dung|dung (?:luong|han|gio|quy dinh|luat)|nghiem cam|hay (?:den|goi"
    r"|hoi|xem|luu|nho|kiem tra|can than|lien he|doc|so|canh giac)"
    r"|cam (?:on|ket|xuc|nang|do|tay)|thong cam|gia dinh|gia re|danh gia|tham gia|quoc gia|chuyen gia|hoc gia|(?:so|ten|sdt"
    r"|tin) la|nguoi la"
    r"|(?:canh|thong|bam) bao|bao (?:ve|dam|mat|chi|hiem|gom|dai)|(?:dai|nha) bao"
    r"|ma (?:otp|so|pin|qr|xac thuc|xac nhan|xac minh|vach)|ban da luu|(?:cac|cua|so) ban|phuong an|van ban|ban be|uy ban)\b"
)
