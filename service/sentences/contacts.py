"""People: changes by hand, consent, suppressions, and an address typed in."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "contact.unknown": ("Không tìm thấy người này.", "There is no such contact."),
    "contact.own_unit_only": (
        "Chỉ người của chính trường đó mới được xem đầy đủ.",
        "Only the unit's own people may see somebody in full.",
    ),
    "contact.note_needed": ("Ghi ngắn gọn lý do xem.", "Say briefly why you need to see them."),
    "contact.address_needed": ("Cần một số điện thoại hoặc email.", "A phone number or an email is needed."),
    "contact.one_target": (
        "Ghi đúng một trong ba: số điện thoại, email, hoặc người trong danh sách.",
        "Give exactly one of the three: a phone number, an email, or somebody on the list.",
    ),
    "contact.address_taken": (
        "Số hoặc email này đang đứng ở một người khác trong danh sách. Tìm người đó trước.",
        "This number or email stands beside somebody else on the list. Look for them first.",
    ),
    "contact.no_such_address": (
        "Người này không có địa chỉ nào trên kênh đó.",
        "This contact has no address on that channel.",
    ),
    "contact.several_addresses": (
        "Người này có nhiều địa chỉ trên kênh đó. Ghi rõ địa chỉ nào cần sửa.",
        "This contact has several addresses on that channel. Say which one is corrected.",
    ),
    "contact.role_of_audience": (
        "Vai trò không hợp với danh sách: phụ huynh là cha, mẹ, người giám hộ hoặc phụ huynh; cán bộ là cán bộ.",
        "The role does not fit the list: father, mother, guardian, parent for parents; staff for staff.",
    ),
    "contact.class_unknown": (
        "Danh sách hiện tại không có lớp “{named}”. Gần giống: {nearest}.",
        "The present list has no class “{named}”. The nearest: {nearest}.",
    ),
    "contact.in_flight": (
        "Đang có tin gửi dở tới người này. Thử lại sau vài phút.",
        "A message to this person is under way. Try again in a few minutes.",
    ),
    "contact.list_being_read": (
        "Đang đọc một danh sách của trường. Thử lại sau ít phút.",
        "A list of the unit is being read. Try again in a few minutes.",
    ),
    "consent.in_future": ("Ngày đồng ý không thể ở sau hôm nay.", "The day of consent cannot lie ahead."),
    "consent.unknown": ("Không có sự đồng ý nào đang còn hiệu lực.", "No consent stands here."),
    "suppression.unknown": (
        "Số hoặc email này không nằm trong danh sách ngừng gửi với lý do đó.",
        "This address is not suppressed for that reason.",
    ),
    "phone.too_short": ("Số điện thoại thiếu chữ số.", "The phone number has too few digits."),
    "phone.too_long": ("Số điện thoại thừa chữ số.", "The phone number has too many digits."),
    "phone.ambiguous": (
        "Số thứ hai viết tắt nên không đoán. Ghi đủ một số.",
        "The second number is abbreviated. Write one in full.",
    ),
    "phone.several": ("Mỗi lần chỉ ghi một số.", "Give one number at a time."),
    "phone.digits_lost": ("Số đã mất chữ số (dạng 9.12E+08). Gõ lại.", "The number lost digits (as in 9.12E+08). Type it again."),
    "phone.landline": ("Đây là số máy bàn, không nhận được tin nhắn.", "This is a landline and cannot receive SMS."),
    "phone.not_vietnamese_mobile": ("Đây không phải số di động Việt Nam.", "This is not a Vietnamese mobile number."),
    "email.invalid": ("Địa chỉ email viết chưa đúng.", "The email address is not written correctly."),
}
