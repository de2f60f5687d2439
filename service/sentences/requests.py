"""A request as such: who calls, what it looks like, whether Loa can answer at all. And the title of every status."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "auth.missing": (
        "Thiếu khóa API, hoặc khóa không còn dùng được. Gửi khóa trong dòng Authorization: Bearer.",
        "The API key is missing or no longer valid. Send it as Authorization: Bearer.",
    ),
    "auth.scope": (
        "Tài khoản hoặc khóa này không có quyền làm việc này.",
        "This account or key is not allowed to do this.",
    ),
    "request.malformed": ("Yêu cầu không đúng định dạng nên không đọc được.", "The request is malformed and cannot be read."),
    "request.invalid": (
        "Có mục chưa đúng. Xem lời nhắn ở từng mục.",
        "Some fields cannot be used. See what is said of each.",
    ),
    "request.unknown_field": (
        "Có mục lạ mà hệ thống không biết. Bỏ mục đó hoặc sửa tên.",
        "There is a field Loa does not know. Remove it or correct its name.",
    ),
    "request.not_found": ("Không có gì ở địa chỉ này.", "There is nothing at this address."),
    "request.method_not_allowed": ("Địa chỉ này không nhận cách gọi này.", "This address does not take this method."),
    "request.too_many_streams": (
        "Đang theo dõi quá nhiều bản tin cùng lúc. Hãy đóng bớt.",
        "Too many broadcasts are being followed at once. Close some.",
    ),
    "request.reading": (
        "Tệp trước của tài khoản này còn đang được đọc. Đợi đọc xong rồi gửi lại tệp này.",
        "The file before this one is still being read for this account. Wait until it is done, then send this one again.",
    ),
    "request.readers_busy": (
        "Hệ thống đang đọc tệp của người khác nên chưa nhận tệp này. Gửi lại sau ít giây.",
        "Loa is reading other people's files and has not taken this one. Send it again in a few seconds.",
    ),
    "request.too_slow": ("Dữ liệu gửi lên quá chậm. Hãy gửi lại.", "The request came too slowly. Send it again."),
    "request.too_large": ("Dữ liệu gửi lên quá lớn.", "The request is too large."),
    "request.cursor": (
        "Dấu trang không đọc được. Bắt đầu lại từ trang đầu.",
        "The cursor cannot be read. Start from the first page.",
    ),
    "request.idempotency_key": (
        "Idempotency-Key phải có từ 1 đến 200 ký tự thường.",
        "Idempotency-Key must have 1 to 200 printable characters.",
    ),
    "request.idempotency_reused": (
        "Idempotency-Key này đã dùng cho một yêu cầu khác. Dùng khóa mới.",
        "This Idempotency-Key was used for a different request. Use a new one.",
    ),
    "server.error": (
        "Hệ thống gặp lỗi và đã ghi lại. Thử lại sau ít phút.",
        "Something went wrong on our side and has been noted. Try again in a few minutes.",
    ),
    "server.disk_full": (
        "Máy chủ hết chỗ trên đĩa nên chưa lưu được việc này. Báo người quản trị dọn đĩa; có chỗ rồi thì làm lại.",
        "The server's disk is full, so this could not be saved. Tell whoever runs it to make room, then do it again.",
    ),
    "server.unavailable": (
        "Hệ thống đang bận hoặc đang khởi động lại. Thử lại sau ít giây.",
        "Loa is restarting or busy. Try again in a few seconds.",
    ),
}

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("Yêu cầu không đọc được", "The request cannot be read"),
    401: ("Chưa xác nhận được người gọi", "Not signed in"),
    403: ("Không được phép", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Không dùng được cách gọi này", "Method not allowed"),
    409: ("Không làm được lúc này", "Not possible in this state"),
    408: ("Quá chậm", "Too slow"),
    413: ("Quá lớn", "Too large"),
    415: ("Không đọc được kiểu dữ liệu này", "Unsupported media type"),
    422: ("Chưa dùng được", "This cannot be used"),
    429: ("Quá nhiều yêu cầu", "Too many requests"),
    500: ("Hệ thống gặp lỗi", "Something went wrong on our side"),
    503: ("Tạm thời chưa dùng được", "Not available right now"),
}
