"""The rules, in the order in which they are followed: what is kept how long, why, and by what it is counted and deleted.

What has no rule here is kept: suppressions, consents and looks (by hash or id, for as long as the service runs), records, number
blocks and the audit trail (they are the proof, and name nobody).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.accounts import forgetting as accounts
from service.contacts import forgetting as people
from service.deliveries import forgetting as deliveries

Words = tuple[str, str]
"""Vietnamese, English."""
Step = Callable[[AsyncConnection, int, datetime], Awaitable[dict[str, int]]]
"""(connection, unit, now) → counts by what was or would be deleted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`count`: all that is due. `forget`: deletes the next batch, well within a second; empty when nothing is left."""

    name: str
    what: Words
    keeps: Words
    why: Words
    count: Step
    forget: Step


_NO_LONGER_THAN_NEEDED: Words = (
    "Luật 91/2025/QH15, Điều 3: chỉ lưu trong thời gian cần cho mục đích.",
    "Law 91/2025/QH15, Article 3: kept only as long as the purpose needs.",
)

RULES: tuple[Rule, ...] = (
    Rule(
        "files",
        ("Tệp danh sách đã tải lên", "Uploaded files of lists"),
        ("24 giờ", "24 hours"),
        (
            "Tệp có cả những cột không được lưu. Chỉ cần để đọc lại khi một cột bị hiểu sai.",
            "The file also has columns that may not be kept. It serves to read a column again that was misread.",
        ),
        people.count_files,
        people.forget_files,
    ),
    Rule(
        "lists",
        ("Danh sách đã đọc nhưng chưa áp dụng", "Lists that were read and never applied"),
        ("30 ngày từ lần đọc cuối", "30 days from their last reading"),
        _NO_LONGER_THAN_NEEDED,
        people.count_lists,
        people.forget_list,
    ),
    Rule(
        "ended",
        ("Người và số mà danh sách mới không còn", "People and numbers that a newer list no longer has"),
        ("30 ngày, để còn hoàn tác được", "30 days, while the list can be undone"),
        _NO_LONGER_THAN_NEEDED,
        people.count_ended_people,
        people.forget_ended_people,
    ),
    Rule(
        "contacts",
        ("Phụ huynh, cán bộ trong danh sách hiện tại", "Parents and staff on the present list"),
        (
            "đến hết 31/10 sau năm học, trừ khi danh sách mới xác nhận lại",
            "until 31 October behind their school year, unless a newer list names them again",
        ),
        _NO_LONGER_THAN_NEEDED,
        people.count_lapsed_people,
        people.forget_lapsed_people,
    ),
    Rule(
        "invitations",
        ("Lời mời đã hết hạn mà không ai nhận", "Invitations that ended and nobody took"),
        ("90 ngày từ khi hết hạn", "90 days from their end"),
        _NO_LONGER_THAN_NEEDED,
        accounts.count_invitations,
        accounts.forget_invitations,
    ),
    Rule(
        "deliveries",
        ("Địa chỉ nhận của từng tin đã gửi", "The address each message went to"),
        (
            "180 ngày từ khi gửi xong; sau đó chỉ còn mã băm, số tra cứu, trạng thái và giờ",
            "180 days from the broadcast's end; then only keyed hash, number, state and times",
        ),
        (
            "Đủ để trả lời khiếu nại. Bằng chứng đã gửi gì vẫn còn nguyên.",
            "Long enough to answer complaints. The proof of what was sent stays whole.",
        ),
        deliveries.count_addresses,
        deliveries.forget_addresses,
    ),
)
