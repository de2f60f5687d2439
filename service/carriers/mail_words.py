"""What a mail server's refusal means in plain words: by the step at which it came, its code, and its enhanced code (RFC 3463).

A code is `smtp.`, the step unless it is RCPT's, the reply, and the enhanced code if there was one: `smtp.mail.450.4.7.1`, `smtp.550.5.1.1`.
"""

import re

Words = tuple[str, str]

_CODE = re.compile(r"smtp\.(?:([a-z]+)\.)?([45]\d\d)(?:\.[45]\.(\d+)\.(\d+))?")
_LOGIN: Words = ("Máy chủ thư không nhận tài khoản gửi.", "The mail server does not accept our login.")
_BY_CODE: dict[str, Words] = {
    "smtp.address": ("Địa chỉ thư không đúng.", "The email address is not valid."),
    "smtp.smtputf8": (
        "Máy chủ thư không nhận địa chỉ có chữ ngoài bảng chữ cái không dấu.",
        "The mail server takes no address with letters beyond plain a to z.",
    ),
    "smtp.no_place": (
        "Mọi kết nối tới máy chủ thư đang bận, thư đang chờ đến lượt.",
        "All connections to the mail server are busy; the letter waits its turn.",
    ),
    "smtp.disconnected": (
        "Máy chủ thư ngắt kết nối trước khi nhận thư, đang gửi lại.",
        "The mail server hung up before it took the letter; it is being sent again.",
    ),
    "smtp.timeout": (
        "Máy chủ thư không trả lời kịp trước khi nhận thư, đang gửi lại.",
        "The mail server did not answer in time to take the letter; it is being sent again.",
    ),
    "smtp.unreadable": (
        "Máy chủ thư trả lời không rõ nghĩa, đang gửi lại.",
        "The mail server's answer made no sense; it is being sent again.",
    ),
    "smtp.login.disconnected": (
        "Máy chủ thư ngắt kết nối khi hệ thống đăng nhập tài khoản gửi.",
        "The mail server hangs up when we log in.",
    ),
}
_REFUSED: dict[str, Words] = {
    "connect": ("Máy chủ thư không nhận kết nối từ hệ thống này.", "The mail server does not take our connections."),
    "starttls": ("Không lập được kết nối bảo mật với máy chủ thư.", "No secure connection to the mail server."),
    "login": _LOGIN,
    "mail": ("Máy chủ thư không nhận thư từ địa chỉ gửi này.", "The mail server takes no letters from our address."),
    "rcpt": ("Máy chủ thư từ chối địa chỉ này.", "The mail server refuses this address."),
    "start": ("Máy chủ thư không nhận thư này.", "The mail server does not take this letter."),
    "data": ("Máy chủ thư không nhận nội dung này.", "The mail server does not take this content."),
}
_DELAYED: dict[str, Words] = {
    "connect": (
        "Máy chủ thư tạm thời chưa nhận kết nối, đang thử lại.",
        "The mail server takes no connection for now; it is being tried again.",
    ),
    "starttls": (
        "Máy chủ thư tạm thời chưa lập được kết nối bảo mật, đang thử lại.",
        "The mail server cannot secure the connection for now; it is being tried again.",
    ),
    "login": (
        "Máy chủ thư tạm thời chưa kiểm tra được tài khoản gửi, đang thử lại.",
        "The mail server cannot check our login for now; it is being tried again.",
    ),
    "mail": (
        "Máy chủ thư tạm thời chỉ nhận từng ít một, đang gửi chậm lại.",
        "The mail server takes fewer letters for now; sending more slowly.",
    ),
    "rcpt": (
        "Máy chủ thư tạm thời chưa nhận thư cho địa chỉ này, đang gửi lại.",
        "The mail server takes nothing for this address for now; it is being sent again.",
    ),
    "start": ("Máy chủ thư tạm thời chưa nhận.", "The mail server does not take it for now."),
    "data": ("Máy chủ thư tạm thời chưa nhận.", "The mail server does not take it for now."),
}
# Enhanced codes of a recipient or a letter, by their second part or their second and third.
_OF_REFUSAL: dict[str, Words] = {
    "1": ("Địa chỉ thư không đúng.", "The email address is not valid."),
    "1.7": ("Máy chủ thư không nhận địa chỉ gửi.", "The mail server does not accept the sender's address."),
    "1.8": ("Máy chủ thư không nhận địa chỉ gửi.", "The mail server does not accept the sender's address."),
    "2": ("Hộp thư không nhận được.", "The mailbox cannot take it."),
    "2.1": ("Hộp thư đã ngừng hoạt động.", "The mailbox is disabled."),
    "2.2": ("Hộp thư đã đầy.", "The mailbox is full."),
    "2.3": ("Thư quá lớn đối với hộp thư này.", "The letter is too large for this mailbox."),
    "3.4": ("Thư quá lớn đối với máy chủ thư.", "The letter is too large for the mail server."),
    "4": ("Không tới được máy chủ thư của người nhận.", "The recipient's mail server cannot be reached."),
    "5": ("Máy chủ thư và hệ thống không hiểu nhau.", "The mail server and ours do not understand each other."),
    "6": ("Máy chủ thư không nhận nội dung này.", "The mail server does not take this content."),
    "7": ("Máy chủ thư từ chối vì quy định của họ.", "The mail server refuses it by its policy."),
    "7.8": _LOGIN,
    "7.28": ("Máy chủ thư báo gửi quá nhiều, đang gửi chậm lại.", "The mail server asks for less; sending more slowly."),
}
_OF_DELAY: dict[str, Words] = {
    "1": (
        "Máy chủ thư chưa kiểm tra được địa chỉ này, đang gửi lại.",
        "The mail server cannot check this address for now; it is being sent again.",
    ),
    "2": (
        "Hộp thư tạm thời chưa nhận được, đang gửi lại.",
        "The mailbox cannot take it for now; it is being sent again.",
    ),
    "2.1": _OF_REFUSAL["2.1"],
    "2.2": _OF_REFUSAL["2.2"],
    "3": ("Máy chủ thư đang gặp sự cố, đang gửi lại.", "The mail server has a fault of its own; it is being sent again."),
    "4": (
        "Chưa tới được máy chủ thư của người nhận, đang gửi lại.",
        "The recipient's mail server cannot be reached for now; it is being sent again.",
    ),
    "5.3": (
        "Máy chủ thư không nhận thêm qua kết nối này, đang gửi lại.",
        "The mail server takes no more over this connection; it is being sent again.",
    ),
    "7": (
        "Máy chủ thư hẹn gửi lại sau ít phút.",
        "The mail server asks us to try again in some minutes.",
    ),
}


def of_mail(code: str) -> Words | None:
    """Vietnamese and English for a code of a mail server's; None for any other."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if (found := _CODE.fullmatch(code)) is None:
        return None
    step, reply = found[1] or "rcpt", found[2]
    if reply in ("530", "534", "535", "538"):
        return _LOGIN
    refused = reply.startswith("5")
    by_step = (_REFUSED if refused else _DELAYED).get(step)
    if by_step is None:
        return None
    detailed = _OF_REFUSAL if refused else _OF_DELAY
    of_code = detailed.get(f"{found[3]}.{found[4]}") or detailed.get(found[3] or "")
    if step in ("connect", "starttls", "login") or (step == "mail" and not refused):
        return by_step
    return of_code or by_step
