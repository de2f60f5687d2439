"""Broadcasts: audience, states, approval."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "broadcast.texts_or_template": (
        "Gửi texts, hoặc template kèm slots: một trong hai.",
        "Send texts, or template with slots: one of the two.",
    ),
    "broadcast.unknown": ("Không tìm thấy tin này.", "There is no such broadcast."),
    "broadcast.not_allowed_in_state": (
        "Tin đang ở trạng thái không làm được việc này.",
        "The state of this broadcast does not allow that.",
    ),
    "broadcast.audience_empty": (
        "Chưa có ai để gửi: kiểm tra danh sách và phần chọn người nhận.",
        "Nobody would receive this: check the lists and the chosen audience.",
    ),
    "broadcast.audience_grew": (
        "Số người nhận đã tăng hơn 5% từ lúc duyệt, nên tin được dừng lại để duyệt lại.",
        "The audience has grown by more than 5% since approval, so sending stopped for a new approval.",
    ),
    "broadcast.overdue": ("Hạn của tin đã qua. Đặt lại ngày hết hiệu lực.", "The broadcast has expired. Set a later expiry."),
    "audience.nobody": (
        "Không gửi phụ huynh thì phải chọn staff, và không chọn khối hay lớp.",
        "Without parents choose staff, and no grade or class.",
    ),
    "audience.class_unknown": (
        "Danh sách của trường không có lớp này, hoặc tin không gửi cho lớp này.",
        "The school's list has no such class, or the warning is not for it.",
    ),
    "audience.not_own_list": (
        "Danh sách từng người chỉ xem được ở chính đơn vị có danh sách đó. Đơn vị cấp trên xem số lượng theo từng lý do.",
        "Who is left out, one by one, is for the unit whose own list it is. A unit above sees how many, for each reason.",
    ),
    "approval.by_author": (
        "Người soạn hoặc sửa tin không được tự duyệt. Nhờ người duyệt khác.",
        "Whoever wrote or edited the message may not approve it. Ask another approver.",
    ),
    "approval.digest_changed": (
        "Tin hoặc người nhận đã thay đổi sau khi bạn xem. Đọc lại rồi duyệt theo dấu mới.",
        "The message or its audience changed after you read it. Read it again and approve the new digest.",
    ),
    "approval.otp": ("Cần mã một lần của người duyệt.", "The approver's one-time code is needed."),
}
