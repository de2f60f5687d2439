"""Every sentence of the look-up page, in Vietnamese and English.

Short, for a parent in a hurry on a small screen: what this is, then what to do. Never "safe", never "fake".
"""

from collections.abc import Mapping
from types import MappingProxyType

_VI = {
    "site": "Tra cứu tin của trường",
    "other_language": "English",
    "skip": "Đến phần chính",
    "headline": "Tin này có đúng của trường không?",
    "lead": "Mỗi tin cảnh báo chính thức gửi phụ huynh đều có một số tra cứu {digits} chữ số. Nhập số ấy, hoặc dán cả tin để máy so từng chữ.",
    "number_label": "Số tra cứu",
    "number_hint": "{digits} chữ số, ở cuối tin",
    "number_dots": "{dots}",
    "number_button": "Tra cứu",
    "or": "hoặc so cả tin, chắc hơn",
    "text_label": "Dán cả tin nhắn",
    "text_hint": "Chỉ dùng để so rồi bỏ đi, không lưu lại.",
    "text_button": "So từng chữ",
    "where_title": "Số tra cứu nằm ở đâu?",
    "where_caption": "Dòng cuối của tin nhắn hoặc thư.",
    "sample_sender": "SGDDTDNAI",
    "sample_text": "SGDDTDNAI: Ke mao danh thay co, benh vien bao con cap cuu de doi tien. KHONG chuyen. Goi so truong da luu.",
    "sample_number": "So tra cuu: {example}",
    "sample_note": "Ví dụ",
    "never_title": "Tin chính thức không bao giờ",
    "never": ("có đường dẫn để bấm vào", "đòi tiền hay số tài khoản", "hỏi mã OTP, mật khẩu"),
    "paid_title": "Lỡ chuyển tiền rồi?",
    "paid": "Gọi ngay ngân hàng, rồi công an gần nhất hoặc 113. Giữ lại tin nhắn.",
    "footer": "Ai cũng tra cứu được, không cần tài khoản. Trang không lưu nội dung bạn dán và không theo dõi bạn.",
    "official": "Tin chính thức",
    "recalled": "Tin đã bị thu hồi",
    "drill": "Tin diễn tập",
    "issuer": "Đơn vị phát",
    "issued": "Phát lúc",
    "expires": "Có hiệu lực đến",
    "expired": "Hết hiệu lực từ",
    "recalled_at": "Thu hồi lúc",
    "asked_number": "Số đã tra",
    "sms_version": "Tin nhắn",
    "email_version": "Bản gửi qua email",
    "subject": "Tiêu đề",
    "technical": "Dành cho kỹ thuật",
    "signed": "Xem bản ký số",
    "sender": "Tin nhắn mang tên người gửi",
    "whole": "Phần tin chính thức còn nguyên; những chữ thêm vào không phải của trường.",
    "ask_title": "Còn chưa chắc?",
    "ask": "Gọi số trường đã lưu, hoặc hỏi trực tiếp giáo viên chủ nhiệm.",
    "single": "Một người phát trong tình huống khẩn cấp, sẽ được người thứ hai xem lại.",
    "compare_title": "Tin của bạn có giống từng chữ không?",
    "compare_lead": "Kẻ gian có thể chép số thật dưới lời giả. Dán cả tin bạn nhận được để so.",
    "again": "Tra cứu tin khác",
    "differences": "Chỗ khác nhau",
    "more": "Còn những chỗ khác nữa:",
    "official_says": "Tin chính thức",
    "yours_says": "Tin của bạn",
    "nothing": "không có",
    "critical": "Quan trọng",
    "missing": "Thiếu",
    "added": "Thêm vào",
    "changed": "Bị đổi",
    "copied": "Số này đang bị sao chép nhiều nơi. Hãy so nội dung.",
    "not_found_title": "Không có trang này",
    "not_found_lead": "Địa chỉ có thể gõ chưa đúng.",
    "to_start": "Về trang tra cứu",
}

