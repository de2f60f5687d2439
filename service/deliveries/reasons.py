"""Why a delivery is where it is, in plain words, for a clerk who has to do something about it.

Codes are ours (`worker.lost`), the mail server's (`smtp.550`) or the gateway's (`twilio.21211`, `provider.30005`).
"""

_BY_CODE: dict[str, tuple[str, str]] = {
    "broadcast.overdue": ("Cảnh báo đã hết hạn trước khi gửi.", "The warning expired before it was sent."),
    "broadcast.cancelled": ("Tin đã bị hủy trước khi gửi.", "The warning was cancelled before it was sent."),
    "worker.lost": (
        "Máy gửi bị ngắt giữa chừng, chưa rõ tin đã đi hay chưa.",
        "The sender stopped half-way; nobody knows whether it left.",
    ),
    "content.missing": ("Bản tin đã ký không có nội dung cho kênh này.", "The signed record has no text for this channel."),
    "channel.not_set_up": ("Kênh này chưa được cài đặt.", "This channel is not set up."),
    "not_listed": ("Nhà mạng không có tin này, đang gửi lại.", "The carrier does not have it; it is being sent again."),
    "address.unreadable": ("Không đọc được địa chỉ đã niêm phong.", "The sealed address could not be opened."),
    "suppressed": ("Người nhận đã được cho ngừng nhận trước khi gửi.", "The recipient was taken off before it was sent."),
    "address.forgotten": ("Địa chỉ không còn được lưu.", "The address is no longer kept."),
    "repeat.email": (
        "Gửi lại thì người nhận có thể thấy thư hai lần. Hai thư cùng mã thư nên nhiều hộp thư chỉ giữ một.",
        "Sent again, it may come twice. Both have one message id, so many mailboxes keep only one.",
    ),
    "repeat.sms": (
        "Hệ thống đang hỏi nhà mạng và sẽ tự xác định. Gửi lại bây giờ thì người nhận có thể nhận hai lần.",
        "The carrier is being asked and it will settle by itself. Sent again now, it may come twice.",
    ),
    "21211": ("Số điện thoại không đúng.", "The phone number is not valid."),
    "21610": ("Người nhận đã từ chối nhận tin.", "The recipient refuses messages."),
    "21614": ("Đây không phải số di động.", "Not a mobile number."),
    "21635": ("Đây không phải số di động.", "Not a mobile number."),
    "30003": ("Máy nhận đang tắt hoặc ngoài vùng phủ sóng.", "The phone is off or out of reach."),
    "30005": ("Số không còn dùng.", "The number is not in use."),
    "30006": ("Đây không phải số di động.", "Not a mobile number."),
    "30007": ("Nhà mạng chặn nội dung tin.", "The carrier blocked the text."),
}
_BY_BEGINNING: tuple[tuple[str, tuple[str, str]], ...] = (
    ("smtp.5", ("Máy chủ thư từ chối địa chỉ này.", "The mail server refuses this address.")),
    ("smtp.", ("Máy chủ thư tạm thời chưa nhận.", "The mail server does not take it for now.")),
    ("timeout", ("Nhà cung cấp không trả lời kịp.", "The provider did not answer in time.")),
    ("connect", ("Chưa kết nối được nhà cung cấp.", "The provider could not be reached.")),
)
_ELSE = ("Nhà cung cấp báo lỗi {code}.", "The provider reports error {code}.")


def in_words(code: str | None, language: str) -> str | None:
    """The sentence for a reason's code; None where there is no reason."""
    if code is None:
        return None
    bare = code.removeprefix("provider.").removeprefix("twilio.")
    sentence = _BY_CODE.get(bare) or next((words for start, words in _BY_BEGINNING if bare.startswith(start)), _ELSE)
    return sentence[language == "en"].format(code=bare)
