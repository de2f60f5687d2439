"""Every sentence of the page that ends advisories by email, in Vietnamese and English."""

from collections.abc import Mapping
from types import MappingProxyType

_VI = {
    "ask_title": "Thôi nhận tin thường qua email?",
    "ask": "{unit} sẽ không gửi tin thường (lời khuyên, hướng dẫn) đến hộp thư này nữa.",
    "still": "Tin gấp và tin khẩn cấp vẫn được gửi. Tin nhắn SMS không thay đổi.",
    "button": "Thôi nhận",
    "done_title": "Đã ghi nhận",
    "done": "Hộp thư này sẽ không nhận tin thường của {unit} nữa.",
    "back": "Muốn nhận lại, hãy báo với đơn vị gửi.",
    "footer": "Không cần tài khoản. Trang không theo dõi bạn.",
    "some_unit": "đơn vị gửi thư",
}

_EN = {
    "ask_title": "Stop general emails?",
    "ask": "{unit} will send no more general messages (advice, instructions) to this mailbox.",
    "still": "Urgent and emergency warnings still come. Text messages do not change.",
    "button": "Stop them",
    "done_title": "Noted",
    "done": "This mailbox will get no more general messages from {unit}.",
    "back": "To get them again, tell the sender.",
    "footer": "No account is needed. This page does not track you.",
    "some_unit": "the sender",
}


def unsubscribe_words(language: str, unit: str | None) -> Mapping[str, str]:
    """The page's words. `unit`: the sending unit's name, if it is known."""
    said = _EN if language == "en" else _VI
    name = unit or said["some_unit"]
    filled = {key: words.format(unit=name) for key, words in said.items()}
    return MappingProxyType({key: words[:1].upper() + words[1:] for key, words in filled.items()})