_EN = {
    "site": "Check a school message",
    "other_language": "Tiếng Việt",
    "skip": "Skip to the main part",
    "headline": "Is this message really from the school?",
    "lead": "Every official warning to parents carries a look-up number of {digits} digits. Enter that number, or paste the whole message to have it compared word by word.",
    "number_label": "Look-up number",
    "number_hint": "{digits} digits, at the end of the message",
    "number_dots": "{dots}",
    "number_button": "Look up",
    "or": "or compare the whole message, which is surer",
    "text_label": "Paste the whole message",
    "text_hint": "Used for comparing only, then thrown away.",
    "text_button": "Compare",
    "where_title": "Where is the look-up number?",
    "where_caption": "On the last line of the message or email.",
    "sample_sender": "SGDDTDNAI",
    "sample_text": _VI["sample_text"],
    "sample_number": _VI["sample_number"],
    "sample_note": "Example",
    "never_title": "An official message never",
    "never": ("has a link to tap", "asks for money or an account", "asks for a code or password"),
    "paid_title": "Already sent money?",
    "paid": "Ring your bank at once, then the nearest police or 113. Keep the message.",
    "footer": "Open to everybody, without an account. This page does not keep what you paste and does not track you.",
    "official": "The official message",
    "recalled": "The message that was taken back",
    "drill": "The drill",
    "issuer": "Issued by",
    "issued": "Issued",
    "expires": "In force until",
    "expired": "No longer in force since",
    "recalled_at": "Taken back",
    "asked_number": "Number looked up",
    "sms_version": "Text message",
    "email_version": "As sent by email",
    "subject": "Subject",
    "technical": "For technicians",
    "signed": "Show the signed record",
    "sender": "The text message comes under the sender name",
    "whole": "The official part is complete; the words added to it are not the school's.",
    "ask_title": "Still not sure?",
    "ask": "Ring the school on the number you have saved, or ask the class teacher in person.",
    "single": "Issued by one person in an emergency; a second person will review it.",
    "compare_title": "Is yours the same, word for word?",
    "compare_lead": "A fraudster may copy a real number under a false text. Paste the whole message you received to compare it.",
    "again": "Look up another message",
    "differences": "What differs",
    "more": "More differences:",
    "official_says": "Official message",
    "yours_says": "Your message",
    "nothing": "nothing",
    "critical": "Important",
    "missing": "Missing",
    "added": "Added",
    "changed": "Changed",
    "copied": "This number is being copied in many places. Compare the text.",
    "not_found_title": "There is no such page",
    "not_found_lead": "The address may have been mistyped.",
    "to_start": "To the look-up page",
}

# Head line and what to do, by what was found. {unit} and {day} are filled from the signed record, what a number looks like from
# the settings.
_VERDICTS_VI = {
    "found": (
        "Đây là tin chính thức mang số này. Nếu tin của bạn khác dù chỉ một chữ, đừng làm theo.",
        "So tin của bạn với tin dưới đây, hoặc dán cả tin để máy so giúp.",
    ),
    "same": (
        "Giống từng chữ tin chính thức của {unit}.",
        "Làm theo lời dặn trong tin. Còn băn khoăn thì gọi số trường đã lưu.",
    ),
    "same_unaccented": (
        "Giống tin chính thức (không kể dấu) của {unit}.",
        "Chữ không dấu dễ bị hiểu ngược: đọc bản có dấu dưới đây rồi làm theo bản đó. Còn băn khoăn thì gọi số trường đã lưu.",
    ),
    "different": (
        "KHÁC tin chính thức. KHÔNG làm theo.",
        "Không bấm đường dẫn, không chuyển tiền, không đọc mã cho ai. Gọi số trường bạn đã lưu từ trước.",
    ),
    "expired": (
        "Tin thật, đã hết hiệu lực từ {day}.",
        "Tin này nay chỉ để xem lại. Cần hỏi thêm thì gọi số trường đã lưu.",
    ),
    "expired_same": (
        "Tin thật, đã hết hiệu lực từ {day}.",
        "Tin của bạn giống từng chữ tin chính thức của {unit}, nhưng nay chỉ để xem lại.",
    ),
    "expired_same_unaccented": (
        "Tin thật, đã hết hiệu lực từ {day}.",
        "Tin của bạn giống tin chính thức (không kể dấu) của {unit}, nhưng nay chỉ để xem lại.",
    ),
    "recalled": (
        "Tin này đã bị thu hồi. KHÔNG làm theo.",
        "{unit} đã thu hồi tin này. Không chuyển tiền, không đọc mã cho ai. Chờ tin mới, hoặc gọi số trường đã lưu.",
    ),
    "drill": (
        "Đây là tin diễn tập, không phải cảnh báo thật.",
        "{unit} gửi để thử hệ thống. Bạn không cần làm gì.",
    ),
    "mistyped": (
        "Số gõ chưa đúng. Kiểm tra lại từng nhóm bốn số.",
        "Số tra cứu có {digits} chữ số, viết thành {groups} nhóm bốn số, ví dụ {example}.",
    ),
    "miscounted": (
        "Số gõ chưa đúng. Kiểm tra lại từng nhóm bốn số.",
        "Bạn gõ {typed} chữ số, số tra cứu có {digits}.",
    ),
    "misread": (
        "Số trong tin bạn dán chưa đúng: {misread}",
        "So lại với tin rồi sửa ở ô dưới đây, hoặc dán lại cả tin. Chưa rõ thì không làm theo, gọi số trường đã lưu.",
    ),
    "no_number": (
        "Không thấy số tra cứu trong tin bạn dán.",
        "Hãy dán cả dòng cuối có {digits} chữ số; chưa rõ thì không làm theo, gọi số trường đã lưu.",
    ),
    "unknown": (
        "Không tìm thấy trong hệ thống này. Gọi số trường đã lưu.",
        "Chưa rõ thì không làm theo tin, không bấm đường dẫn, không chuyển tiền.",
    ),
    "unavailable": (
        "Lúc này chưa tra cứu được.",
        "Chưa chắc thì không làm theo tin. Gọi số trường đã lưu, hoặc thử lại sau ít phút.",
    ),
    "too_long": (
        "Nội dung dán vào dài quá.",
        "Chỉ dán một tin, từ chữ đầu đến dòng số tra cứu.",
    ),
}

