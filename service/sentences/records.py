"""Records, keys and look-ups, and the calls of carriers."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "keys.processes_running": (
        "Hệ thống đang chạy ({connections} kết nối). Dừng web và các máy gửi trước khi đổi khóa chính.",
        "The system is running ({connections} connections). Stop web and workers before changing the master key.",
    ),
    "keys.master_key_does_not_open": (
        "Cả khóa chính cũ lẫn mới đều không mở được các khóa trong cơ sở dữ liệu. Không có gì thay đổi.",
        "Neither the old nor the new master key opens the keys in the database. Nothing was changed.",
    ),
    "lookup.text_too_long": ("Tin dán vào dài quá. Chỉ dán một tin.", "The pasted text is too long. Paste one message only."),
    "lookup.unavailable": (
        "Lúc này chưa tra cứu được. Chưa chắc thì không làm theo tin; gọi số trường đã lưu.",
        "The look-up is not available right now. When in doubt do not act on the message; call the school's saved number.",
    ),
    "record.cancelled": (
        "Đơn vị phát đã thu hồi tin này sau khi một phần đã gửi.",
        "Its issuer took this message back after some of it had been sent.",
    ),
    "record.cancelled_unsent": (
        "Đơn vị phát đã thu hồi tin này trước khi gửi.",
        "Its issuer took this message back before any of it was sent.",
    ),
    "record.unverified": (
        "Chữ ký của bản tin không đúng nên không gửi. Hãy báo người quản trị.",
        "The record's signature does not hold, so nothing is sent. Tell the administrator.",
    ),
    "record.unknown": ("Không có bản ghi này.", "There is no such record."),
    "signing.no_key": (
        "Chưa có khóa ký nào dùng được cho đơn vị này, nên không duyệt được.",
        "No key may sign for this unit now, so nothing can be approved.",
    ),
    "webhook.bad_signature": ("Chữ ký của lời gọi không đúng.", "The signature of the call is wrong."),
}
