"""Why a delivery is where it is, in plain words, for a clerk who has to do something about it.

Codes are ours (`worker.lost`), or a carrier's behind its name (`smtp.550`, `twilio.21211`): `service.carriers.words` has those.
"""

from service.carriers import of_code

_OURS: dict[str, tuple[str, str]] = {
    "broadcast.overdue": ("Cảnh báo đã hết hạn trước khi gửi.", "The warning expired before it was sent."),
    "broadcast.cancelled": ("Tin đã bị hủy trước khi gửi.", "The warning was cancelled before it was sent."),
    # What only the department as a whole could say more of: docs/decisions/0006.
    "address.other": ("Không gửi được đến số hoặc địa chỉ này.", "This number or address could not be written to."),
    "worker.lost": (
        "Máy gửi bị ngắt giữa chừng, chưa rõ tin đã đi hay chưa.",
        "The sender stopped half-way; nobody knows whether it left.",
    ),
    "system.restored": (
        "Hệ thống đã được khôi phục từ bản sao lưu, chưa rõ tin đã đi hay chưa.",
        "The system was restored from a backup; nobody knows whether it has left since.",
    ),
    "content.missing": ("Bản tin đã ký không có nội dung cho kênh này.", "The signed record has no text for this channel."),
    "channel.not_set_up": ("Kênh này chưa được cài đặt.", "This channel is not set up."),
    "not_listed": (
        "Danh sách của nhà mạng không có tin này, đang gửi lại.",
        "The carrier's list does not have it; it is being sent again.",
    ),
    "address.unreadable": ("Không đọc được địa chỉ đã niêm phong.", "The sealed address could not be opened."),
    "suppressed": (
        "Số hoặc địa chỉ này đang ngừng nhận tin: không còn dùng, sai người, hoặc có yêu cầu ngừng.",
        "This number or address is written to no more: not in use, the wrong person, or asked to stop.",
    ),
    "address.forgotten": ("Địa chỉ không còn được lưu.", "The address is no longer kept."),
    "repeat.email": (
        "Gửi lại thì người nhận có thể thấy thư hai lần. Hai thư cùng mã thư nên nhiều hộp thư chỉ giữ một.",
        "Sent again, it may come twice. Both have one message id, so many mailboxes keep only one.",
    ),
    "repeat.sms": (
        "Hệ thống sẽ tự xác định khi có báo nhận, hoặc khi danh sách của nhà mạng có tin gửi sau tin này. Gửi lại bây giờ có thể thành hai tin.",
        "It settles once a receipt comes or the carrier's list shows a later message. Sent again now, it may come twice.",
    ),
    "sender.other": (
        "Nhà mạng gửi tin dưới tên khác với tên người gửi đã đăng ký.",
        "The carrier sent it under another name than the registered sender's.",
    ),
    "asleep": ("Máy gửi ngừng giữa chừng, đang gửi lại.", "The sender stood still; it is being sent again."),
    "channel.raised": (
        "Phần mềm gửi gặp lỗi giữa chừng, chưa rõ tin đã đi hay chưa. Hãy báo người quản trị.",
        "The sending software failed half-way; nobody knows whether it left. Tell the administrator.",
    ),
}


def in_words(code: str | None, language: str) -> str | None:
    """The sentence for a reason's code; None where there is no reason."""
    if code is None:
        return None
    return (_OURS.get(code) or of_code(code))[language == "en"]
