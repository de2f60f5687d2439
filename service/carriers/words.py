"""What a carrier's code means in plain words: by the carrier's name and its code. Vietnamese and English, as data.

What mail relays say stands in `mail_words`: their codes are made of parts.
"""

from service.carriers.mail_words import Words, of_mail

_NOT_REGISTERED: Words = (
    "Tên hoặc số người gửi chưa đăng ký với mạng của người nhận.",
    "The sender is not registered with the recipient's network.",
)
_TWILIO: dict[str, Words] = {
    "10001": ("Tài khoản gửi tin đang ngừng hoạt động.", "Our account is not active."),
    "20003": ("Nhà mạng không nhận tài khoản gửi tin.", "The carrier does not accept our account."),
    "20005": ("Tài khoản gửi tin đang ngừng hoạt động.", "Our account is not active."),
    "20006": ("Tài khoản gửi tin không có quyền gửi.", "Our account may not send."),
    "20008": ("Đang dùng tài khoản thử, không gửi được tin thật.", "A test account is set up; it sends nothing real."),
    "20404": ("Nhà mạng không có tài khoản gửi tin này.", "The carrier has no such account."),
    "20429": ("Nhà mạng đang quá tải, đang gửi chậm lại.", "The carrier asks for less at once; sending more slowly."),
    "20500": ("Nhà mạng đang gặp lỗi.", "The carrier has a fault of its own."),
    "20503": ("Nhà mạng đang gặp lỗi.", "The carrier has a fault of its own."),
    "21211": ("Số điện thoại không đúng.", "The phone number is not valid."),
    "21212": ("Tên người gửi đặt chưa đúng.", "The sender's name is set up wrongly."),
    "21214": ("Không gửi được đến số này.", "This number cannot be reached."),
    "21217": ("Số điện thoại không đúng.", "The phone number is not valid."),
    "21265": ("Đây là số ngắn, không phải số di động.", "A short number, not a mobile one."),
    "21268": ("Đây là số dịch vụ, không nhận tin nhắn.", "A service number, which takes no messages."),
    "21408": ("Tài khoản chưa được phép gửi đến vùng này.", "The account may not send to this region."),
    "21602": ("Tin không có nội dung.", "The message has no text."),
    "21603": ("Chưa đặt tên người gửi.", "No sender is set."),
    "21604": ("Thiếu số người nhận.", "There is no recipient's number."),
    "21606": ("Tên người gửi không dùng được cho số này.", "The sender's name cannot be used for this number."),
    "21608": ("Tài khoản dùng thử chỉ gửi được số đã xác minh.", "A trial account sends to verified numbers only."),
    "21609": (
        "Địa chỉ nhận báo nhận đặt chưa đúng; báo người vận hành.",
        "The address for receipts (LOA_PUBLIC_URL) is set up wrongly.",
    ),
    "21610": ("Người nhận đã từ chối nhận tin.", "The recipient refuses messages."),
    "21611": ("Hàng đợi của nhà mạng đã đầy, đang gửi chậm lại.", "The carrier's queue is full; sending more slowly."),
    "21612": ("Tên người gửi không gửi được đến số này.", "The sender cannot reach this number."),
    "21614": ("Đây không phải số di động.", "Not a mobile number."),
    "21617": ("Tin quá dài.", "The message is too long."),
    "21635": ("Đây không phải số di động.", "Not a mobile number."),
    "21657": ("Tên người gửi không dùng được ở nơi nhận.", "The sender's name cannot be used where the recipient is."),
    "21703": ("Dịch vụ gửi tin chưa có tên người gửi nào.", "The messaging service has no sender."),
    "21704": ("Dịch vụ gửi tin không có tên người gửi dùng được.", "The messaging service has no sender that can be used."),
    "21705": ("Nhà mạng không có dịch vụ gửi tin đã đặt.", "The carrier has no such messaging service."),
    "21709": ("Tên người gửi không thuộc dịch vụ gửi tin đã đặt.", "The sender's name is not of the messaging service."),
    "21711": ("Tên người gửi không thuộc dịch vụ gửi tin đã đặt.", "The sender's name is not of the messaging service."),
    "21730": ("Nhà mạng đang bảo trì, sẽ gửi lại.", "The carrier is under maintenance; it is tried again."),
    "30001": ("Hàng đợi của nhà mạng đã đầy, đang gửi chậm lại.", "The carrier's queue is full; sending more slowly."),
    "30002": ("Nhà mạng đã khóa tài khoản gửi tin.", "The carrier has suspended our account."),
    "30003": ("Máy nhận đang tắt hoặc ngoài vùng phủ sóng.", "The phone is off or out of reach."),
    "30004": ("Tin bị chặn ở phía người nhận.", "The message is blocked at the recipient's side."),
    "30005": ("Số không còn dùng.", "The number is not in use."),
    "30006": ("Đây không phải số di động.", "Not a mobile number."),
    "30007": ("Nhà mạng chặn nội dung tin.", "The carrier blocked the text."),
    "30008": ("Nhà mạng không nói rõ vì sao.", "The carrier does not say why."),
    "30010": ("Giá tin vượt mức đã đặt.", "The message costs more than the highest price set."),
    "30017": ("Mạng của người nhận đang nghẽn, sẽ gửi lại.", "The recipient's network is congested; it is tried again."),
    "30018": _NOT_REGISTERED,
    "30019": ("Tin quá dài đối với mạng của người nhận.", "The message is too long for the recipient's network."),
    "30020": ("Nhà mạng đang gặp lỗi.", "The carrier has a fault of its own."),
    "30021": ("Nhà mạng đang gặp lỗi.", "The carrier has a fault of its own."),
    "30024": _NOT_REGISTERED,
    "30032": _NOT_REGISTERED,
    "30034": _NOT_REGISTERED,
    "30036": ("Tin chờ ở nhà mạng quá lâu.", "The message waited at the carrier for too long."),
    "30037": ("Tài khoản gửi tin đang bị tắt chiều gửi.", "Our account is barred from sending."),
    "30038": ("Nhà mạng chặn vì tưởng tin chứa mã xác thực.", "The carrier took the text for a one-time code."),
    "30040": _NOT_REGISTERED,
    "30041": _NOT_REGISTERED,
    "30042": ("Nhà mạng chặn tên người gửi.", "The carrier blocks the sender's name."),
    "30410": ("Đối tác của nhà mạng không trả lời kịp, sẽ gửi lại.", "The carrier's supplier did not answer; it is tried again."),
    "30450": ("Nhà mạng chặn tin vì nghi gian lận.", "The carrier blocked the message for fear of fraud."),
    "30454": ("Đã hết số tin tài khoản được gửi trong ngày.", "The account has sent as many as it may in a day."),
    "30500": ("Nhà mạng đang gặp lỗi, sẽ gửi lại.", "The carrier has a fault of its own; it is tried again."),
    "63038": ("Đã hết số tin tài khoản được gửi trong ngày.", "The account has sent as many as it may in a day."),
    "failed": ("Nhà mạng báo không gửi được mà không nói vì sao.", "The carrier says that it failed, and not why."),
}
# Between us and any carrier: no code of theirs.
_LINE: dict[str, Words] = {
    "http.401": ("Nhà cung cấp không nhận tài khoản gửi tin.", "The provider does not accept our account."),
    "http.403": (
        "Nhà cung cấp không cho máy chủ này gửi tin: kiểm tra tài khoản và địa chỉ đã đặt.",
        "The provider does not let this server send: check the account and the address set up.",
    ),
    "http.408": ("Nhà cung cấp không trả lời kịp.", "The provider did not answer in time."),
    "disconnected": (
        "Đường truyền tới nhà cung cấp bị đứt giữa chừng, chưa rõ tin đã đi hay chưa.",
        "The line to the provider broke half-way; nobody knows whether it left.",
    ),
    "answer.unreadable": (
        "Không đọc được trả lời của nhà cung cấp, chưa rõ tin đã đi hay chưa.",
        "The provider's answer could not be read; nobody knows whether it left.",
    ),
    "connect.name": ("Không tìm thấy máy chủ thư theo tên đã đặt.", "No mail server is found by the name that is set."),
    "connect.tls": ("Không lập được kết nối bảo mật với máy chủ thư.", "No secure connection to the mail server."),
    "connect.certificate": ("Chứng thư của nhà cung cấp không hợp lệ.", "The provider's certificate is not valid."),
    "connect.unsupported": ("Máy chủ thư không hỗ trợ cách kết nối đã đặt.", "The mail server does not offer what is set up."),
    "connect.url": ("Địa chỉ nhà cung cấp đặt chưa đúng.", "The provider's address is set up wrongly."),
}
_LINE_BY_BEGINNING: tuple[tuple[str, Words], ...] = (
    (
        "http.3",
        (
            "Địa chỉ nhà cung cấp đặt chưa đúng: máy chủ ở đó chỉ sang nơi khác ({code}).",
            "The provider's address is set up wrongly: what answers there sends us elsewhere ({code}).",
        ),
    ),
    (
        "http.4",
        (
            "Nhà cung cấp không nhận yêu cầu ({code}): kiểm tra địa chỉ và tài khoản đã đặt.",
            "The provider does not take the request ({code}): check the address and the account set up.",
        ),
    ),
    (
        "http.",
        (
            "Nhà cung cấp đang gặp lỗi ({code}), chưa rõ tin đã đi hay chưa.",
            "The provider has a fault of its own ({code}); nobody knows whether it left.",
        ),
    ),
    ("timeout", ("Nhà cung cấp không trả lời kịp.", "The provider did not answer in time.")),
    ("connect", ("Chưa kết nối được nhà cung cấp.", "The provider could not be reached.")),
)
_ELSE: Words = (
    "Nhà cung cấp báo lỗi {code}. Hãy hỏi họ lỗi này nghĩa là gì.",
    "The provider reports error {code}. Ask them what it means.",
)
_TWILIOS = frozenset({"twilio", "provider"})  # `provider`: of receipts, before each carrier's had its name


def of_twilio(code: str) -> Words | None:
    """Returns what a code of Twilio's means ("twilio.30005"); None for one that nobody knows."""
    return _TWILIO.get(code.partition(".")[2])


def of_line(code: str) -> Words | None:
    """Returns what happened between us and a carrier; None for a code that is none of the line's."""
    return _LINE.get(code) or next((words for start, words in _LINE_BY_BEGINNING if code.startswith(start)), None)


def of_code(code: str) -> Words:
    """Returns the sentences for a carrier's code, its name before it. One that nobody knows is told with its number, and whom to ask."""
    of_a_twilio = code.partition(".")[0] in _TWILIOS
    found = (of_twilio(code) if of_a_twilio else of_mail(code)) or of_line(code) or _ELSE
    shown = code.partition(".")[2] if of_a_twilio else code
    return found[0].format(code=shown), found[1].format(code=shown)