_VERDICTS_EN = {
    "found": (
        "This is the official message with this number. If yours differs by even one word, do not act on it.",
        "Compare yours with the message below, or paste it to have it compared.",
    ),
    "same": (
        "The same, word for word, as the official message of {unit}.",
        "Follow the advice in it. If you still wonder, ring the school on the number you have saved.",
    ),
    "same_unaccented": (
        "The same as the official message of {unit} (accents aside).",
        "Without its accents it may be misread: read the message below and follow that one. If you still wonder, ring the school on the number you have saved.",
    ),
    "different": (
        "DIFFERENT from the official message. Do NOT act on it.",
        "Tap no link, send no money, read no code to anybody. Ring the school on the number you saved before.",
    ),
    "expired": (
        "A real message, no longer in force since {day}.",
        "It is here to be read again only. Ring the school on the saved number if you have a question.",
    ),
    "expired_same": (
        "A real message, no longer in force since {day}.",
        "Yours is the same, word for word, as the official message of {unit}, but it is here to be read again only.",
    ),
    "expired_same_unaccented": (
        "A real message, no longer in force since {day}.",
        "Yours is the same as the official message of {unit} (accents aside), but it is here to be read again only.",
    ),
    "recalled": (
        "This message was taken back. Do NOT act on it.",
        "{unit} took it back. Send no money, read no code to anybody. Wait for a new one, or ring the school on the number you have saved.",
    ),
    "drill": (
        "This is a drill, not a real warning.",
        "{unit} sent it to try the system. There is nothing you need to do.",
    ),
    "mistyped": (
        "The number is not right yet. Check each group of four digits.",
        "A look-up number has {digits} digits in {groups} groups of four, such as {example}.",
    ),
    "miscounted": (
        "The number is not right yet. Check each group of four digits.",
        "Digits typed: {typed}. A look-up number has {digits}.",
    ),
    "misread": (
        "The number in the text you pasted is not right yet: {misread}",
        "Check it against the message and correct it below, or paste the whole message again. While in doubt do not act on it, ring the school on the saved number.",
    ),
    "no_number": (
        "There is no look-up number in the text you pasted.",
        "Paste the last line with its {digits} digits, too; while in doubt do not act on the message, ring the school on the saved number.",
    ),
    "unknown": (
        "Not found in this system. Ring the school on the number you have saved.",
        "While in doubt do not act on the message, tap no link, send no money.",
    ),
    "unavailable": (
        "The look-up is not available right now.",
        "When in doubt do not act on the message. Ring the school on the saved number, or try again in a few minutes.",
    ),
    "too_long": (
        "The pasted text is too long.",
        "Paste one message only, from its first word to the line with the look-up number.",
    ),
}

_KINDS = {
    "scam_alert": ("Cảnh báo lừa đảo", "Scam alert"),
    "safety_advice": ("Lời khuyên an toàn", "Safety advice"),
    "verification_instructions": ("Cách kiểm tra tin", "How to check a message"),
    "recall": ("Thu hồi tin", "Recall"),
}

_GROUPS = {12: ("ba", "three"), 16: ("bốn", "four")}
_EXAMPLES = {12: "4071 8826 3163", 16: "4071 8826 3163 0574"}

VERDICTS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType({"vi": _VERDICTS_VI, "en": _VERDICTS_EN})


def number_words(language: str, digits: int) -> Mapping[str, object]:
    """How a look-up number of so many digits is described; `dots` stand in an empty field."""
    return {
        "digits": digits,
        "groups": _GROUPS[digits][language == "en"],
        "example": _EXAMPLES[digits],
        "dots": " ".join(["••••"] * (digits // 4)),
    }


def page_words(language: str, digits: int) -> Mapping[str, object]:
    """What stands on every page, where look-up numbers have so many digits."""
    said, shape = _EN if language == "en" else _VI, number_words(language, digits)
    return MappingProxyType({key: each.format_map(shape) if isinstance(each, str) else each for key, each in said.items()})


def kind_name(kind: str, language: str) -> str:
    """What a warning's kind is called on screen."""
    vietnamese, english = _KINDS.get(kind, ("Thông báo", "Notice"))
    return english if language == "en" else vietnamese
