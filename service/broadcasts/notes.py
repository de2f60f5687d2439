"""Why a broadcast stands where it stands, in one sentence for whoever looks at it."""

from collections.abc import Mapping
from datetime import datetime

from service.broadcasts.lifecycle import UNAPPROVED, State
from service.broadcasts.queries import BroadcastView
from service.broadcasts.waiting import WaitsFor
from service.clock import LOCAL, on_screen
from service.errors import FieldError
from service.sentences import SENTENCES, sentence

_STOPPED: Mapping[str, tuple[str, str]] = {
    "broadcast.audience_grew": (
        "Số người nhận đã tăng hơn 5% từ lúc duyệt. Người duyệt xem lại số mới rồi cho gửi tiếp, hoặc hủy.",
        "The audience has grown by more than 5% since approval. An approver looks at the new number and resumes, or cancels.",
    ),
    **dict.fromkeys(
        ("audience.class_unknown", "audience.grade_unknown", "audience.unit_unknown"),
        (
            "Danh sách đã đổi từ lúc duyệt: không còn một lớp, khối hoặc đơn vị của tin này. Nạp lại danh sách rồi cho gửi tiếp, hoặc hủy.",
            "The lists have changed since approval: a class, grade or unit of this warning is gone. Import the list again and resume, or cancel.",
        ),
    ),
    "unit.not_ready": (
        "Hồ sơ của đơn vị chưa đủ để gửi. Bổ sung rồi cho gửi tiếp.",
        "The unit is not ready to send. Complete what is missing, then resume.",
    ),
    "sender.other": (
        "Nhà mạng báo tin đã đi dưới tên người gửi khác với tên đã đăng ký, phụ huynh dễ tưởng là tin giả. Hãy hỏi nhà mạng.",
        "The carrier says it left under another name than the registered sender's; parents may take it for a false one. Ask the carrier.",
    ),
    "broadcast.overdue": (
        "Tin đã hết hiệu lực trước khi gửi xong. Phần chưa gửi không gửi nữa.",
        "The warning expired before all of it was sent. What had not left is not sent.",
    ),
}
_BY_CARRIER = (
    "Đã tạm dừng: {reason} Xử lý xong thì cho gửi tiếp, hoặc hủy.",
    "Paused: {reason} Resume once that is set right, or cancel.",
)
_CANCELLED = ("Tin đã bị hủy. Phần chưa gửi không gửi nữa.", "It was cancelled. What had not left is not sent.")
_RESTS = (
    "Nhà mạng đang không nhận. Thử lại lúc {time}.",
    "The carrier takes nothing now. It is tried again at {time}.",
)
_STALLED = (
    "Từ {time} chưa có thêm tin nào đi. Hệ thống tự thử lại; không cần gửi tin mới. Nếu kéo dài, báo người vận hành.",
    "Nothing has left since {time}. It is tried again by itself; no new warning is needed. If it lasts, tell whoever operates Loa.",
)
_WAITS: Mapping[WaitsFor, tuple[str, str]] = {
    "schedule": ("Sẽ gửi lúc {time}.", "It will be sent at {time}."),
    "quiet_hours": (
        "Đang trong giờ yên tĩnh. Phần chưa gửi sẽ gửi từ {time}.",
        "Quiet hours. What has not left will be sent from {time}.",
    ),
}


_WOULD_WAIT: Mapping[WaitsFor, tuple[str, str]] = {
    "schedule": ("Duyệt rồi, tin sẽ gửi lúc {time}.", "Once approved, it will be sent at {time}."),
    "quiet_hours": (
        "Giờ yên tĩnh: duyệt rồi vẫn chờ đến {time}. Chỉ tin khẩn cấp không phải chờ.",
        "Quiet hours: even once approved it waits until {time}. Only an emergency does not wait.",
    ),
}


def note_of(
    view: BroadcastView,
    waits: tuple[datetime, WaitsFor] | None,
    language: str,
    *,
    carrier_says: str | None = None,
    not_sent: int = 0,
    hinders: FieldError | None = None,
    rests: datetime | None = None,
) -> str | None:
    """None where there is nothing to explain. `carrier_says`: the words of a pause that a carrier's answer brought about. `not_sent`: how
    many of its deliveries never left. `hinders`: what it would be refused for, if it were submitted or approved now.
    `rests`: its carriers take nothing now, and are tried again then.
    """
    english = language == "en"
    if view.state in UNAPPROVED:
        return _before_approval(waits, hinders, rests, language)
    if view.state == State.COMPLETED:
        overdue = not_sent and view.completed_at and view.completed_at >= view.expires_at
        said = "broadcast.overdue" if overdue else view.pause_reason
        return _STOPPED[said][english] if said is not None and said in _STOPPED else None
    if view.state == State.CANCELLED and view.pause_reason is None:
        return _CANCELLED[english]
    if view.state in (State.PAUSED, State.CANCELLED) and view.pause_reason is not None:
        words = _STOPPED.get(view.pause_reason)
        if words is None and view.pause_reason not in SENTENCES:
            return _BY_CARRIER[english].format(reason=carrier_says)
        return words[english] if words else sentence(view.pause_reason, language)
    return _waiting(view, waits, rests, english=english)


def _waiting(
    view: BroadcastView, waits: tuple[datetime, WaitsFor] | None, rests: datetime | None, *, english: bool
) -> str | None:
    if waits is not None:
        until, what_for = waits
        return _WAITS[what_for][english].format(time=on_screen(until))
    if rests is not None:
        return _RESTS[english].format(time=rests.astimezone(LOCAL).strftime("%H:%M:%S"))
    stalled = view.stalled_since if view.state in (State.APPROVED, State.SENDING) else None
    return _STALLED[english].format(time=on_screen(stalled)) if stalled else None


def _before_approval(
    waits: tuple[datetime, WaitsFor] | None, hinders: FieldError | None, rests: datetime | None, language: str
) -> str | None:
    if hinders is not None:
        return sentence(hinders.code, language, hinders.values)
    if waits is None:
        return _RESTS[language == "en"].format(time=rests.astimezone(LOCAL).strftime("%H:%M:%S")) if rests else None
    until, what_for = waits
    return _WOULD_WAIT[what_for][language == "en"].format(time=on_screen(until))
